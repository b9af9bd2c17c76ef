import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Call, Store } from "./call";
import { setCorsHeaders } from "./cors";
import { findOperation } from "./operations";
import { newRequestId, readRequest, type S3Request } from "./request";
import { route } from "./router";
import { S3Error } from "./s3-error";
import { toXml } from "./xml";

/** What the log says about a request. Paths are given decoded, query strings never. */
export interface RequestRecord {
  level: "info" | "error";
  requestId: string;
  method: string;
  /** In S3's words, where it has one for the request. */
  operation: string | undefined;
  bucket: string | undefined;
  key: string | undefined;
  status: number;
  code: string | undefined;
  /** What went wrong inside; never sent. */
  error: string | undefined;
  bytesIn: number;
  bytesOut: number;
  ms: number;
}

/** How much of a refused body is still taken in, so that its sender gets to read the answer. */
const maxDrainedBytes = 1024 ** 3;

/** Answers one request, whatever happens, and records it once it is over. */
export function answerRequest(
  store: Store,
  http: IncomingMessage,
  response: ServerResponse,
  record: (record: RequestRecord) => void,
): void {
  const id = newRequestId();
  const startedAt = performance.now();
  let request: S3Request | undefined;
  let failure: unknown;
  response.setHeader("x-amz-request-id", id);

  const finished = run().catch((error: unknown) => {
    failure = error;
    refuse(error, id, http, response);
  });
  response.once("close", () => {
    // An operation still tidies up after its client has gone.
    void finished.then(() => record(summary()));
  });

  async function run(): Promise<void> {
    request = readRequest(http, id, store.domain);
    const call: Call = { request, response, store };
    const bucket = request.bucket === undefined ? undefined : store.index.findBucket(request.bucket);
    // First, so that a page can read every answer, refusals too.
    setCorsHeaders(http, response, bucket?.settings.cors ?? []);
    await route(call);
  }

  function summary(): RequestRecord {
    const refusal = failure instanceof S3Error ? failure : undefined;
    const internal = failure !== undefined && !refusal && http.complete;
    return {
      level: internal ? "error" : "info",
      requestId: id,
      method: http.method ?? "",
      operation: request && findOperation(request)?.name,
      bucket: request?.bucket,
      key: request?.key,
      status: response.statusCode,
      code: refusal?.code ?? (failure === undefined ? undefined : internal ? "InternalError" : "ClientGone"),
      error: internal ? String(failure instanceof Error ? failure.stack : failure) : undefined,
      ...takeTraffic(http.socket),
      ms: Math.round((performance.now() - startedAt) * 10) / 10,
    };
  }
}

/** Says no to what is not even HTTP. */
export function refuseConnection(error: Error & { code?: string }, socket: Duplex): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const tooLong = error.code === "HPE_HEADER_OVERFLOW";
  const message = tooLong
    ? "Your request header section is too large."
    : "The request cannot be read as HTTP.";
  const code = tooLong ? "RequestHeaderSectionTooLarge" : "BadRequest";
  const body = toXml("Error", { Code: code, Message: message, RequestId: newRequestId() }, false);
  socket.end(
    `HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: application/xml\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

function refuse(error: unknown, id: string, http: IncomingMessage, response: ServerResponse): void {
  limitDrain(http, response);
  if (response.headersSent) {
    // Too late for another status: cutting the answer short is the only way left to say that it failed.
    response.destroy();
    return;
  }
  if (response.destroyed) return;
  const refusal =
    error instanceof S3Error
      ? error
      : new S3Error("InternalError", "We encountered an internal error. Please try again.");
  response.statusCode = refusal.status;
  if (refusal.status === 304 || http.method === "HEAD") {
    response.end();
    return;
  }
  const { code, message, details } = refusal;
  const resource = (http.url ?? "").split("?")[0] ?? "";
  const content = { Code: code, Message: message, ...details, Resource: resource, RequestId: id };
  const body = Buffer.from(toXml("Error", content, false));
  response.setHeader("Content-Type", "application/xml");
  response.setHeader("Content-Length", body.length);
  response.end(body);
}

/**
 * Node lets the rest of a refused body run into the void once the answer is out. So it should: a browser reads the
 * answer only after it has sent everything, and if the connection ends before, it sees a network error instead of the
 * reason. But it should end somewhere.
 */
function limitDrain(http: IncomingMessage, response: ServerResponse): void {
  response.once("finish", () => {
    if (http.complete) return;
    let bytes = 0;
    http.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxDrainedBytes) http.destroy();
    });
  });
}

const counted = new WeakMap<Socket, Traffic>();

interface Traffic {
  bytesIn: number;
  bytesOut: number;
}

/** What went over a connection since its last request was recorded, heads included. */
function takeTraffic(socket: Socket): Traffic {
  const total = { bytesIn: socket.bytesRead, bytesOut: socket.bytesWritten };
  const before = counted.get(socket) ?? { bytesIn: 0, bytesOut: 0 };
  counted.set(socket, total);
  return { bytesIn: total.bytesIn - before.bytesIn, bytesOut: total.bytesOut - before.bytesOut };
}
