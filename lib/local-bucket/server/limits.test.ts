import { randomBytes } from "node:crypto";
import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterEach, expect, test, vi } from "vitest";
import { boundary, encodeForm, pinnedForm } from "@/lib/testing/local-bucket/forms";
import { dial, send, signedHead } from "@/lib/testing/local-bucket/raw-http";
import { exists, openBlobs, startTestServer, type TestServer } from "@/lib/testing/local-bucket/test-server";
import type { Limits } from "./limits";

let server: TestServer;
afterEach(() => server.stop());

const start = async (limits: Partial<Limits> = {}) => {
  server = await startTestServer({ limits: { lookMs: 20, ...limits } });
};
/** Whether the neighbours are served as ever. */
const expectAlive = async (key = "alive") => {
  const Body = randomBytes(300_000);
  await server.client.send(new PutObjectCommand({ Bucket: server.bucket, Key: key, Body }));
  const { Body: got } = await server.client.send(new GetObjectCommand({ Bucket: server.bucket, Key: key }));
  expect(Buffer.from((await got?.transformToByteArray()) ?? [])).toEqual(Body);
};
const lastRecord = () => server.log.filter(({ requestId }) => requestId !== undefined).at(-1);

test("eight kilobytes of headers are taken, more are refused with S3's own answer", async () => {
  await start();
  const url = await getSignedUrl(server.client, new GetObjectCommand({ Bucket: server.bucket, Key: "none" }));
  // Of "Host: …", "Connection: close" and "x-long: ", with their line ends.
  const others = `Host: ${new URL(url).host}\r\nConnection: close\r\nx-long: \r\n`.length;
  const headers = (bytes: number) => ({ "x-long": "x".repeat(bytes - others) });
  expect((await send(url, "GET", headers(8192))).code).toBe("NoSuchKey");
  const refused = await send(url, "GET", headers(8193));
  expect([refused.status, refused.code]).toEqual([400, "RequestHeaderSectionTooLarge"]);
  expect(refused.body).toContain("<MaxSizeAllowed>8192</MaxSizeAllowed>");
  // Of another server on this host: a browser does not tell ports apart.
  expect((await send(url, "GET", { ...headers(8192), cookie: "a".repeat(12_000) })).code).toBe("NoSuchKey");
});

test.each([
  [
    "HPE_HEADER_OVERFLOW",
    "RequestHeaderSectionTooLarge",
    `GET / HTTP/1.1\r\nHost: a\r\na: ${"a".repeat(40_000)}`,
  ],
  ["a megabyte", "RequestHeaderSectionTooLarge", `GET / HTTP/1.1\r\nHost: a\r\na: ${"a".repeat(1024 ** 2)}`],
  ["a method that is none", "BadRequest", "STEAL / HTTP/1.1\r\nHost: a\r\n\r\n"],
  ["another protocol", "BadRequest", "\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03"],
])("what Node cannot read is answered and recorded as S3 would: %s", async (_what, code, bytes) => {
  await start();
  const { socket, ended } = await dial(server);
  socket.write(bytes);
  const answer = await ended;
  expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
  expect(answer).toContain(`<Error><Code>${code}</Code>`);
  const [, requestId] = /x-amz-request-id: ([0-9A-F]{16})\r\n/.exec(answer) ?? [];
  expect(answer).toContain(`<RequestId>${requestId}</RequestId>`);
  expect(lastRecord()).toMatchObject({ requestId, status: 400, code, remoteAddress: "127.0.0.1" });
  await expectAlive();
});

test("the longest key with a long signed query fits, and a target of more than 16 KB is refused", async () => {
  await start();
  const Key = "ü".repeat(512);
  await server.client.send(new PutObjectCommand({ Bucket: server.bucket, Key, Body: "x" }));
  const url = await getSignedUrl(
    server.client,
    new GetObjectCommand({
      Bucket: server.bucket,
      Key,
      ResponseContentDisposition: `attachment; filename*=UTF-8''${"%C3%BC".repeat(255)}`,
      ResponseCacheControl: "private, max-age=86400, immutable",
    }),
  );
  expect((await send(url, "GET")).status).toBe(200);
  const path = `/${server.bucket}?${"a".repeat(16 * 1024)}`;
  const refused = await send(`${server.endpoint}${path}`, "GET");
  expect([refused.status, refused.code]).toEqual([400, "InvalidURI"]);
  expect(refused.body).toContain(`${path.length} bytes, at most 16384`);
});

