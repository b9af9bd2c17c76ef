import { randomBytes } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { type Dialled, dial, send, signedHead } from "@/lib/testing/local-bucket/raw-http";
import { startTestServer, type TestServer } from "@/lib/testing/local-bucket/test-server";

let server: TestServer;
const dialled: Dialled[] = [];

afterEach(async () => {
  for (const { socket } of dialled.splice(0)) socket.destroy();
  await server.stop();
});

async function open(bytes = "", from?: string): Promise<Dialled> {
  const connection = await dial(server, from);
  connection.socket.on("error", () => undefined);
  if (bytes) connection.socket.write(bytes);
  dialled.push(connection);
  return connection;
}

const signedUrl = () =>
  getSignedUrl(server.client, new GetObjectCommand({ Bucket: server.bucket, Key: "none" }));

async function expectServed(key: string): Promise<void> {
  const Body = randomBytes(300_000);
  const at = { Bucket: server.bucket, Key: key };
  await server.client.send(new PutObjectCommand({ ...at, Body }));
  const { Body: got } = await server.client.send(new GetObjectCommand(at));
  expect(Body.equals((await got?.transformToByteArray()) ?? Buffer.alloc(0))).toBe(true);
  const { Contents } = await server.client.send(new ListObjectsV2Command({ Bucket: at.Bucket, Prefix: key }));
  expect(Contents).toHaveLength(1);
}

test("a crowd that stalls, trickles and does not read leaves the others served", async () => {
  server = await startTestServer();
  const Body = randomBytes(8 * 1024 ** 2);
  await server.client.send(new PutObjectCommand({ Bucket: server.bucket, Key: "big", Body }));
  const put = await signedHead(server, "PUT", "stalled", { "Content-Length": 5_000_000 });
  const get = await signedHead(server, "GET", "big");
  for (let i = 0; i < 60; i++) await open(`${put}and then nothing`);
  for (let i = 0; i < 20; i++) await open(put.slice(0, 40 + i));
  for (let i = 0; i < 20; i++) (await open(get)).socket.pause();
  for (let i = 0; i < 20; i++) await open();
  for (const i of [1, 2, 3]) await expectServed(`served/${i}`);
});

test("beyond the limit idle connections give way; where none is idle, a newcomer is told to come later", async () => {
  const connections = 8;
  server = await startTestServer({ limits: { connections, pauseWhenFullMs: 600_000 } });
  // The SDK's own connection would count.
  server.client.destroy();
  const url = await signedUrl();
  const get = await signedHead(server, "GET", "none");
  const idle = await Promise.all(Array.from({ length: connections }, () => open(get)));
  await Promise.all(idle.map(({ socket }) => new Promise((resolve) => socket.once("data", resolve))));
  expect((await send(url, "GET")).code).toBe("NoSuchKey");
  await Promise.all(idle.map(({ ended }) => ended));

  const put = await signedHead(server, "PUT", "stalled", { "Content-Length": 5_000_000 });
  for (let i = 0; i < connections; i++) await open(`${put}and then nothing`);
  await expect.poll(async () => (await readdir(join(server.dataDir, "incoming"))).length).toBe(connections);
  const refused = await send(url, "GET");
  expect([refused.status, refused.code, refused.headers["retry-after"]]).toEqual([503, "SlowDown", "1"]);
  for (const { socket } of dialled) socket.destroy();
  await expect.poll(() => readdir(join(server.dataDir, "incoming"))).toEqual([]);
  expect((await send(url, "GET")).code).toBe("NoSuchKey");
});

test.each([
  ["on which nothing comes", ""],
  ["that have begun to ask", "GET / HTTP/1.1\r\nHost: "],
])("a thousand connections of one client %s leave room for others", async (_what, bytes) => {
  server = await startTestServer();
  const url = await signedUrl();
  const crowd = Array.from({ length: 1000 }, () => open(bytes, "127.0.0.2"));
  await Promise.all(crowd);
  const began = performance.now();
  for (const key of ["first", "second", "third"]) await expectServed(key);
  for (let n = 0; n < 20; n += 1) expect((await send(url, "GET")).code).toBe("NoSuchKey");
  expect(performance.now() - began).toBeLessThan(4000);
  // The crowd itself is served once it asks.
  const { answer } = await open(await signedHead(server, "GET", "none"), "127.0.0.2");
  await expect.poll(answer).toContain("NoSuchKey");
});

test("no bytes, cut anywhere, bring it down or leave anything behind", { timeout: 240_000 }, async () => {
  server = await startTestServer();
  const put = await signedHead(server, "PUT", "fuzz", { "Content-Length": 9 });
  const get = await signedHead(server, "GET", "fuzz");
  const piece = fc.oneof(
    fc.constantFrom(
      put,
      get,
      "\r\n\r\n",
      "\r\n",
      "GET / HTTP/1.1\r\n",
      "Host: a\r\n",
      "Content-Length: 5\r\n",
    ),
    fc.constantFrom("Transfer-Encoding: chunked\r\n", "Expect: 100-continue\r\n", "5\r\nabc", "0\r\n\r\n"),
    fc.string({ unit: "binary", maxLength: 30 }),
  );
  const cut = fc.constantFrom("end", "destroy", "reset");
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 8 }), cut, async (pieces, how) => {
      const { socket } = await open(pieces.join(""));
      const closed = new Promise((resolve) => socket.once("close", resolve));
      socket.resume();
      if (how === "end") socket.end();
      else if (how === "destroy") socket.destroy();
      else socket.resetAndDestroy();
      if (how !== "end") await closed;
    }),
    { numRuns: 200 },
  );
  for (const { socket } of dialled) socket.destroy();
  await expectServed("after");
  await expect.poll(() => readdir(join(server.dataDir, "incoming"))).toEqual([]);
  expect(server.log.filter(({ level }) => level === "error")).toEqual([]);
});
