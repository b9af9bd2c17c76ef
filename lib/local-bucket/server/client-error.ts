import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { newRequestId } from "../wire/request";
import { S3Error } from "../wire/s3-error";
import { errorXml } from "./error-response";
import type { Exchange } from "./http-exchange";
import { headerSectionTooLarge, requestTimeout } from "./limits";
import { type RequestRecord, takeTraffic } from "./request-log";

const lingerMs = 1_000;

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
  record({
    level: "info",
    requestId,
    method: "",
    operation: undefined,
    bucket: undefined,
    key: undefined,
    status,
    code,
    error: undefined,
    ...takeTraffic(socket),
    ms: 0,
    remoteAddress,
    userAgent: undefined,
  });
}

function connectionRefusal(code: string | undefined): S3Error {
  if (code === "HPE_HEADER_OVERFLOW") return headerSectionTooLarge();
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return requestTimeout();
  return new S3Error("BadRequest", "The request cannot be read as HTTP.");
}
