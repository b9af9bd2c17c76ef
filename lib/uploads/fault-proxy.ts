import http from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** For tests. `after`: the share of the request's body that reaches the bucket before the wire is cut. */
export type Fault = { kind: "cut"; after: number } | { kind: "busy" | "stall" | "late" } | null;

const cuts = [0, 0.01, 0.5, 0.99, 1] as const;

/** What happens to a request, by a number from 0 to 1: to half of them nothing. */
export function faultOf(chance: number): Fault {
  if (chance < 0.5) return null;
  const index = Math.floor((chance - 0.5) * 2 * (cuts.length + 3));
  const after = cuts[index];
  if (after !== undefined) return { kind: "cut", after };
  return { kind: (["busy", "stall", "late"] as const)[index - cuts.length] ?? "late" };
}

/** A proxy in front of the bucket at this URL; `nextFault` is asked for every request. */
export async function startFaultProxy(target: string, nextFault: (request: http.IncomingMessage) => Fault) {
  const server = http.createServer((request, response) => {
    void answer(request, response, target, nextFault(request));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  target: string,
  fault: Fault,
): Promise<void> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk);
  } catch {
    return;
  }
  const body = Buffer.concat(chunks);
  if (fault?.kind === "stall") return;
  if (fault?.kind === "busy") {
    response.writeHead(503).end("<Error><Code>SlowDown</Code><Message>Please slow down.</Message></Error>");
    return;
  }
  if (fault?.kind === "late") await sleep(20 + (body.length % 30));
  const { method, url, headers } = request;
  const upstream = http.request(`${target}${url}`, { method, headers }, (bucketAnswer) => {
    if (fault?.kind === "cut") {
      bucketAnswer.resume();
      request.socket.destroy();
      return;
    }
    response.writeHead(bucketAnswer.statusCode ?? 502, bucketAnswer.headers);
    bucketAnswer.pipe(response);
  });
  upstream.once("error", () => request.socket.destroy());
  if (fault?.kind !== "cut" || fault.after === 1) {
    upstream.end(body);
    return;
  }
  upstream.write(body.subarray(0, Math.floor(body.length * fault.after)), () => {
    upstream.destroy();
    request.socket.destroy();
  });
}
