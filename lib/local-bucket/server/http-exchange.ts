import type { IncomingMessage, ServerResponse } from "node:http";
import { setCorsHeaders } from "../operations/cors";
import { findOperation } from "../operations/operation-table";
import type { RequestContext, S3Service } from "../operations/request-context";
import { newRequestId, readRequest, type S3Request } from "../wire/request";
import { S3Error, systemCode, toS3Error } from "../wire/s3-error";
import { sendError } from "./error-response";
import { checkHead } from "./limits";
import { type RequestRecord, takeTraffic } from "./request-log";
import { route } from "./router";

/** A request and its response, on their way to their end. */
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

/** Answers one request once `admit` lets it, whatever happens, and records it when it is over. */
export function answerRequest(
  service: S3Service,
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
    request = readRequest(http, id, service.endpoint.domain);
    const context: RequestContext = { ...service, request, response };
    const bucket = request.bucket === undefined ? undefined : service.store.index.findBucket(request.bucket);
    // First, so that a page can read every answer, refusals too.
    setCorsHeaders(http, response, bucket?.settings.cors ?? []);
    await admit();
    if (http.socket.destroyed) return;
    await route(context);
  }

  /** What fails first is the reason; what fails after it is its consequence. */
  function fail(error: unknown): void {
    if (failure !== undefined) return;
    failure = error;
    gone = isGone(error, http);
    if (gone) response.destroy();
    else sendError(toS3Error(error), id, http, response);
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
      userAgent: http.headers["user-agent"],
    };
  }
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
