import type { IncomingMessage, ServerResponse } from "node:http";
import type { S3Error } from "../wire/s3-error";
import { toXml } from "../wire/xml";

/** How much of a refused body is still taken in, so that its sender gets to read the answer. */
const maxDrainedBytes = 1024 ** 3;
const retryAfterSeconds = 1;

/** Answers with a refusal, as far as the response still can. */
export function sendError(
  refusal: S3Error,
  id: string,
  http: IncomingMessage,
  response: ServerResponse,
): void {
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

/** The document that tells a refusal. */
export function errorXml({ code, message, details }: S3Error, more: Record<string, string>): string {
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
