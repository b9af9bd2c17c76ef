import type { IncomingMessage, ServerResponse } from "node:http";
import { env } from "@/lib/env";

/** A request that is refused before any page hears of it. */
export interface Refusal {
  status: number;
  sentence: string;
  headers?: Record<string, string>;
}

/** Those that the pages and the API answer. Of others, like TRACE, Next cannot even make a request. */
const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** Why no page of ours can have asked this; null where one may have. */
export function refusalOf({ method = "", url = "", headers }: IncomingMessage): Refusal | null {
  if (!methods.includes(method)) {
    const sentence = "There is no such method here.";
    return { status: 405, sentence, headers: { allow: methods.join(", ") } };
  }
  const path = pathIn(url);
  if (path === null) return { status: 400, sentence: "This address cannot be read." };
  // The API reads no cookie, and so needs no Origin; nor does what a share sheet sends, which comes from no page, and is not read.
  if (method === "POST" && !/^\/((api|cron)(\/|$)|share$)/.test(path)) return refusalOfForm(headers);
  return null;
}

/** Answers with one line. What is still on its way is dropped, for as long as Connections lets it come. */
export function refuse({ status, sentence, headers }: Refusal, response: ServerResponse): void {
  if (response.headersSent) return;
  const body = `${sentence}\n`;
  const about = { "content-type": "text/plain; charset=utf-8", "content-length": Buffer.byteLength(body) };
  response.writeHead(status, { ...headers, ...about }).end(body);
}

/** Without what follows it; null where its escapes are none, or it is no path. */
function pathIn(url: string): string | null {
  const [path = ""] = url.split("?", 1);
  if (!path.startsWith("/") || /^\/[/\\]/.test(path)) return null;
  try {
    const decoded = decodeURIComponent(path);
    return [...decoded].some((character) => character < " " || character === "\\") ? null : decoded;
  } catch (error) {
    if (error instanceof URIError) return null;
    throw error;
  }
}

/**
 * A form or an action of a page comes from APP_ORIGIN. Next says so itself, but once for each in the log, and cannot read every
 * Origin. An action without one is refused in lib/actions.ts, with a failure that the page can show.
 */
function refusalOfForm(headers: IncomingMessage["headers"]): Refusal | null {
  const { appOrigin } = env();
  const isAction = headers["next-action"] !== undefined;
  if (headers.origin === appOrigin || (headers.origin === undefined && isAction)) return null;
  return { status: 403, sentence: `Open Pail at ${appOrigin} and try again.` };
}
