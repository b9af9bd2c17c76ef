import { once } from "node:events";
import { Agent, type IncomingHttpHeaders, request } from "node:http";
import { connect as dialSocket, type Socket } from "node:net";
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import type { TestServer } from "./test-server";

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
  /** The Code of an error's XML. */
  code: string | undefined;
}

/** Sends bytes in the given chunks over plain HTTP, as no library would let one. */
export function send(
  url: string,
  method: string,
  headers: Record<string, string | number> = {},
  chunks: readonly Buffer[] = [],
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    // The path as it is written: URL would tidy it.
    const path = url.slice(new URL(url).origin.length) || "/";
    const agent = new Agent({ keepAlive: false });
    const outgoing = request({ hostname, port, path, method, headers, agent }, (incoming) => {
      const received: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => received.push(chunk));
      incoming.on("error", reject);
      incoming.on("end", () => {
        const body = Buffer.concat(received).toString();
        const code = /<Code>([^<]*)<\/Code>/.exec(body)?.[1];
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body, code });
      });
    });
    outgoing.on("error", reject);
    for (const chunk of chunks) outgoing.write(chunk);
    outgoing.end();
  });
}

/** A connection on which a test says what no HTTP client would say. */
export interface Dialled {
  socket: Socket;
  /** All that has come so far. */
  answer(): string;
  /** Resolves with all that came, once the connection has ended either way. */
  ended: Promise<string>;
}

/** @param from an address of this machine */
export async function dial({ local }: TestServer, from = "127.0.0.1"): Promise<Dialled> {
  const socket = dialSocket({ port: local.port, host: "127.0.0.1", localAddress: from });
  const received: Buffer[] = [];
  const answer = () => Buffer.concat(received).toString("latin1");
  socket.on("data", (chunk: Buffer) => received.push(chunk));
  const ended = new Promise<string>((resolve) => socket.once("close", () => resolve(answer())));
  // A reset ends it too.
  socket.on("error", () => socket.destroy());
  await once(socket, "connect");
  return { socket, answer, ended };
}

/** The head of a request that a signed URL allows, its line end included; a Host is in it. */
export async function signedHead(
  { client, bucket, endpoint }: TestServer,
  method: "GET" | "PUT" | "DELETE",
  key: string,
  headers: Record<string, string | number> = {},
): Promise<string> {
  const where = { Bucket: bucket, Key: key };
  const commands = {
    GET: new GetObjectCommand(where),
    PUT: new PutObjectCommand(where),
    DELETE: new DeleteObjectCommand(where),
  };
  const url = await getSignedUrl(client, commands[method], { expiresIn: 3600 });
  const lines = Object.entries({ Host: new URL(endpoint).host, ...headers }).map((pair) => pair.join(": "));
  return [`${method} ${url.slice(endpoint.length)} HTTP/1.1`, ...lines, "", ""].join("\r\n");
}
