import type { RequestListener } from "node:http";
import { buffer } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { setClock } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { sessions } from "@/lib/db/schema";
import { storedToken } from "@/lib/db/session-tokens";
import { newId } from "@/lib/ids";
import { type RawServer, serveRaw } from "@/lib/testing/held-connections";
import { addViewer, startTestPail } from "@/lib/testing/test-pail";
import { boundConnections } from "./connections";
import { type BodyLimits, bodyLimits, takingWholeBodies } from "./whole-body";

let pail: Awaited<ReturnType<typeof startTestPail>>;
let cookie: string;
let raw: RawServer;
let reached: { url: string | undefined; bytes: number }[] = [];

beforeAll(async () => {
  pail = await startTestPail();
  const token = newId();
  const times = { createdAt: new Date(), updatedAt: new Date(), expiresAt: new Date(Date.now() + 600_000) };
  const row = { id: newId(), userId: (await addViewer()).id, token: storedToken(token), ...times };
  await database().orm.insert(sessions).values(row);
  cookie = `Cookie: language=ko; pail=${token}\r\n`;
});
afterAll(() => pail.stop());
beforeEach(() => {
  reached = [];
});
afterEach(async () => {
  setClock(null);
  await raw.stop();
});

const answering: RequestListener = async (request, response) => {
  reached.push({ url: request.url, bytes: (await buffer(request)).length });
  response.end("taken");
};
const start = async (limits: Partial<BodyLimits> = {}) => {
  raw = await serveRaw(takingWholeBodies(answering, { ...bodyLimits, ...limits }), (server) =>
    boundConnections(server),
  );
};
const head = (length: number | null, { path = "/sign-in", extra = "" } = {}) => {
  const framing = length === null ? "Transfer-Encoding: chunked" : `Content-Length: ${length}`;
  return `POST ${path} HTTP/1.1\r\nHost: a\r\n${extra}${framing}\r\n\r\n`;
};
const chunked = (bytes: number) => `${bytes.toString(16)}\r\n${"x".repeat(bytes)}\r\n`;
const answered = async (bytes: string) => {
  const { answer } = await raw.hold(bytes);
  await expect.poll(answer).toContain("\r\n\r\n");
  return answer().slice(9, 12);
};

test("a body reaches the page once it is whole, the same bytes, however it comes", async () => {
  await start();
  const { socket, answer } = await raw.hold(`${head(6)}abc`);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(reached).toEqual([]);
  socket.write("def");
  await expect.poll(answer).toContain("taken");
  expect(await answered(`${head(null)}${chunked(5)}${chunked(70_000)}0\r\n\r\n`)).toBe("200");
  expect(await answered(`GET / HTTP/1.1\r\nHost: a\r\n\r\n`)).toBe("200");
  expect(reached).toEqual([
    { url: "/sign-in", bytes: 6 },
    { url: "/sign-in", bytes: 70_005 },
    { url: "/", bytes: 0 },
  ]);
});

test("one connection goes on after a body", async () => {
  await start();
  const { socket, answer } = await raw.hold(`${head(3)}abc${head(2)}de`);
  await expect.poll(() => answer().match(/taken/g)?.length).toBe(2);
  socket.write(head(70_000) + "x".repeat(70_000));
  await expect.poll(() => answer().match(/taken/g)?.length).toBe(3);
  expect(reached.map(({ bytes }) => bytes)).toEqual([3, 2, 70_000]);
});

test("anyone may send a megabyte, and whoever has signed in what an action may have", async () => {
  await start();
  const mib = 1024 * 1024;
  expect(await answered(head(mib) + "x".repeat(mib))).toBe("200");
  expect(await answered(head(mib + 1) + "x".repeat(1000))).toBe("413");
  expect(await answered(head(null) + chunked(mib) + chunked(1))).toBe("413");
  expect(await answered(head(2 * mib, { extra: cookie }) + "x".repeat(2 * mib))).toBe("200");
  expect(await answered(head(3 * mib, { extra: cookie }))).toBe("413");
  expect(await answered(head(2 * mib, { extra: "Cookie: pail=made-up; %\r\n" }))).toBe("413");
});

test("anyone has so long for it, and whoever has signed in longer", async () => {
  await start({ anonymousMs: 300, ms: 900 });
  const began = performance.now();
  const [stranger, member] = await Promise.all([
    answered(`${head(100)}abc`).then((status) => [status, performance.now() - began]),
    answered(`${head(100, { extra: cookie })}abc`).then((status) => [status, performance.now() - began]),
  ]);
  expect([stranger[0], member[0]]).toEqual(["408", "408"]);
  expect(stranger[1]).toBeLessThan(800);
  expect(member[1]).toBeGreaterThan(850);
  expect(reached).toEqual([]);
});

test("large ones wait in line, and small ones do not wait for them", async () => {
  await start({ anonymousAtOnce: 1 });
  const first = await raw.hold(head(100_000) + "x".repeat(99_999));
  const second = await raw.hold(head(100_000) + "x".repeat(100_000));
  expect(await answered(`${head(3)}abc`)).toBe("200");
  expect(await answered(head(100_000, { extra: cookie }) + "x".repeat(100_000))).toBe("200");
  expect(second.answer()).toBe("");
  first.socket.write("x");
  await expect.poll(second.answer).toContain("taken");
  const third = await raw.hold(head(100_000) + "x".repeat(99_999));
  const fourth = await raw.hold(head(100_000) + "x".repeat(100_000));
  third.socket.destroy();
  await expect.poll(fourth.answer).toContain("taken");
});

test("a body of crumbs is cut off, since each costs as much as a large piece", async () => {
  await start();
  const { ended } = await raw.hold(head(null) + chunked(1).repeat(2000));
  expect(await ended).toBe("");
  expect(reached).toEqual([]);
});

test("bodies of the API pass as they come", async () => {
  const passing: RequestListener = (request, response) => {
    request.once("data", () => response.end("began"));
  };
  raw = await serveRaw(takingWholeBodies(passing));
  const { answer } = await raw.hold(`${head(9_000_000, { path: "/api/v1/images" })}abc`);
  await expect.poll(answer).toContain("began");
});

test("150 connections that hold a body open cost less than 50 MB, and keep nobody waiting", async () => {
  await start();
  const bytes = Buffer.alloc(60 * 1024);
  const piece = Buffer.from(`${bytes.length.toString(16)}\r\n${bytes}\r\n`);
  const before = process.memoryUsage().external;
  for (let n = 0; n < 150; n += 1) {
    // Half of them say nothing of the length, and all send as much as is taken from them.
    const isChunked = n % 2 === 1;
    const { socket } = await raw.hold(head(isChunked ? null : 1_000_000));
    for (let sent = 0; sent < 900_000; sent += bytes.length) socket.write(isChunked ? piece : bytes);
  }
  await new Promise((resolve) => setTimeout(resolve, 2000));
  expect((process.memoryUsage().external - before) / 1024 ** 2).toBeLessThan(50);
  expect(await answered(`${head(3)}abc`)).toBe("200");
});
