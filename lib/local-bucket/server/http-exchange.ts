import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { setCorsHeaders } from "../operations/cors";
import { findOperation } from "../operations/operation-table";
import type { Call, Store } from "../operations/request-context";
import { newRequestId, readRequest, type S3Request } from "../wire/request";
import { S3Error, systemCode, toS3Error } from "../wire/s3-error";
import { toXml } from "../wire/xml";
import { checkHead, headerSectionTooLarge, requestTimeout } from "./limits";
import { route } from "./router";

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
  remoteAddress: string | undefined;
}

/** A request on its way to its end. */
export interface Exchange {
  readonly http: IncomingMessage;
  readonly response: ServerResponse;
  /** Resolves once its answer is out or cannot be sent any more, and nothing of it is at work. */
  readonly over: Promise<void>;
  /** Refuses it in the middle, and closes its connection. */
  cutOff(refusal: S3Error): void;
  /** To be called when its connection is gone. */
  abandon(): void;
}

/** How much of a refused body is still taken in, so that its sender gets to read the answer. */
const maxDrainedBytes = 1024 ** 3;
const retryAfterSeconds = 1;
const lingerMs = 1_000;

/** Answers one request once `admit` lets it, whatever happens, and records it when it is over. */
export function answerRequest(
  store: Store,
  http: IncomingMessage,
  response: ServerResponse,
  admit: () => Promise<void>,
  record: (record: RequestRecord) => void,
): Exchange {
  const id = newRequestId();
  const startedAt = performance.now();
  const { remoteAddress } = http.socket;
  let request: S3Request | undefined;
  let failure: unknown;
  let gone = false;
  response.setHeader("x-amz-request-id", id);

  let abandon = () => {};
  const closed = new Promise<void>((resolve) => {
    abandon = resolve;
    response.once("close", resolve);
  });
  const finished = run().catch(fail);
  for (const stream of [http, response]) stream.on("error", fail);
  // An operation still tidies up after its client has gone.
  const over = Promise.all([finished, closed]).then(() => record(summary()));
  const cutOff = (refusal: S3Error) => {
    if (!response.headersSent) response.setHeader("Connection", "close");
    // Node forgets a request that was answered, so its reader would wait for ever.
    void closed.then(() => http.destroy());
    fail(refusal);
  };
  return { http, response, over, cutOff, abandon };

  async function run(): Promise<void> {
    checkHead(http);
    request = readRequest(http, id, store.domain);
    const call: Call = { request, response, store };
    const bucket = request.bucket === undefined ? undefined : store.index.findBucket(request.bucket);
    // First, so that a page can read every answer, refusals too.
    setCorsHeaders(http, response, bucket?.settings.cors ?? []);
    await admit();
    if (http.socket.destroyed) return;
    await route(call);
  }

  /** What fails first is the reason; what fails after it is its consequence. */
  function fail(error: unknown): void {
    if (failure !== undefined) return;
    failure = error;
    gone = isGone(error, http);
    if (gone) response.destroy();
    else refuse(toS3Error(error), id, http, response);
  }

  function summary(): RequestRecord {
    gone ||= failure === undefined && !response.writableFinished;
    const refusal = failure === undefined || gone ? undefined : toS3Error(failure);
    const internal = refusal !== undefined && refusal !== failure;
    return {
      level: internal ? "error" : "info",
      requestId: id,
      method: http.method ?? "",
      operation: request && findOperation(request)?.name,
      bucket: request?.bucket,
      key: request?.key,
      status: response.statusCode,
      code: gone ? "ClientGone" : refusal?.code,
      error: internal ? String(failure instanceof Error ? failure.stack : failure) : undefined,
      ...takeTraffic(http.socket),
      ms: Math.round((performance.now() - startedAt) * 10) / 10,
      remoteAddress,
    };
  }
}

/** Says no to what Node itself cannot read as a request, and records it. */
export function refuseConnection(
  error: Error & { code?: string },
  socket: Socket,
  current: Exchange | undefined,
  record: (record: RequestRecord) => void,
): void {
  // The rest of what was refused already.
  if (socket.writableEnded) return;
  const refusal = connectionRefusal(error.code);
  const left = error.code === "ECONNRESET" || error.code === "HPE_INVALID_EOF_STATE";
  if (current && !current.http.complete && !left) {
    current.cutOff(refusal);
    return;
  }
  // In the middle of an answer, or where nobody has asked or listens.
  if (current || left || !socket.writable || socket.bytesRead === 0) {
    socket.destroy();
    return;
  }
  const { status, code } = refusal;
  const requestId = newRequestId();
  const body = errorXml(refusal, { RequestId: requestId });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `x-amz-request-id: ${requestId}`,
    "Connection: close",
    "Content-Type: application/xml",
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  const { remoteAddress } = socket;
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
  // Until then the rest may come: a connection that is closed before would take the answer with it.
  setTimeout(() => socket.destroy(), lingerMs).unref();
  const nothingRead = { method: "", operation: undefined, bucket: undefined, key: undefined };
  const traffic = takeTraffic(socket);
  record({
    level: "info",
    requestId,
    ...nothingRead,
    status,
    code,
    error: undefined,
    ...traffic,
    ms: 0,
    remoteAddress,
  });
}

function connectionRefusal(code: string | undefined): S3Error {
  if (code === "HPE_HEADER_OVERFLOW") return headerSectionTooLarge();
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return requestTimeout();
  return new S3Error("BadRequest", "The request cannot be read as HTTP.");
}

const connectionErrors = new Set([
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ERR_STREAM_PREMATURE_CLOSE",
  "ERR_STREAM_DESTROYED",
  "ERR_STREAM_WRITE_AFTER_END",
]);

/** Whether something failed only because the client has left. */
function isGone(error: unknown, http: IncomingMessage): boolean {
  if (!http.socket.destroyed || error instanceof S3Error) return false;
  const code = systemCode(error);
  if (code !== undefined) return connectionErrors.has(code);
  return !http.complete && error instanceof Error && error.name === "Error";
}

function refuse(refusal: S3Error, id: string, http: IncomingMessage, response: ServerResponse): void {
  limitDrain(http, response);
  if (response.headersSent) {
    // Too late for another status: cutting the answer short is the only way left to say that it failed.
    response.destroy();
    return;
  }
  if (response.destroyed) return;
  response.statusCode = refusal.status;
  if (refusal.status === 503) response.setHeader("Retry-After", retryAfterSeconds);
  if (refusal.status === 304 || http.method === "HEAD") {
    response.end();
    return;
  }
  const resource = (http.url ?? "").split("?")[0] ?? "";
  const body = Buffer.from(errorXml(refusal, { Resource: resource, RequestId: id }));
  response.setHeader("Content-Type", "application/xml");
  response.setHeader("Content-Length", body.length);
  response.end(body);
}

function errorXml({ code, message, details }: S3Error, more: Record<string, string>): string {
  return toXml("Error", { Code: code, Message: message, ...details, ...more }, false);
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
    // Whoever read it last may still listen, and have it paused whenever enough waits.
    http.removeAllListeners("data");
    http.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxDrainedBytes) http.destroy();
    });
    http.resume();
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
