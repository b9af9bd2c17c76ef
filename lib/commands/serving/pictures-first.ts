import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { type Encoding, encodingFor } from "./accepted-encoding";

/** No page waits longer for its first pictures before it fetches its scripts: they may be large, or never come. */
const maxWaitMs = 1500;

/**
 * A page that shows pictures fetches its scripts after the first of them. Next has them fetched at once, and on a slow line
 * the pictures then come when all has come. See “Pictures before scripts” in README.md.
 */
export const picturesFirst =
  (pages: RequestListener): RequestListener =>
  (request, response) => {
    if (!isForPage(request)) return pages(request, response);
    const encoding = encodingFor(request);
    // What Next had compressed could not be read.
    delete request.headers["accept-encoding"];
    changePage(response, withScriptsLast, encoding);
    return pages(request, response);
  };

const isForPage = ({ method, headers }: IncomingMessage): boolean =>
  method === "GET" && headers.accept?.includes("text/html") === true;

const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } };

async function encode(page: string, encoding: Encoding): Promise<Buffer | string> {
  if (encoding === "br") return promisify(brotliCompress)(page, brotli);
  return encoding === "gzip" ? promisify(gzip)(page) : page;
}

/** Holds an answer of HTML until it is whole, and sends what becomes of it. Any other answer passes as it is. */
function changePage(response: ServerResponse, change: (html: string) => string, encoding: Encoding): void {
  const { writeHead, write, end } = response;
  const chunks: Buffer[] = [];
  let isPage = false;
  response.writeHead = ((...args: Parameters<typeof writeHead>) => {
    isPage = String(response.getHeader("content-type")).startsWith("text/html");
    if (isPage) response.removeHeader("content-length");
    if (isPage && encoding !== null) response.setHeader("content-encoding", encoding);
    return writeHead.apply(response, args);
  }) as typeof writeHead;
  response.write = ((...args: Parameters<typeof write>) => {
    if (!response.headersSent) response.writeHead(response.statusCode);
    if (!isPage) return write.apply(response, args);
    chunks.push(Buffer.from(args[0]));
    return true;
  }) as typeof write;
  response.end = ((...args: Parameters<typeof end>) => {
    if (!response.headersSent) response.writeHead(response.statusCode);
    response.write = write;
    response.end = end;
    if (!isPage) return end.apply(response, args);
    if (typeof args[0] === "string" || args[0] instanceof Uint8Array) chunks.push(Buffer.from(args[0]));
    encode(change(Buffer.concat(chunks).toString()), encoding).then(
      (body) => response.end(body),
      (error: Error) => response.destroy(error),
    );
    return response;
  }) as typeof end;
}

const firstPicture = /<img [^>]*\bfetchPriority="high"/;
const asyncScript = /<script (?=[^>]*\bsrc=")(?=[^>]*\basync="")[^>]*><\/script>/g;
const scriptPreload = /<link rel="preload" as="script"[^>]*>/g;
const attribute = (tag: string, name: string): string | null =>
  new RegExp(`\\b${name}="([^"]*)"`, "i").exec(tag)?.[1] ?? null;

interface Script {
  src: string;
  crossOrigin: string | null;
}

// What people have written cannot be taken for a tag: React and Next write their “<” otherwise.
function withScriptsLast(html: string): string {
  const tags = html.match(asyncScript) ?? [];
  if (!firstPicture.test(html) || tags.length === 0) return html;
  const scripts = tags.map(
    (tag): Script => ({ src: attribute(tag, "src") ?? "", crossOrigin: attribute(tag, "crossorigin") }),
  );
  const nonce = attribute(tags[0] ?? "", "nonce") ?? "";
  const call = `(${fetchAfterPictures})(${JSON.stringify(scripts)},${maxWaitMs})`;
  return html
    .replace(asyncScript, "")
    .replace(scriptPreload, "")
    .replace("</body>", () => `<script nonce="${nonce}">${call}</script></body>`);
}

/** Runs in the browser, with what has been parsed before it. Each script is fetched once, whatever comes first. */
const fetchAfterPictures = `(scripts, maxWaitMs) => {
  const fetchScripts = () => {
    for (const script of scripts.splice(0))
      document.head.append(Object.assign(document.createElement("script"), script));
  };
  const isThere = (picture) =>
    picture.complete ||
    new Promise((resolve) => {
      for (const event of ["load", "error"]) picture.addEventListener(event, resolve, { once: true });
    });
  const pictures = [...document.querySelectorAll("img[fetchpriority=high]")];
  Promise.all(pictures.map(isThere)).then(() => requestAnimationFrame(() => setTimeout(fetchScripts)));
  setTimeout(fetchScripts, maxWaitMs);
}`.replace(/\n\s*/g, " ");
