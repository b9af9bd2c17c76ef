import { randomBytes } from "node:crypto";
import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { connect as connectSocket } from "node:net";
import { join } from "node:path";
import {
  CopyObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketCorsCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { boundary, encodeForm, pinnedForm, postForm } from "@/lib/testing/local-bucket/forms";
import { sendSigned } from "@/lib/testing/local-bucket/hand-signed";
import { send } from "@/lib/testing/local-bucket/raw-http";
import {
  credentials,
  exists,
  region,
  startTestServer,
  type TestServer,
} from "@/lib/testing/local-bucket/test-server";
import { startLocalBucket } from "./server";

const origin = "http://localhost:3000";
const image = randomBytes(200_000);
let server: TestServer;

beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server.stop());

const put = (Key: string, Body: Buffer | string = image) =>
  server.client.send(new PutObjectCommand({ Bucket: server.bucket, Key, Body }));
const bytesOf = async (Key: string) => {
  const { Body } = await server.client.send(new GetObjectCommand({ Bucket: server.bucket, Key }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
};

test("a port in use is said by Node's own error, and the folder is left alone", async () => {
  const dataDir = join(server.parent, "never");
  const second = startLocalBucket({ dataDir, port: server.local.port, region, credentials });
  await expect(second).rejects.toMatchObject({ code: "EADDRINUSE" });
  expect(await readdir(server.parent)).toEqual(["a"]);
});

test("a folder in use is not shared", async () => {
  await expect(startLocalBucket({ dataDir: server.dataDir, region, credentials })).rejects.toThrow(/locked/);
  await put("still/works");
});

test("it listens on this machine only", () => {
  expect(server.local.url).toBe(`http://127.0.0.1:${server.local.port}`);
});

test("after a restart everything is as it was, and leftovers are gone", async () => {
  await put("a/one");
  await postForm(server, await pinnedForm(server, "a/two", image));
  await writeFile(join(server.dataDir, "incoming", "half-written"), "x");
  await server.restart();
  expect(await bytesOf("a/one")).toEqual(image);
  expect(await bytesOf("a/two")).toEqual(image);
  expect(await server.files()).toHaveLength(2);
});

test("an overwritten or deleted object leaves no file, and a copy needs no second one for long", async () => {
  await put("a", "first");
  await put("a", "second");
  expect((await bytesOf("a")).toString()).toBe("second");
  expect(await server.files()).toHaveLength(1);
  await server.client.send(
    new CopyObjectCommand({ Bucket: server.bucket, Key: "b", CopySource: `${server.bucket}/a` }),
  );
  await put("a", "third");
  expect((await bytesOf("b")).toString()).toBe("second");
  expect(await server.files()).toHaveLength(2);
});

/** Sends a form's start, and lets go before its end. */
function abort(body: Buffer, sentBytes: number): Promise<void> {
  return new Promise((resolve) => {
    const outgoing = request(`${server.endpoint}/${server.bucket}`, {
      method: "POST",
      headers: { "Content-Type": `multipart/form-data; boundary=${boundary}`, "Content-Length": body.length },
    });
    outgoing.on("error", () => resolve());
    outgoing.write(body.subarray(0, sentBytes), () => setTimeout(() => outgoing.destroy(), 50));
  });
}

test("a client that goes away in the middle leaves nothing", async () => {
  const big = randomBytes(3_000_000);
  const body = encodeForm(await pinnedForm(server, "aborted.png", big));
  for (const sentBytes of [10, 2500, 500_000, 2_900_000]) await abort(body, sentBytes);
  await vi.waitFor(async () => {
    expect(server.log.filter(({ code }) => code === "ClientGone")).toHaveLength(4);
    expect(await server.files()).toEqual([]);
  });
  expect(await exists(server, "aborted.png")).toBe(false);
});

test("a body that is refused early is taken in until its sender can read the answer", async () => {
  const { fields } = await createPresignedPost(server.client, {
    Bucket: server.bucket,
    Key: "big.png",
    Conditions: [["content-length-range", 1, 1000]],
  });
  const refusals = [
    [{ fields, file: randomBytes(30_000_000) }, "EntityTooLarge"],
    [{ fields, file: randomBytes(500_000) }, "EntityTooLarge"],
    [
      { fields: { ...fields, "X-Amz-Signature": "0".repeat(64) }, file: randomBytes(30_000_000) },
      "SignatureDoesNotMatch",
    ],
  ] as const;
  for (const [form, code] of refusals) {
    // A browser's client: it reads nothing before it has sent everything.
    const answer = await fetch(`${server.endpoint}/${server.bucket}`, {
      method: "POST",
      body: new Uint8Array(encodeForm(form)),
      headers: { "Content-Type": `multipart/form-data; boundary=${boundary}` },
    });
    expect(await answer.text()).toContain(`<Code>${code}</Code>`);
  }
  expect(await server.files()).toEqual([]);
});

test("a page can read a refusal, and a cache keeps the origins apart", async () => {
  await server.client.send(
    new PutBucketCorsCommand({
      Bucket: server.bucket,
      CORSConfiguration: {
        CORSRules: [{ AllowedOrigins: [origin], AllowedMethods: ["POST", "GET"], ExposeHeaders: ["ETag"] }],
      },
    }),
  );
  const form = await pinnedForm(server, "cors.png", image);
  const bad = { ...form, fields: { ...form.fields, key: "other.png" } };
  const refused = await postForm(server, bad, { Origin: origin });
  expect(refused.status).toBe(403);
  expect(refused.headers["access-control-allow-origin"]).toBe(origin);
  expect(refused.headers["access-control-expose-headers"]).toBe("ETag");
  expect(refused.headers.vary).toContain("Origin");
  const broken = await send(`${server.endpoint}/${server.bucket}/none?X-Amz-Signature=x`, "GET", {
    Origin: origin,
  });
  expect([broken.status, broken.headers["access-control-allow-origin"]]).toEqual([400, origin]);
  const elsewhere = await postForm(server, bad, { Origin: "http://elsewhere.example" });
  expect(elsewhere.headers["access-control-allow-origin"]).toBeUndefined();
  expect((await postForm(server, bad)).headers.vary).toContain("Origin");
});

test.each([
  ["cors", "<CORSConfiguration>"],
  ["cors", "<CORSConfiguration/>"],
  ["cors", "<Other/>"],
  ["cors", ""],
  ["cors", "\0\xff"],
  ["cors", '<!DOCTYPE a [<!ENTITY x "xx">]><CORSConfiguration>&x;</CORSConfiguration>'],
  ["cors", `${"<a>".repeat(20_000)}${"</a>".repeat(20_000)}`],
  [
    "cors",
    "<CORSConfiguration><CORSRule><AllowedOrigin>&#x110000;</AllowedOrigin></CORSRule></CORSConfiguration>",
  ],
  ["cors", "<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>"],
  ["delete", "<Delete><Object/></Delete>"],
  ["delete", "<Delete><Object><Key>a</Key><Colour>1</Colour></Object></Delete>"],
  ["delete", `<Delete>${"<Object><Key>a</Key></Object>".repeat(1001)}</Delete>`],
  ["delete", "x".repeat(1024 ** 2 + 1)],
])("?%s with %.60s is refused", async (subresource, xml) => {
  const answer = await sendSigned(server.endpoint, {
    method: subresource === "cors" ? "PUT" : "POST",
    path: `/${server.bucket}`,
    query: { [subresource]: "" },
    body: Buffer.from(xml, "latin1"),
  });
  expect(answer.status).toBe(400);
  expect(answer.code).toMatch(/^(MalformedXML|MaxMessageLengthExceeded)$/);
});

test("what is not offered is said by its name", async () => {
  const signed = await getSignedUrl(
    server.client,
    new ListObjectsV2Command({ Bucket: server.bucket, Prefix: "x" }),
  );
  expect((await send(signed, "GET")).status).toBe(200);
  const form = await createPresignedPost(server.client, {
    Bucket: server.bucket,
    Key: "sse.png",
    Fields: { "x-amz-server-side-encryption": "AES256" },
  });
  const answer = await postForm(server, { ...form, file: image });
  expect([answer.status, answer.code]).toEqual([501, "NotImplemented"]);
  expect(answer.body).toContain("server-side encryption");
  expect(await server.files()).toEqual([]);
});

/** What a server says to bytes that no HTTP client would send. */
function raw(bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket(server.local.port, "127.0.0.1", () => socket.write(bytes));
    let answer = "";
    socket.on("data", (chunk) => {
      answer += chunk;
    });
    socket.on("end", () => resolve(answer));
    socket.on("error", reject);
  });
}

