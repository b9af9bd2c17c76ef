import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { env } from "@/lib/env";

const loopbackNames = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * Lets every request look as if it had come to APP_ORIGIN directly, also behind a proxy that rewrites Host, and makes the
 * caller's address trustworthy. A page asked for under another name of this machine is sent to APP_ORIGIN, where the
 * cookies are.
 */
export function asAppOrigin(handle: RequestListener): RequestListener {
  const { appOrigin, trustProxy } = env();
  const { host, hostname, protocol } = new URL(appOrigin);
  return (request, response) => {
    if (isOtherLoopbackName(request, hostname)) return sendTo(appOrigin, request, response);
    request.headers.host = host;
    request.headers["x-forwarded-host"] = host;
    request.headers["x-forwarded-proto"] = protocol.slice(0, -1);
    if (!trustProxy) request.headers["x-forwarded-for"] = request.socket.remoteAddress ?? "unknown";
    return handle(request, response);
  };
}

function isOtherLoopbackName(request: IncomingMessage, hostname: string): boolean {
  const asked = (request.headers.host ?? "").replace(/:\d+$/, "");
  return (
    request.url !== "/healthz" &&
    asked !== hostname &&
    loopbackNames.has(hostname) &&
    loopbackNames.has(asked)
  );
}

function sendTo(appOrigin: string, request: IncomingMessage, response: ServerResponse): void {
  const readOnly = request.method === "GET" || request.method === "HEAD";
  if (!readOnly) response.writeHead(403, { "content-type": "text/plain" }).end(`Open Pail at ${appOrigin}\n`);
  else response.writeHead(307, { location: appOrigin + (request.url ?? "/") }).end();
}
