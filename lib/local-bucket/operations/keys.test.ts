import { readdir } from "node:fs/promises";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pinnedForm, postForm } from "@/lib/testing/local-bucket/forms";
import { send } from "@/lib/testing/local-bucket/raw-http";
import { exists, startTestServer, type TestServer } from "@/lib/testing/local-bucket/test-server";

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const hostile = [
  "..",
  ".",
  "../../x",
  "/",
  "//",
  "a//b",
  "%2e%2e",
  "\\..\\",
  "a/",
  "?#&+=",
  "\r\n",
  "\u202e",
  "con",
  "'\"<&>",
];
const piece = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.constantFrom(...hostile),
);
const key = fc
  .array(piece, { minLength: 1, maxLength: 12 })
  .map((pieces) => pieces.join("/"))
  .filter((text) => {
    const bytes = Buffer.byteLength(text);
    return bytes >= 1 && bytes <= 1024 && !text.includes("\0") && text.isWellFormed();
  });

test("any key goes in and comes out as it is, and nothing appears outside the folder", async () => {
  const { client, bucket } = server;
  await fc.assert(
    fc.asyncProperty(key, async (Key) => {
      const at = { Bucket: bucket, Key };
      await client.send(new PutObjectCommand({ ...at, Body: Key }));
      const { Body } = await client.send(new GetObjectCommand(at));
      expect(await Body?.transformToString()).toBe(Key);
      const { Contents } = await client.send(
        new ListObjectsV2Command({ Bucket: bucket, Prefix: Key, EncodingType: "url" }),
      );
      expect(Contents?.map((found) => decodeURIComponent(found.Key ?? ""))).toEqual([Key]);
      await client.send(new DeleteObjectCommand(at));
      expect(await exists(server, Key)).toBe(false);
    }),
    { numRuns: 100 },
  );
  expect(await readdir(server.parent)).toEqual(["a"]);
  expect(await readdir(`${server.parent}/a`)).toEqual(["data"]);
  expect(await server.files()).toEqual([]);
});

test("a form's key stays in its folder and in its bucket too", async () => {
  for (const Key of ["../../escaped.txt", "../other-bucket/hop.txt", "/etc/passwd"]) {
    const form = await pinnedForm(server, Key, Buffer.from("x"));
    expect((await postForm(server, form)).status).toBe(201);
    expect(await exists(server, Key)).toBe(true);
  }
  expect(await readdir(server.parent)).toEqual(["a"]);
  for (const name of await server.files()) expect(name).toMatch(/^[0-9a-f]{32}$/);
});

test("keys are told apart by every byte", async () => {
  const { client, bucket } = server;
  const keys = ["k/Case", "k/case", "k/same", "k/same/child", "k/e\u0301", "k/\u00e9", "k/100%25", "k/100%"];
  for (const Key of keys) await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: Key }));
  for (const Key of keys) {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
    expect(await Body?.transformToString()).toBe(Key);
  }
});

test("a key beyond 1024 bytes is refused", async () => {
  const put = (Key: string) =>
    server.client.send(new PutObjectCommand({ Bucket: server.bucket, Key, Body: "x" }));
  await put("k".repeat(1024));
  await expect(put("k".repeat(1025))).rejects.toMatchObject({ name: "KeyTooLongError" });
  await expect(put("é".repeat(513))).rejects.toMatchObject({ name: "KeyTooLongError" });
});

test.each(["%", "%zz", "%ff", "a%00b", "%c3%28"])(
  "the path /%s is refused before anything else",
  async (path) => {
    const answer = await send(`${server.endpoint}/${server.bucket}/${path}`, "GET");
    expect(answer.status).toBe(400);
  },
);
