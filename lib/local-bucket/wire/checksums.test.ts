import { createHash } from "node:crypto";
import {
  ChecksumAlgorithm,
  GetBucketCorsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { postForm } from "@/lib/testing/local-bucket/forms";
import { sendSigned } from "@/lib/testing/local-bucket/hand-signed";
import {
  connect,
  credentials,
  exists,
  region,
  sha256,
  startTestServer,
  type TestServer,
} from "@/lib/testing/local-bucket/test-server";
import { type Checksums, Digester } from "./checksums";

const digits = Buffer.from("123456789");
const vectors = {
  crc32: "cbf43926",
  crc32c: "e3069283",
  crc64nvme: "ae8b14860a799888",
  sha1: createHash("sha1").update(digits).digest("hex"),
  sha256: createHash("sha256").update(digits).digest("hex"),
} as const;
const known = Object.entries(vectors).map(
  ([name, hex]) => [name as keyof Checksums, Buffer.from(hex, "hex").toString("base64")] as const,
);
let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

test.each(known)("%s of 123456789, in any pieces, is %s", async (algorithm, base64) => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(digits.length), { maxLength: 5 }), async (cuts) => {
      const digester = new Digester({ checksums: {}, announced: algorithm });
      const at = [0, ...cuts.toSorted((a, b) => a - b), digits.length];
      for (const [i, end] of at.slice(1).entries()) digester.update(digits.subarray(at[i], end));
      expect(await digester.verify()).toMatchObject({ [algorithm]: base64 });
    }),
  );
});

const put = (key: string, headers: Record<string, string>, body = digits) =>
  sendSigned(server.endpoint, { method: "PUT", path: `/${server.bucket}/${key}`, body, headers });

test.each(known)("%s is checked, kept and given back", async (algorithm, base64) => {
  const name = `x-amz-checksum-${algorithm}`;
  expect(await put(`bad/${algorithm}`, { [name]: base64 }, Buffer.from("12345678"))).toMatchObject({
    status: 400,
    code: "BadDigest",
  });
  expect(await exists(server, `bad/${algorithm}`)).toBe(false);
  const answer = await put(algorithm, { [name]: base64, "x-amz-checksum-type": "FULL_OBJECT" });
  expect(answer).toMatchObject({ status: 200, headers: { [name]: base64 } });
  const at = { Bucket: server.bucket, Key: algorithm };
  const head = await server.client.send(new HeadObjectCommand({ ...at, ChecksumMode: "ENABLED" }));
  expect(head).toMatchObject({
    [`Checksum${algorithm.toUpperCase()}`]: base64,
    ChecksumSHA256: sha256(digits),
    ChecksumType: "FULL_OBJECT",
  });
});

test.each([
  ChecksumAlgorithm.CRC32,
  ChecksumAlgorithm.CRC32C,
  ChecksumAlgorithm.CRC64NVME,
  ChecksumAlgorithm.SHA1,
  ChecksumAlgorithm.SHA256,
])("an SDK that computes %s is content with what it gets back", async (algorithm) => {
  const client = connect(server.endpoint, region, credentials, "WHEN_SUPPORTED");
  const at = { Bucket: server.bucket, Key: `sdk/${algorithm}` };
  await client.send(new PutObjectCommand({ ...at, Body: digits, ChecksumAlgorithm: algorithm }));
  const { Body } = await client.send(new GetObjectCommand(at));
  expect(await Body?.transformToString()).toBe("123456789");
});

test.each([
  ["as it was sent", { "x-amz-checksum-crc64nvme": "rosUhgp5mIg=" }],
  ["as it was asked for", { "x-amz-checksum-algorithm": "CRC64NVME" }],
])("a form's checksum is kept %s", async (key, Fields) => {
  const form = await createPresignedPost(server.client, { Bucket: server.bucket, Key: key, Fields });
  expect((await postForm(server, { ...form, file: digits })).status).toBe(204);
  const head = new HeadObjectCommand({ Bucket: server.bucket, Key: key, ChecksumMode: "ENABLED" });
  expect((await server.client.send(head)).ChecksumCRC64NVME).toBe("rosUhgp5mIg=");
});

test.each([
  [{ "x-amz-checksum-type": "COMPOSITE" }, "InvalidRequest"],
  [{ "x-amz-checksum-crc32": "y/Q5Jg==", "x-amz-checksum-sha256": sha256(digits) }, "InvalidRequest"],
  [{ "x-amz-checksum-crc32": "y/Q5Jg==", "x-amz-sdk-checksum-algorithm": "SHA256" }, "InvalidRequest"],
  [{ "x-amz-checksum-crc32": "y/Q5Jg" }, "InvalidRequest"],
  [{ "x-amz-checksum-crc64nvme": "y/Q5Jg==" }, "InvalidRequest"],
  [{ "x-amz-sdk-checksum-algorithm": "CRC32" }, "InvalidRequest"],
  [{ "x-amz-trailer": "x-amz-checksum-crc32" }, "InvalidRequest"],
  [{ "x-amz-checksum-xxhash64": "y/Q5Jg==" }, "NotImplemented"],
  [{ "x-amz-sdk-checksum-algorithm": "type" }, "NotImplemented"],
])("a body with %o is refused with %s", async (headers, code) => {
  expect((await put("refused", { ...headers })).code).toBe(code);
  expect(await exists(server, "refused")).toBe(false);
});

test("the bodies of other operations are checked as well", async () => {
  await put("stays", {});
  const { endpoint, bucket } = server;
  const ask = (method: string, subresource: string, xml: string, base64: string) =>
    sendSigned(endpoint, {
      method,
      path: `/${bucket}`,
      query: { [subresource]: "" },
      body: Buffer.from(xml),
      headers: { "x-amz-checksum-crc64nvme": base64 },
    });
  const keys = "<Delete><Object><Key>stays</Key></Object></Delete>";
  expect((await ask("POST", "delete", keys, "rosUhgp5mIg=")).code).toBe("BadDigest");
  const rules =
    "<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>";
  expect((await ask("PUT", "cors", rules, "rosUhgp5mIg=")).code).toBe("BadDigest");
  expect(await exists(server, "stays")).toBe(true);
  await expect(server.client.send(new GetBucketCorsCommand({ Bucket: bucket }))).rejects.toMatchObject({
    name: "NoSuchCORSConfiguration",
  });
});
