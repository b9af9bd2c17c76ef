// One function of a Vercel build, served as Vercel's runtime does. Plain JavaScript, which a user runs who may not read the project.
import { createServer } from "node:http";
import { createRequire } from "node:module";
import path from "node:path";
import { text } from "node:stream/consumers";

const [folder = "", handler = "", kind = ""] = process.argv.slice(2);
const waiting = new Set();
globalThis[Symbol.for("@vercel/request-context")] = {
  get: () => ({ waitUntil: (promise) => waiting.add(promise) }),
};
const handle = createRequire(import.meta.url)(path.join(folder, handler));

const server = createServer((request, response) => {
  const answered = kind === "web" ? answer(request, response) : handle(request, response);
  Promise.resolve(answered).catch((error) => {
    console.error(error);
    // As it answers for a function that has thrown.
    if (!response.headersSent) response.writeHead(500, { "x-vercel-error": "FUNCTION_INVOCATION_FAILED" });
    response.end();
  });
});
server.listen(0, "127.0.0.1", () => {
  console.log(JSON.stringify({ port: server.address().port, loadMs: Math.round(performance.now()) }));
});

/** Of the proxy, which takes a Request and gives a Response. */
async function answer(request, response) {
  const { method, url, headers } = request;
  const body = method === "GET" || method === "HEAD" ? undefined : await text(request);
  const given = Object.entries(headers).flatMap(([name, value]) =>
    [value].flat().map((one) => [name, String(one)]),
  );
  const asked = new Request(`https://${headers.host}${url}`, { method, headers: given, body });
  const result = await handle(asked);
  const { "set-cookie": _, ...others } = Object.fromEntries(result.headers);
  const cookies = result.headers.getSetCookie();
  response.writeHead(result.status, { ...others, ...(cookies.length > 0 && { "set-cookie": cookies }) });
  response.end(Buffer.from(await result.arrayBuffer()));
}