test("what is not HTTP is refused without a word about the inside", async () => {
  const host = "Host: localhost\r\nConnection: close\r\n";
  for (const bytes of [
    "\0\0\0\0\r\n\r\n",
    `GET / HTTP/1.1\r\n${host}x-amz-meta-a: b\0c\r\n\r\n`,
    `GET /${"a".repeat(40_000)} HTTP/1.1\r\n${host}\r\n`,
    `GET http://elsewhere/ HTTP/1.1\r\n${host}\r\n`,
    `POST / HTTP/1.1\r\n${host}Content-Length: -5\r\n\r\n`,
  ]) {
    const answer = await raw(bytes);
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(answer).toContain("<Error><Code>");
    expect(answer).not.toMatch(/node:|\.ts|at Object/);
  }
  await put("alive");
});

test("an inner failure is a 500 without its reason, which only the log has", async () => {
  await put("lost.png");
  for (const name of await server.files()) await rm(join(server.dataDir, "blobs", name.slice(0, 2), name));
  const url = await getSignedUrl(
    server.client,
    new GetObjectCommand({ Bucket: server.bucket, Key: "lost.png" }),
  );
  const answer = await send(url, "GET");
  expect([answer.status, answer.code]).toEqual([500, "InternalError"]);
  expect(answer.body).not.toContain("ENOENT");
  await vi.waitFor(() => expect(server.log.at(-1)).toMatchObject({ level: "error", code: "InternalError" }));
});

test("the log has one record per request, and no secrets", async () => {
  const url = await getSignedUrl(
    server.client,
    new GetObjectCommand({ Bucket: server.bucket, Key: "a b.png" }),
  );
  const before = server.log.length;
  const answer = await send(url, "GET");
  await vi.waitFor(() => expect(server.log.length).toBe(before + 1));
  expect(server.log.at(-1)).toMatchObject({
    requestId: answer.headers["x-amz-request-id"],
    method: "GET",
    operation: "GetObject",
    bucket: server.bucket,
    key: "a b.png",
    status: 404,
    code: "NoSuchKey",
  });
  expect(JSON.stringify(server.log)).not.toMatch(/X-Amz-Signature|Signature=|test-secret/);
  const { bytesIn, bytesOut } = server.local.stats();
  await put("counted");
  await vi.waitFor(() => expect(server.local.stats().bytesIn - bytesIn).toBeGreaterThan(image.length));
  expect(server.local.stats().bytesOut - bytesOut).toBeLessThan(2000);
});

test("a file holds the bytes, under a name of the server's own, for its owner only", async () => {
  await put("mine.png");
  const [name = ""] = await server.files();
  expect(name).toMatch(/^[0-9a-f]{32}$/);
  const path = join(server.dataDir, "blobs", name.slice(0, 2), name);
  expect(await readFile(path)).toEqual(image);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});
