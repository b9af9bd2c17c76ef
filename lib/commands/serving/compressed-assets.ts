import fs from "node:fs";
import type { RequestListener, ServerResponse } from "node:http";
import { encodingFor } from "./accepted-encoding";

const assets = "/_next/static/";
const types = { js: "application/javascript; charset=UTF-8", css: "text/css; charset=UTF-8" };

/**
 * A script or a style sheet that the build has compressed is sent so to whoever reads Brotli: an eighth less than Next's gzip, and
 * no work. Next sends the file, with all that it says of such files.
 *
 * @param folder of the build's static files, as it is when Next looks through it
 */
export function compressedAssets(folder: string, pages: RequestListener): RequestListener {
  const compressed = new Set(
    fs
      .readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".br"))
      .map((name) => name.slice(0, -".br".length)),
  );
  return (request, response) => {
    const [address = "", query] = (request.url ?? "").split("?");
    const name = address.startsWith(assets) ? address.slice(assets.length) : "";
    if (compressed.has(name)) {
      response.setHeader("vary", "Accept-Encoding");
      if (encodingFor(request) === "br") {
        request.url = `${address}.br${query === undefined ? "" : `?${query}`}`;
        response.setHeader("content-type", name.endsWith(".css") ? types.css : types.js);
        response.setHeader("content-encoding", "br");
        takeBackOfErrors(response);
      }
    }
    return pages(request, response);
  };
}

/** What Next says instead of a file, as where it is gone since or was asked for by POST, it says in plain text. */
function takeBackOfErrors(response: ServerResponse): void {
  const writeHead = response.writeHead.bind(response) as (...head: unknown[]) => ServerResponse;
  response.writeHead = (status: number, ...more: unknown[]) => {
    if (status >= 400) {
      response.removeHeader("content-encoding");
      response.setHeader("content-type", "text/plain; charset=utf-8");
    }
    return writeHead(status, ...more);
  };
}
