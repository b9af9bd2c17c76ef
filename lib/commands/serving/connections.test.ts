import type { RequestListener } from "node:http";
import type { Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { type Held, type RawServer, serveRaw } from "@/lib/testing/held-connections";
import { boundConnections, type ConnectionLimits, connectionLimits } from "./connections";

let raw: RawServer;
afterEach(() => raw.stop());

const answering: RequestListener = (request, response) => {
  if (request.url === "/waits") return;
  if (request.url === "/large") {
    response.end(Buffer.alloc(50_000_000));
    return;
  }
  if (request.url === "/at-once") response.end("answered");
  else if (request.url === "/after-a-look") setTimeout(() => response.end("answered"), 50);
  else if (request.url === "/once-it-begins") request.once("data", () => response.end("answered"));
  else request.resume().once("end", () => response.end("answered"));
};
const start = async (limits: Partial<ConnectionLimits> = {}) => {
  raw = await serveRaw(answering, (server) =>
    boundConnections(server, { ...connectionLimits, lookMs: 20, ...limits }),
  );
};
const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
const post = (length: number, path = "/") =>
  `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`;
const isOpen = ({ socket }: Held) => !socket.destroyed;
const openAmong = (all: Held[]) => all.filter(isOpen).length;
const hold = (count: number, bytes: string, address?: string) =>
  Promise.all(Array.from({ length: count }, () => raw.hold(bytes, address)));

test("when there are too many, whoever has the most gives one up that asks for nothing", async () => {
  await start({ connections: 20 });
  const few = await hold(4, get("/at-once"), "127.0.0.2");
  const crowd = await hold(40, "GET / HTTP/1.1\r\nHost: ", "127.0.0.3");
  await expect.poll(() => openAmong(crowd)).toBe(16);
  expect(openAmong(few)).toBe(4);
  const newcomer = await raw.hold(get("/at-once"), "127.0.0.4");
  await expect.poll(newcomer.answer).toContain("answered");
  expect(openAmong(few)).toBe(4);
});

test("an unfinished body gives way too, what is being answered does not", async () => {
  await start({ connections: 6 });
  const answered = await hold(3, get("/waits"));
  const bodies = await hold(3, `${post(10)}abc`);
  await new Promise((resolve) => setTimeout(resolve, 100));
  const newcomer = await raw.hold(get("/at-once"));
  await expect.poll(newcomer.answer).toContain("answered");
  await expect.poll(() => openAmong(bodies)).toBe(2);
  expect(openAmong(answered)).toBe(3);
});

test("a body that pauses or trickles for too long is ended, one that moves is not", async () => {
  await start({ senderPauseMs: 2000, paceMs: 4000, paceBytes: 100 });
  const [paused, trickling, moving] = await Promise.all([
    raw.hold(`${post(9000)}abc`),
    raw.hold(post(9000)),
    raw.hold(post(3000)),
  ]);
  const timers = [
    setInterval(() => trickling.socket.write("x"), 50),
    setInterval(() => moving.socket.write("x".repeat(100)), 50),
  ];
  await paused.ended;
  expect(isOpen(trickling)).toBe(true);
  await trickling.ended;
  await expect.poll(moving.answer).toContain("answered");
  for (const timer of timers) clearInterval(timer);
});

test("what comes after an answer is taken for a while, and of few at once", async () => {
  await start({ restMs: 3000, restBytes: 10_000, restsAtOnce: 1, partingMs: 100 });
  const began = performance.now();
  const first = await raw.hold(post(1_000_000, "/at-once"));
  await expect.poll(first.answer).toContain("answered");
  const second = await raw.hold(post(1_000_000, "/at-once"));
  await second.ended;
  expect(second.answer()).toContain("answered");
  expect(isOpen(first)).toBe(true);
  await first.ended;
  expect(performance.now() - began).toBeGreaterThan(2900);
  const flood = await raw.hold(post(100_000_000, "/at-once") + "x".repeat(50_000));
  await flood.ended;
});

test.each(["/at-once", "/after-a-look", "/once-it-begins"])(
  "of what a crowd sends after its answers no more is read: %s",
  async (path) => {
    const restBytes = 200_000;
    await start({ lookMs: 1000, restBytes, restsAtOnce: 4, partingMs: 1000 });
    const sockets: Socket[] = [];
    raw.server.on("connection", (socket) => sockets.push(socket));
    const crowd = await hold(40, post(20_000_000, path));
    for (const { socket } of crowd) socket.write(Buffer.alloc(19_000_000));
    await Promise.all(crowd.map(({ ended }) => ended));
    for (const { answer } of crowd) expect(answer()).toContain("answered");
    // What comes before the answer waits in a buffer of Node's, and what one turn of its loop takes from a connection comes whole.
    const turnBytes = 32 * 64 * 1024;
    const read = sockets.map(({ bytesRead }) => bytesRead).sort((one, other) => other - one);
    expect(read[0]).toBeLessThan(restBytes + turnBytes);
    // Of the 760 MB that are sent.
    expect(read.reduce((sum, bytes) => sum + bytes)).toBeLessThan(
      4 * (restBytes + turnBytes) + 36 * 256 * 1024,
    );
  },
);

test("a connection goes on where the rest of a body was short", async () => {
  await start({ restMs: 300 });
  const { socket, answer } = await raw.hold(`${post(6, "/at-once")}abc`);
  await expect.poll(answer).toContain("answered");
  socket.write(`def${get("/at-once")}`);
  await expect.poll(() => answer().match(/answered/g)?.length).toBe(2);
});

test("a head that takes too long, and a reader that does not read, are ended", async () => {
  await start({ headMs: 300, readerPauseMs: 300 });
  const reader = await raw.hold(get("/large"));
  reader.socket.pause();
  const head = await raw.hold("GET / HTTP/1.1\r\nHost: ");
  await head.ended;
  await expect.poll(() => new Promise((resolve) => raw.server.getConnections((_, n) => resolve(n)))).toBe(0);
});

test("many that send a little after their answers, one after another, are no crowd", async () => {
  await start({ restsAtOnce: 2, lookMs: 60_000 });
  for (let n = 0; n < 6; n += 1) {
    const { socket, answer } = await raw.hold(`${post(6, "/at-once")}abc`);
    await expect.poll(answer).toContain("answered");
    socket.write(`def${get("/at-once")}`);
    await expect.poll(() => answer().match(/answered/g)?.length).toBe(2);
  }
});
