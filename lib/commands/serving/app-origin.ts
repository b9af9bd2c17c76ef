import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { env } from "@/lib/env";
import { log } from "@/lib/log";

const loopbackNames = new Set(["localhost", "127.0.0.1", "[::1]"]);
/** Says that this browser was sent on a moment ago. */
const sentOnCookie = "pail-sent-on=1";

/**
 * Lets every request look as if it had come to APP_ORIGIN directly, also behind a proxy that rewrites Host, and makes the
 * caller's address trustworthy. A page asked for under another name of this machine is sent to APP_ORIGIN, where the
 * cookies are.
 */
export function asAppOrigin(handle: RequestListener): RequestListener {
  const { appOrigin, trustProxy } = env();
  const { host } = new URL(appOrigin);
  return (request, response) => {
    if (isOtherLoopbackName(request, new URL(appOrigin))) return sendTo(appOrigin, request, response);
    if (!trustProxy) noticeProxy(request);
    // What was asked for, for whoever cannot see it: see app/_ui/address-notice.tsx.
    request.headers["x-pail-host"] = request.headers.host ?? "";
    request.headers.host = host;
    // Files of the build come whole; of a part that there is not Next says 500.
    delete request.headers.range;
    request.headers["x-forwarded-host"] = host;
    // Next asks itself in this protocol for the page that an action leads to, and there is no TLS here.
    request.headers["x-forwarded-proto"] = "http";
    if (!trustProxy || request.headers["x-forwarded-for"] === undefined)
      request.headers["x-forwarded-for"] = request.socket.remoteAddress ?? "unknown";
    return handle(request, response);
  };
}

/**
 * Whether APP_ORIGIN is this very door under another name. One with another port is a proxy's, and so is one that a browser
 * comes back from: sending it on once more would go round in circles.
 */
function isOtherLoopbackName({ url, headers }: IncomingMessage, appOrigin: URL): boolean {
  const [, asked = "", port = ""] = /^(.*?)(?::(\d+))?$/.exec(headers.host ?? "") ?? [];
  return (
    url !== "/healthz" &&
    asked !== appOrigin.hostname &&
    loopbackNames.has(appOrigin.hostname) &&
    loopbackNames.has(asked) &&
    port === appOrigin.port &&
    !isProxied(headers) &&
    !headers.cookie?.includes(sentOnCookie)
  );
}

const isProxied = (headers: IncomingMessage["headers"]): boolean =>
  ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"].some(
    (name) => headers[name] !== undefined,
  );

let isProxyNoticed = false;

/** Whoever runs a proxy on this machine has all people share one address, and so the limits of one. */
function noticeProxy({ headers, socket }: IncomingMessage): void {
  if (isProxyNoticed || headers["x-forwarded-for"] === undefined) return;
  // Next, which asks itself for the page that an action leads to, hands on what was added here.
  if (headers["x-pail-host"] !== undefined || !isLoopbackAddress(socket.remoteAddress ?? "")) return;
  isProxyNoticed = true;
  log.warn(
    "a proxy on this machine says on whose behalf it asks, and Pail does not believe it: all people share the limits of one address. Set TRUST_PROXY=1 if the proxy is yours.",
  );
}

const isLoopbackAddress = (address: string): boolean => /^(::ffff:)?127\.|^::1$/.test(address);

function sendTo(appOrigin: string, request: IncomingMessage, response: ServerResponse): void {
  const readOnly = request.method === "GET" || request.method === "HEAD";
  if (!readOnly) response.writeHead(403, { "content-type": "text/plain" }).end(`Open Pail at ${appOrigin}\n`);
  else {
    const cookie = `${sentOnCookie}; Path=/; Max-Age=10; HttpOnly; SameSite=Lax`;
    response.writeHead(307, { location: appOrigin + (request.url ?? "/"), "set-cookie": cookie }).end();
  }
}
