import http from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * For tests. `after`: the share of the request's body that reaches the bucket before the wire is cut. `behind`: how many later
 * requests of the run are answered before this one.
 */
export type Fault =
  | { kind: "cut"; after: number }
  | { kind: "busy" | "stall" | "late" }
  | { kind: "held"; behind: number }
  | null;

const faults: readonly Fault[] = [
  ...[0, 0.01, 0.5, 0.99, 1].map((after) => ({ kind: "cut" as const, after })),
  ...(["busy", "stall", "late"] as const).map((kind) => ({ kind })),
  ...[1, 3].map((behind) => ({ kind: "held" as const, behind })),
];
/** An answer is held no longer, as no later one may come. */
const maxHeldMs = 100;

/** What happens to a request, by a number from 0 to 1: to half of them nothing. */
export function faultOf(chance: number): Fault {
  return faults[Math.floor((chance - 0.5) * 2 * faults.length)] ?? null;
}

/** A proxy in front of the bucket at this URL; `nextFault` is asked for every request, by the run that its `x-run` names. */
export async function startFaultProxy(target: string, nextFault: (run: string) => Fault) {
  const turnsOf = new Map<string, Turns>();
  const server = http.createServer((request, response) => {
    const run = String(request.headers["x-run"]);
    const turns = turnsOf.get(run) ?? new Turns();
    turnsOf.set(run, turns);
    void answer(request, response, target, nextFault(run), turns);
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

/** The requests of one run, in the order in which they came; some wait for later ones. */
class Turns {
  readonly #waiting = new Set<{ turn: number; behind: number; goOn(): void }>();
  #last = 0;

  take(): number {
    this.#last += 1;
    return this.#last;
  }

  async wait(turn: number, behind: number): Promise<void> {
    const waiting = { turn, behind, goOn: () => {} };
    const later = new Promise<void>((resolve) => {
      waiting.goOn = resolve;
    });
    this.#waiting.add(waiting);
    await Promise.race([later, sleep(maxHeldMs)]);
    this.#waiting.delete(waiting);
  }

  answered(turn: number): void {
    for (const waiting of this.#waiting) {
      if (waiting.turn >= turn) continue;
      waiting.behind -= 1;
      if (waiting.behind === 0) waiting.goOn();
    }
  }
}

async function answer(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  target: string,
  fault: Fault,
  turns: Turns,
): Promise<void> {
  const turn = turns.take();
  response.once("finish", () => turns.answered(turn));
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
  const { method, url } = request;
  // A signed PUT is for the bucket's own name.
  const headers = { ...request.headers, host: new URL(target).host };
  const upstream = http.request(`${target}${url}`, { method, headers }, async (bucketAnswer) => {
    if (fault?.kind === "cut") {
      bucketAnswer.resume();
      request.socket.destroy();
      return;
    }
    if (fault?.kind === "held") await turns.wait(turn, fault.behind);
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
