import fs from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { compressAssets } from "../compress-assets";
import { compressedAssets } from "./compressed-assets";

const script = `console.log(${JSON.stringify("a".repeat(2000))})`;
let folder = "";
beforeEach(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "pail-assets-"));
  fs.mkdirSync(path.join(folder, "chunks"));
  fs.writeFileSync(path.join(folder, "chunks/a.js"), script);
  fs.writeFileSync(path.join(folder, "chunks/a.css"), "b {}");
  fs.writeFileSync(path.join(folder, "chunks/a.png"), "png");
  await compressAssets(folder);
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

/** Sends files as Next does: with the type that has been said, or its own. */
const pages: RequestListener = ({ method, url = "" }, response) => {
  const [name = ""] = url.replace("/_next/static/", "").split("?");
  const file = path.join(folder, name);
  if (method !== "GET" || !fs.existsSync(file)) {
    response.statusCode = method === "GET" ? 404 : 400;
    return void response.end("no such file");
  }
  if (!response.hasHeader("content-type")) response.setHeader("content-type", "application/octet-stream");
  response.end(fs.readFileSync(file));
};

let afterListing = () => {};
afterEach(() => {
  afterListing = () => {};
});

/** The answer as it comes over the line: `fetch` would undo its encoding. */
async function ask(address: string, encodings: string, method = "GET") {
  const server = createServer(compressedAssets(folder, pages));
  afterListing();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    const answer = await fetch(`http://127.0.0.1:${port}${address}`, {
      method,
      headers: { "accept-encoding": encodings },
    });
    return {
      status: answer.status,
      type: answer.headers.get("content-type"),
      encoding: answer.headers.get("content-encoding"),
      vary: answer.headers.get("vary"),
      text: await answer.text(),
    };
  } finally {
    server.close();
  }
}

test("beside each script and style sheet lies what it is compressed to, and beside nothing else", () => {
  expect(fs.readdirSync(path.join(folder, "chunks")).sort()).toEqual([
    "a.css",
    "a.css.br",
    "a.js",
    "a.js.br",
    "a.png",
  ]);
  expect(String(brotliDecompressSync(fs.readFileSync(path.join(folder, "chunks/a.js.br"))))).toBe(script);
});

test.each([
  ["/_next/static/chunks/a.js", "gzip, deflate, br", "application/javascript; charset=UTF-8", script],
  ["/_next/static/chunks/a.js?v=1", "br", "application/javascript; charset=UTF-8", script],
  ["/_next/static/chunks/a.js", "BR;q=0.001", "application/javascript; charset=UTF-8", script],
  ["/_next/static/chunks/a.css", "br;q=0.9", "text/css; charset=UTF-8", "b {}"],
])("%s is sent compressed to who says %s", async (address, encodings, type, text) => {
  expect(await ask(address, encodings)).toEqual({
    status: 200,
    type,
    encoding: "br",
    vary: "Accept-Encoding",
    text,
  });
});

test.each([
  ["/_next/static/chunks/a.js", "gzip", "Accept-Encoding", 200],
  ["/_next/static/chunks/a.js", "br;q=0, gzip", "Accept-Encoding", 200],
  ["/_next/static/chunks/a.js", "br;Q=0.000", "Accept-Encoding", 200],
  ["/_next/static/chunks/a.js", "x-br, *", "Accept-Encoding", 200],
  ["/_next/static/chunks/a.png", "br", null, 200],
  ["/_next/static/chunks/b.js", "br", null, 404],
  ["/_next/static/../static/chunks/a.js.", "br", null, 404],
  ["/chunks/a.js", "br", null, 200],
])("%s is left to Next for who says %s", async (address, encodings, vary, status) => {
  const answer = await ask(address, encodings);
  expect(answer).toMatchObject({ status, encoding: null, vary });
});

test.each([
  ["a file that is gone since the start", "GET", 404],
  ["what asks for no file", "POST", 400],
])("%s is answered in plain text", async (_what, method, status) => {
  if (method === "GET") afterListing = () => fs.rmSync(path.join(folder, "chunks/a.js.br"));
  expect(await ask("/_next/static/chunks/a.js", "br", method)).toMatchObject({
    status,
    type: "text/plain; charset=utf-8",
    encoding: null,
    text: "no such file",
  });
});
