import { Agent } from "node:http";
import type { LookupFunction } from "node:net";
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketCorsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterAll, beforeAll, expect, test } from "vitest";
import { boundary, encodeForm } from "@/lib/testing/local-bucket/forms";
import { type Answer, send } from "@/lib/testing/local-bucket/raw-http";
import {
  credentials,
  region,
  startTestServer,
  type TestServer,
} from "@/lib/testing/local-bucket/test-server";

const key = "a folder/ü+&.png";
const path = "/a%20folder/%C3%BC%2B%26.png";
let server: TestServer;
let client: S3Client;

beforeAll(async () => {
  server = await startTestServer();
  client = virtualHosted("localhost");
  await client.send(new PutObjectCommand({ Bucket: server.bucket, Key: key, Body: "bytes" }));
});
afterAll(() => server.stop());

/** An SDK that asks <bucket>.<domain>, whether or not this machine knows such names. */
function virtualHosted(domain: string): S3Client {
  const lookup: LookupFunction = (_hostname, { all }, found) => {
    if (all) found(null, [{ address: "127.0.0.1", family: 4 }]);
    else found(null, "127.0.0.1", 4);
  };
  return new S3Client({
    endpoint: `http://${domain}:${server.local.port}`,
    region,
    credentials,
    forcePathStyle: false,
    maxAttempts: 1,
    requestHandler: { httpAgent: new Agent({ lookup }) },
  });
}

/** Sends to the server what is meant for the host of a URL. */
function sendTo(
  url: string,
  method: string,
  headers: Record<string, string | number> = {},
  body: Buffer[] = [],
): Promise<Answer> {
  const { origin, host } = new URL(url);
  return send(url.replace(origin, server.endpoint), method, { Host: host, ...headers }, body);
}

test("an SDK reads, writes and lists by the bucket's host, and both styles name the same object", async () => {
  const Bucket = server.bucket;
  for (const either of [client, server.client]) {
    const { Body } = await either.send(new GetObjectCommand({ Bucket, Key: key }));
    expect(await Body?.transformToString()).toBe("bytes");
    const { Contents = [] } = await either.send(new ListObjectsV2Command({ Bucket }));
    expect(Contents.map(({ Key }) => Key)).toContain(key);
  }
});

test("a signed URL is for the host that was signed, and for no other", async () => {
  const url = await getSignedUrl(client, new GetObjectCommand({ Bucket: server.bucket, Key: key }));
  expect(new URL(url).host).toBe(`${server.bucket}.localhost:${server.local.port}`);
  expect(new URL(url).pathname).toBe(path);
  expect(await sendTo(url, "GET")).toMatchObject({ status: 200, body: "bytes" });
  const elsewhere = url.replace(`${server.bucket}.`, "");
  expect((await sendTo(elsewhere, "GET")).code).toBe("SignatureDoesNotMatch");
});

test("a form is answered in the style in which it was posted", async () => {
  for (const [either, base] of [
    [client, `http://${server.bucket}.localhost:${server.local.port}`],
    [server.client, `${server.endpoint}/${server.bucket}`],
  ] as const) {
    const { url, fields } = await createPresignedPost(either, {
      Bucket: server.bucket,
      Key: key,
      Fields: { success_action_status: "201" },
    });
    const form = encodeForm({ fields, file: Buffer.from("bytes") });
    const headers = {
      "Content-Type": `multipart/form-data; boundary=${boundary}`,
      "Content-Length": form.length,
    };
    const answer = await sendTo(url, "POST", headers, [form]);
    expect(answer.status).toBe(201);
    expect(answer.headers.location).toBe(`${base}${path}`);
    expect(answer.body).toContain(`<Location>${base}${path}</Location>`);
    expect(answer.body).toContain(`<Bucket>${server.bucket}</Bucket>`);
  }
});

test("an object in parts is answered in the style in which it was completed", async () => {
  const at = { Bucket: server.bucket, Key: key };
  for (const [either, base] of [
    [client, `http://${server.bucket}.localhost:${server.local.port}`],
    [server.client, `${server.endpoint}/${server.bucket}`],
  ] as const) {
    const { UploadId } = await either.send(new CreateMultipartUploadCommand(at));
    const part = { ...at, UploadId, PartNumber: 1 };
    const { ETag } = await either.send(new UploadPartCommand({ ...part, Body: "bytes" }));
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    const complete = new CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload });
    expect((await either.send(complete)).Location).toBe(`${base}${path}`);
  }
});

test("a preflight finds the bucket's rules by its host", async () => {
  const rule = { AllowedOrigins: ["http://localhost:3000"], AllowedMethods: ["POST"] };
  await client.send(
    new PutBucketCorsCommand({ Bucket: server.bucket, CORSConfiguration: { CORSRules: [rule] } }),
  );
  const asks = { Origin: "http://localhost:3000", "Access-Control-Request-Method": "POST" };
  const base = `localhost:${server.local.port}/`;
  expect((await sendTo(`http://${server.bucket}.${base}`, "OPTIONS", asks)).status).toBe(200);
  expect((await sendTo(`http://other-bucket.${base}`, "OPTIONS", asks)).code).toBe("AccessForbidden");
});

test.each([
  ["not_a_bucket.localhost", 400, "InvalidBucketName"],
  ["no.localhost", 400, "InvalidBucketName"],
  [".localhost", 400, "InvalidBucketName"],
  ["127.0.0.1.localhost", 400, "InvalidBucketName"],
  ["no-such-bucket.localhost", 403, "AccessDenied"],
  ["TEST-BUCKET.LocalHost:1234", 403, "AccessDenied"],
  ["localhost", 403, "AccessDenied"],
  ["[::1]:9000", 403, "AccessDenied"],
  ["elsewhere.example", 403, "AccessDenied"],
  ["a b.localhost", 400, "BadRequest"],
  ["test-bucket.localhost/x", 400, "BadRequest"],
  ['"><script>', 400, "BadRequest"],
  ["\xe6\x97\xa5.localhost", 400, "BadRequest"],
])("a request to %s without a signature is answered %i %s", async (host, status, code) => {
  const answer = await send(`${server.endpoint}/x`, "GET", { Host: host });
  expect([answer.status, answer.code]).toEqual([status, code]);
});

test("the log names bucket and key, whichever way they were asked for", async () => {
  const host = `${server.bucket.toUpperCase()}.localhost`;
  const { headers } = await send(`${server.endpoint}${path}`, "GET", { Host: host });
  await expect
    .poll(() => server.log.find(({ requestId }) => requestId === headers["x-amz-request-id"]))
    .toMatchObject({ bucket: server.bucket, key, operation: "GetObject" });
});

test("another domain takes the place of localhost", async () => {
  const other = await startTestServer({ domain: "pail.test" });
  const ask = (host: string) => send(`${other.endpoint}/x`, "GET", { Host: host });
  await ask(`${other.bucket}.pail.test`);
  await ask(`${other.bucket}.localhost`);
  await ask("pail.test");
  await expect
    .poll(() => other.log.slice(1).map(({ bucket, key: found }) => [bucket, found]))
    .toEqual([
      [other.bucket, "x"],
      ["x", undefined],
      ["x", undefined],
    ]);
  await other.stop();
});
