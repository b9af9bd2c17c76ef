import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { picturesFirst } from "./pictures-first";

const scripts =
  '<link rel="preload" as="script" fetchPriority="low" nonce="n" href="/_next/main.js"/>' +
  '<script src="/_next/a.js" async="" nonce="n"></script>' +
  '<script src="https://static.example/b.js" crossorigin="" async="" nonce="n"></script>' +
  '<script src="/_next/old.js" noModule="" nonce="n"></script>';
const end =
  '<script nonce="n">self.flight=["\\u003c/body>"]</script><script src="/_next/main.js" nonce="n" async=""></script>';
const pageOf = (body: string) => `<html><head>${scripts}</head><body>${body}${end}</body></html>`;
const first = '<img src="/1.webp" loading="eager" fetchPriority="high"/>';

/** What a browser gets of what pages answer. */
async function ask(pages: RequestListener, headers: Record<string, string> = {}) {
  const server = createServer(picturesFirst(pages));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: { accept: "text/html", ...headers } });
    return { answer, text: await answer.text() };
  } finally {
    server.close();
  }
}

/** Answers in two parts, as Next does. */
const answering =
  (html: string): RequestListener =>
  (_request, response) => {
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.flushHeaders();
    response.write(html.slice(0, 100));
    response.end(html.slice(100));
  };

test("a page with a picture to be fetched first has its scripts in one at its end, under the same nonce", async () => {
  const { text } = await ask(answering(pageOf(first)));
  expect(text.match(/<script src="[^"]*"/g)).toEqual(['<script src="/_next/old.js"']);
  expect(text).not.toContain('as="script"');
  const [, call = ""] = /<script nonce="n">(\(\(scripts[^<]*)<\/script><\/body><\/html>$/.exec(text) ?? [];
  const sources = [...call.matchAll(/"src":"([^"]*)","crossOrigin":(null|"")/g)].map(([, ...found]) => found);
  expect(sources).toEqual([
    ["/_next/a.js", "null"],
    ["https://static.example/b.js", '""'],
    ["/_next/main.js", "null"],
  ]);
});

test("a page without one, and what is no page, stay as they are", async () => {
  const lazy = pageOf('<img src="/1.webp" loading="lazy"/>');
  expect((await ask(answering(lazy))).text).toBe(lazy);
  const page = pageOf(first);
  expect((await ask(answering(page), { accept: "*/*" })).text).toBe(page);
  const json: RequestListener = (_request, response) => {
    response.setHeader("content-type", "application/json");
    response.setHeader("content-length", 2);
    response.end("{}");
  };
  const { answer, text } = await ask(json);
  expect([text, answer.headers.get("content-length")]).toEqual(["{}", "2"]);
});

test.each([
  ["gzip, deflate, br", "br"],
  ["gzip", "gzip"],
  ["br;q=0, gzip;q=1.0", "gzip"],
  ["identity", null],
])("of “%s” a page is sent as %s", async (accepted, encoding) => {
  const lazy = pageOf("<p>가</p>");
  const { answer, text } = await ask(answering(lazy), { "accept-encoding": accepted });
  expect(answer.headers.get("content-encoding")).toBe(encoding);
  expect(text).toBe(lazy);
});
