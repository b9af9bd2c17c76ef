import { GetObjectCommand, PutBucketCorsCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { postForm } from "@/lib/testing/local-bucket/forms";
import { type Answer, send } from "@/lib/testing/local-bucket/raw-http";
import { startTestServer, type TestServer } from "@/lib/testing/local-bucket/test-server";

const origin = "http://localhost:3000";
const bytes = Buffer.from("bytes");
let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  const { bucket: Bucket, client } = server;
  const rule = { AllowedOrigins: ["*"], AllowedMethods: ["GET"], AllowedHeaders: ["*"] };
  await client.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: [rule] } }));
  await client.send(new PutObjectCommand({ Bucket, Key: "plain", Body: bytes }));
});
afterAll(() => server.stop());

/** Text that would add a header to a response, if it got into one as it is. */
const hostile = fc.oneof(
  fc.string({ unit: "binary", maxLength: 30 }),
  fc
    .tuple(
      fc.string({ maxLength: 5 }),
      fc.constantFrom("\r\n", "\n", "\r", "\u2028", "\u560a", "\0", "\x85", "%0d%0a", " "),
    )
    .map(([start, end]) => `${start}${end}X-Injected: yes${end}${end}<p>`),
);

function expectClean({ status, headers }: Answer): void {
  expect(status).toBeLessThan(500);
  expect(headers["x-injected"]).toBeUndefined();
  for (const value of Object.values(headers).flat()) expect(value).toMatch(/^[\x20-\x7e\xa0-\xff]*$/);
}

test("what a signed URL wants for a header is sent as such, or refused", async () => {
  const names = ["ContentType", "ContentDisposition", "ContentLanguage", "ContentEncoding", "CacheControl"];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...names), hostile, async (name, value) => {
      const input = { Bucket: server.bucket, Key: "plain", [`Response${name}`]: value };
      expectClean(await send(await getSignedUrl(server.client, new GetObjectCommand(input)), "GET"));
    }),
    { numRuns: 200 },
  );
});

test("a form's fields come back as they were, or are refused", async () => {
  const names = [
    "Content-Type",
    "Content-Disposition",
    "Cache-Control",
    "Expires",
    "x-amz-meta-a",
    "tagging",
  ];
  const field = fc.constantFrom(...names, "success_action_redirect", "success_action_status", "key");
  await fc.assert(
    fc.asyncProperty(field, hostile, async (name, value) => {
      const Key = name === "key" ? `form/${value}` : "form/field";
      const form = await createPresignedPost(server.client, {
        Bucket: server.bucket,
        Key,
        Fields: name === "key" ? {} : { [name]: value },
      });
      const posted = await postForm(server, { ...form, file: bytes });
      expectClean(posted);
      if (posted.status >= 400) return;
      const url = await getSignedUrl(server.client, new GetObjectCommand({ Bucket: server.bucket, Key }));
      const read = await send(url, "GET");
      expectClean(read);
      expect(read).toMatchObject({ status: 200, body: bytes.toString() });
    }),
    { numRuns: 300 },
  );
});

test("what a signed URL says of the object to write comes back as it was, or is refused", async () => {
  await fc.assert(
    fc.asyncProperty(hostile, async (value) => {
      const at = { Bucket: server.bucket, Key: "hoisted" };
      const put = new PutObjectCommand({ ...at, Metadata: { a: value }, Tagging: value });
      const written = await send(await getSignedUrl(server.client, put), "PUT", { "Content-Length": 0 });
      expectClean(written);
      if (written.status >= 400) return;
      expectClean(await send(await getSignedUrl(server.client, new GetObjectCommand(at)), "GET"));
    }),
    { numRuns: 100 },
  );
});

test("what a page says of itself is echoed only where a header can hold it", async () => {
  const latin1 = fc.string({ unit: fc.integer({ min: 0x20, max: 0xff }).map((c) => String.fromCharCode(c)) });
  const sendable = latin1.filter((text) => !text.includes("\x7f"));
  await fc.assert(
    fc.asyncProperty(sendable, sendable, sendable, async (from, asked, host) => {
      const headers = { Origin: `${origin}${from}`, "Access-Control-Request-Method": "GET" };
      const answer = await send(`${server.endpoint}/${server.bucket}/plain`, "OPTIONS", {
        ...headers,
        "Access-Control-Request-Headers": `x-${asked}`,
        Host: `h${host}`,
      });
      expect(answer.status).toBeLessThan(500);
    }),
    { numRuns: 200 },
  );
});