/** The start of a request that is never finished, and how it is recorded. */
const unfinished: Record<string, () => Promise<[bytes: Buffer, operation: string]>> = {
  "a PUT": async () => [
    Buffer.concat([
      Buffer.from(await signedHead(server, "PUT", "slow", { "Content-Length": 9_000_000 })),
      bytes,
    ]),
    "PutObject",
  ],
  "a form in its file": async () => [(await formStart()).subarray(0, 600_000), "PostObject"],
  "a form in its fields": async () => [(await formStart()).subarray(0, 700), "PostObject"],
  "a body that nobody reads": async () => [
    Buffer.from(`PUT /${server.bucket}/slow HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc`),
    "PutObject",
  ],
};
const bytes = randomBytes(1_000_000);
const formStart = async () => {
  const form = encodeForm(await pinnedForm(server, "slow", bytes));
  const head = [
    `POST /${server.bucket} HTTP/1.1`,
    "Host: a",
    `Content-Type: multipart/form-data; boundary=${boundary}`,
    `Content-Length: ${form.length}`,
  ];
  return Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`), form]);
};

test.each(Object.keys(unfinished))("a body that pauses for too long is refused: %s", async (name) => {
  await start({ senderPauseMs: 400 });
  await expectAlive();
  const [start_, operation] = (await unfinished[name]?.()) ?? [];
  const { socket, ended } = await dial(server);
  socket.write(start_ ?? "");
  const answer = await ended;
  if (name === "a body that nobody reads") expect(answer).toContain("<Code>AccessDenied</Code>");
  else {
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n[\s\S]*Connection: close\r\n/);
    expect(answer).toContain("<Code>RequestTimeout</Code>");
    await vi.waitFor(() =>
      expect(lastRecord()).toMatchObject({ operation, code: "RequestTimeout", status: 400 }),
    );
  }
  await vi.waitFor(async () => expect(await openBlobs(server)).toEqual([]));
  expect(await server.files()).toHaveLength(1);
  expect(await exists(server, "slow")).toBe(false);
});

test("a body that trickles is refused", async () => {
  await start({ paceMs: 600, paceBytes: 1000, senderPauseMs: 60_000 });
  const { socket, ended, answer } = await dial(server);
  socket.write(await signedHead(server, "PUT", "slow", { "Content-Length": 9_000_000 }));
  const trickle = setInterval(() => socket.write("x"), 20);
  await ended;
  clearInterval(trickle);
  expect(answer()).toContain("<Code>RequestTimeout</Code>");
  await vi.waitFor(async () => expect(await server.files()).toEqual([]));
});

test("a body that is slow, but not that slow, is stored", async () => {
  await start({ paceMs: 200, paceBytes: 20, senderPauseMs: 10_000 });
  const length = 3000;
  const { socket, answer } = await dial(server);
  socket.write(await signedHead(server, "PUT", "slow", { "Content-Length": length }));
  for (let sent = 0; sent < length; sent += 60) {
    socket.write("x".repeat(60));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await vi.waitFor(() => expect(answer()).toMatch(/^HTTP\/1\.1 200 /), { timeout: 20_000 });
  socket.destroy();
});

test("nobody is blamed when it was the server that stood still", async () => {
  await start({ senderPauseMs: 1000 });
  const { socket, answer } = await dial(server);
  socket.write(await signedHead(server, "PUT", "late", { "Content-Length": 4 }));
  socket.write("ab");
  await vi.waitFor(async () => expect(await server.files()).toHaveLength(1));
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3000);
  socket.write("cd");
  await vi.waitFor(() => expect(answer()).toMatch(/^HTTP\/1\.1 200 /), { timeout: 20_000 });
  socket.destroy();
});

test("a head that takes too long is refused, and a connection on which nothing comes is closed", async () => {
  await start({ headMs: 500 });
  const silent = await dial(server);
  const { socket, ended } = await dial(server);
  const head = "GET / HTTP/1.1\r\nHost: a\r\nx-slow: ";
  for (const character of head) socket.write(character);
  const trickle = setInterval(() => socket.write("x"), 20);
  expect(await ended).toContain("<Code>RequestTimeout</Code>");
  clearInterval(trickle);
  expect(lastRecord()).toMatchObject({ method: "", code: "RequestTimeout" });
  expect(await silent.ended).toBe("");
});

test("a connection that lies idle after a request is closed", async () => {
  await start({ keepAliveMs: 300 });
  const { socket, ended } = await dial(server);
  socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  expect(await ended).toContain("<Code>AccessDenied</Code>");
});

test("a reader that does not read is let go of, and so is the file", async () => {
  await start({ readerPauseMs: 500 });
  const Body = randomBytes(30_000_000);
  await server.client.send(new PutObjectCommand({ Bucket: server.bucket, Key: "big", Body }));
  const { socket } = await dial(server);
  socket.pause();
  socket.write(await signedHead(server, "GET", "big"));
  await vi.waitFor(
    () => expect(lastRecord()).toMatchObject({ operation: "GetObject", code: "RequestTimeout" }),
    {
      timeout: 20_000,
    },
  );
  socket.destroy();
  await vi.waitFor(async () => expect(await openBlobs(server)).toEqual([]));
});
