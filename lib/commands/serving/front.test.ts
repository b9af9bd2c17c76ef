import type { IncomingMessage, RequestListener } from "node:http";
import { afterEach, describe, expect, test, vi } from "vitest";
import { setEnv } from "@/lib/env";
import { type RawServer, serveRaw } from "@/lib/testing/held-connections";
import { frontOf } from "./front";

let raw: RawServer;
let seen: IncomingMessage[] = [];
afterEach(() => raw.stop());

const answering: RequestListener = (request, response) => {
  seen.push(request);
  response.end("page");
};
const start = async (variables: Record<string, string> = {}) => {
  seen = [];
  setEnv({ APP_ORIGIN: "https://photos.example", TRUST_PROXY: "", DATABASE_URL: "", ...variables });
  raw = await serveRaw(frontOf(answering));
};
/** The head and body of the answer; `lines` come after the Host. */
async function ask(line: string, headers: Record<string, string> = {}, body = ""): Promise<string> {
  const all = { Host: "photos.example", Connection: "close", ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  const length = body === "" ? "" : `Content-Length: ${body.length}\r\n`;
  return (await raw.hold(`${line} HTTP/1.1\r\n${lines.join("")}${length}\r\n${body}`)).ended;
}
const statusOf = async (...asked: Parameters<typeof ask>) => Number((await ask(...asked)).slice(9, 12));

describe("what no page can have asked", () => {
  test.each([
    ["TRACE /", 405],
    ["PROPFIND /", 405],
    ["TRACE /api/v1/images", 405],
    ["OPTIONS *", 400],
    ["GET /images/%", 400],
    ["GET /images/%E0%A4%A", 400],
    ["GET /albums/%ff", 400],
    ["GET /api/v1/images/%", 400],
    ["GET /images/%00", 400],
    ["GET //evil.example/", 400],
    ["GET /\\evil.example/", 400],
    ["GET /%5cevil.example/", 400],
    ["GET http://evil.example/", 400],
  ])("%s is answered %i", async (line, status) => {
    await start();
    expect(await statusOf(line)).toBe(status);
    expect(seen).toEqual([]);
  });

  test.each(["GET /", "HEAD /sign-in?again=%", "GET /images/%ED%98%B8%EC%88%98", "OPTIONS /", "GET /a%2Fb"])(
    "and %s may be asked",
    async (line) => {
      await start();
      expect(await statusOf(line)).toBe(200);
    },
  );
});

describe("a form", () => {
  test.each([
    "https://photos.example, https://evil.example",
    "a, b",
    "zzz",
    "null",
    "http://photos.example",
    "https://photos.example.evil.example",
  ])("from the Origin %j is refused, and told where Pail is", async (Origin) => {
    await start();
    for (const headers of [{ Origin }, { Origin, "Next-Action": "40aa" }]) {
      const answer = await ask("POST /sign-in", headers, "x");
      expect(answer).toMatch(/^HTTP\/1\.1 403 /);
      expect(answer).toContain("Open Pail at https://photos.example and try again.");
    }
    expect(seen).toEqual([]);
  });

  test("comes from APP_ORIGIN; an action without an Origin is left to the action, and the API to its tokens", async () => {
    await start();
    expect(await statusOf("POST /sign-in", {}, "x")).toBe(403);
    expect(await statusOf("POST /sign-in", { Origin: "https://photos.example" }, "x")).toBe(200);
    expect(await statusOf("POST /sign-in", { "Next-Action": "40aa" }, "x")).toBe(200);
    expect(await statusOf("POST /api/v1/uploads", { Origin: "a, b" }, "x")).toBe(200);
    expect(await statusOf("POST /cron", {}, "x")).toBe(200);
    // A share sheet is no page and has no Origin, or an opaque one.
    for (const headers of [{}, { Origin: "null" }, { Origin: "a, b" }])
      expect(await statusOf("POST /share", headers, "x")).toBe(200);
    expect(await statusOf("POST /shared", { Origin: "null" }, "x")).toBe(403);
  });
});

describe("another address", () => {
  const local = { APP_ORIGIN: "http://localhost:3000" };

  test.each([
    ["127.0.0.1:3000", "http://localhost:3000"],
    ["[::1]:3000", "http://localhost:3000"],
    ["localhost:3000", "http://127.0.0.1:3000"],
    ["127.0.0.1", "http://localhost"],
  ])("of this machine, %s, is sent to %s", async (Host, APP_ORIGIN) => {
    await start({ APP_ORIGIN });
    const answer = await ask("GET /albums?x=1", { Host });
    expect(answer).toMatch(/^HTTP\/1\.1 307 /);
    expect(answer).toContain(`location: ${APP_ORIGIN}/albums?x=1\r\n`);
    expect(await statusOf("POST /albums", { Host, Origin: APP_ORIGIN }, "x")).toBe(403);
    expect(await statusOf("GET /healthz", { Host })).toBe(200);
  });

  test.each<[string, Record<string, string>, Record<string, string>]>([
    ["on another port", { APP_ORIGIN: "http://localhost:8080" }, { Host: "127.0.0.1:3000" }],
    ["on https", { APP_ORIGIN: "https://localhost" }, { Host: "127.0.0.1:3000" }],
    ["that says so", local, { Host: "127.0.0.1:3000", "X-Forwarded-For": "203.0.113.7" }],
    ["that says so otherwise", local, { Host: "127.0.0.1:3000", Via: "1.1 proxy" }],
    ["that a browser comes back from", local, { Host: "127.0.0.1:3000", Cookie: "a=b; pail-sent-on=1" }],
  ])("of a proxy %s is not sent in circles", async (_, variables, headers) => {
    await start(variables);
    expect(await ask("GET /", headers)).toMatch(/^HTTP\/1\.1 200 /);
  });

  test("is sent on at most once by a browser, whatever stands between", async () => {
    await start(local);
    const first = await ask("GET /", { Host: "127.0.0.1:3000" });
    const cookie = /set-cookie: ([^;\r]+)/i.exec(first)?.[1] ?? "";
    expect(await statusOf("GET /", { Host: "127.0.0.1:3000", Cookie: cookie })).toBe(200);
  });

  test("is seen by no page but as what was asked for", async () => {
    await start();
    await ask("GET /", { Host: "192.0.2.7:3000", "X-Forwarded-Host": "evil.example", "X-Pail-Host": "evil" });
    expect(seen[0]?.headers).toMatchObject({
      host: "photos.example",
      "x-forwarded-host": "photos.example",
      "x-forwarded-proto": "http",
      "x-forwarded-for": "127.0.0.1",
      "x-pail-host": "192.0.2.7:3000",
    });
  });
});

test("the caller's address is the socket's, or a trusted proxy's word where it has one", async () => {
  const told = { "X-Forwarded-For": "203.0.113.7" };
  await start();
  await ask("GET /", told);
  await raw.stop();
  const [untrusted] = seen;
  await start({ TRUST_PROXY: "1" });
  await ask("GET /", told);
  await ask("GET /");
  expect([untrusted, ...seen].map((request) => request?.headers["x-forwarded-for"])).toEqual([
    "127.0.0.1",
    "203.0.113.7",
    "127.0.0.1",
  ]);
});

test("a proxy of this machine whose word does not count is noticed once; Next, which asks itself, is none", async () => {
  vi.resetModules();
  const [fresh, { log }] = await Promise.all([import("./front"), import("@/lib/log")]);
  const warn = vi.spyOn(log, "warn").mockReturnValue();
  seen = [];
  setEnv({ APP_ORIGIN: "https://photos.example", TRUST_PROXY: "" });
  raw = await serveRaw(fresh.frontOf(answering));
  const said = () => warn.mock.calls.filter(([what]) => String(what).includes("TRUST_PROXY=1")).length;
  await ask("GET /");
  await ask("GET /", { "X-Forwarded-For": "127.0.0.1", "X-Pail-Host": "photos.example" });
  expect(said()).toBe(0);
  await ask("GET /", { "X-Forwarded-For": "203.0.113.7" });
  await ask("GET /", { "X-Forwarded-For": "203.0.113.8" });
  expect(said()).toBe(1);
  warn.mockRestore();
});
