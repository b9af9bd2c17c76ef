import fs from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** Another build has another worker: the browser takes it in, and what the one before has kept goes. */
const build = process.env.PAIL_BUILD_ID ?? "unnamed";

/** The service worker, at the root, as it serves all pages. It lies among the sources as it is: see next.config.js. */
export async function GET(): Promise<Response> {
  const source =
    process.env.NODE_ENV === "production"
      ? `const build = ${JSON.stringify(build)};\n${await fs.readFile(file(), "utf8")}`
      : leaves;
  return new Response(source, {
    headers: {
      "content-type": "text/javascript; charset=utf-8",
      "cache-control": "no-cache",
      // It fetches nothing but what Pail serves: never anything of the bucket.
      "content-security-policy": "default-src 'none'; connect-src 'self'",
    },
  });
}

const file = (): string =>
  path.join(path.dirname(fileURLToPath(import.meta.url)), "..", "_phone", "service-worker.js");

/** While one develops, one that an earlier `npm start` at this address has left behind would only be in the way. */
const leaves = `self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.registration.unregister()));
`;
