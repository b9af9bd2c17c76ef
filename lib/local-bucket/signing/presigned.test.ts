import {
  CopyObjectCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { Hash } from "@smithy/hash-node";
import { SignatureV4 } from "@smithy/signature-v4";
import { afterAll, beforeAll, expect, test } from "vitest";
import { send } from "@/lib/testing/local-bucket/raw-http";
import {
  connect,
  credentials,
  exists,
  region,
  sha256,
  startTestServer,
  type TestServer,
} from "@/lib/testing/local-bucket/test-server";

const bytes = Buffer.from("presigned bytes");
let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const signedPut = (Key: string, more: Partial<PutObjectCommandInput> = {}) =>
  getSignedUrl(server.client, new PutObjectCommand({ Bucket: server.bucket, Key, ...more }));
const put = (url: string, headers: Record<string, string | number> = {}, body = bytes) =>
  send(url, "PUT", { "Content-Length": body.length, ...headers }, [body]);

/** A signed URL such as the SDK would not make: headers stay headers, and the query is what it is. */
async function presign(
  path: string,
  query: Record<string, string | string[]>,
  headers: Record<string, string> = {},
): Promise<string> {
  const { hostname, host } = new URL(server.endpoint);
  const sha256Hash = Hash.bind(null, "sha256");
  const signer = new SignatureV4({
    credentials,
    region,
    service: "s3",
    sha256: sha256Hash,
    uriEscapePath: false,
  });
  const request = {
    protocol: "http:",
    hostname,
    method: "PUT",
    path,
    query,
    headers: { host, "x-amz-content-sha256": "UNSIGNED-PAYLOAD", ...headers },
  };
  const signed = await signer.presign(request, { unhoistableHeaders: new Set(Object.keys(headers)) });
  const search = new URLSearchParams(
    Object.entries(signed.query ?? {}).flatMap(([name, values]) =>
      [values ?? ""].flat().map((value) => [name, value]),
    ),
  );
  return `${server.endpoint}${path}?${search}`;
}

test("what a signed URL says of the bytes is enforced", async () => {
  const url = await signedPut("sum", { ChecksumSHA256: sha256(bytes) });
  expect(url).toContain("x-amz-checksum-sha256=");
  expect(await put(url, {}, Buffer.from("other bytes"))).toMatchObject({ status: 400, code: "BadDigest" });
  expect(await exists(server, "sum")).toBe(false);
  expect((await put(url)).status).toBe(200);
});

test("a checksum that the SDK takes of no bytes fits no others", async () => {
  const client = connect(server.endpoint, region, credentials, "WHEN_SUPPORTED");
  const url = await getSignedUrl(client, new PutObjectCommand({ Bucket: server.bucket, Key: "empty" }));
  expect((await put(url)).code).toBe("BadDigest");
  expect((await put(url, {}, Buffer.alloc(0))).status).toBe(200);
});

test("metadata, tags and the rest of a signed URL are the object's", async () => {
  const Metadata = { owner: "ü & alice", empty: "" };
  const url = await signedPut("meta", {
    Metadata,
    Tagging: "a=1&b=2",
    ACL: "private",
    StorageClass: "STANDARD",
  });
  expect((await put(url)).status).toBe(200);
  const at = { Bucket: server.bucket, Key: "meta" };
  const head = await server.client.send(new HeadObjectCommand(at));
  expect(head.Metadata).toEqual({
    owner: `=?UTF-8?B?${Buffer.from(Metadata.owner).toString("base64")}?=`,
    empty: "",
  });
  const { TagSet } = await server.client.send(new GetObjectTaggingCommand(at));
  expect(TagSet).toEqual([
    { Key: "a", Value: "1" },
    { Key: "b", Value: "2" },
  ]);
});

test.each([
  [{ ACL: "public-read" }, "AccessDenied"],
  [{ StorageClass: "GLACIER" }, "InvalidStorageClass"],
  [{ ServerSideEncryption: "AES256" }, "NotImplemented"],
  [{ Tagging: "a=1&a=2" }, "InvalidTag"],
] as const)("a signed URL with %o is refused as the header is", async (more, code) => {
  const url = await signedPut("refused", more);
  const headers: Record<string, string> =
    "ServerSideEncryption" in more ? { "x-amz-server-side-encryption": more.ServerSideEncryption } : {};
  expect((await put(url, headers)).code).toBe(code);
  expect(await exists(server, "refused")).toBe(false);
});

test("a signed URL can be a copy, and asks for checksums", async () => {
  await put(await signedPut("from"));
  const { bucket: Bucket } = server;
  const copy = new CopyObjectCommand({ Bucket, Key: "to", CopySource: `${Bucket}/from` });
  const url = await getSignedUrl(server.client, copy);
  expect(await put(url, {}, Buffer.alloc(0))).toMatchObject({ status: 200 });
  const get = new GetObjectCommand({ Bucket, Key: "to", ChecksumMode: "ENABLED" });
  const answer = await send(await getSignedUrl(server.client, get), "GET");
  expect(answer.body).toBe(bytes.toString());
  expect(answer.headers["x-amz-checksum-sha256"]).toBe(sha256(bytes));
});

test("what is said twice must be the same", async () => {
  const path = `/${server.bucket}/twice`;
  const [alice, bob] = [{ "x-amz-meta-owner": "alice" }, { "x-amz-meta-owner": "bob" }];
  expect((await put(await presign(path, alice, bob), bob)).code).toBe("InvalidRequest");
  const both = { "x-amz-meta-owner": ["alice", "bob"] };
  expect((await put(await presign(path, both))).code).toBe("InvalidRequest");
  expect((await put(await presign(path, { ...alice, "X-Amz-Meta-Owner": "bob" }))).code).toBe(
    "InvalidRequest",
  );
  expect(await exists(server, "twice")).toBe(false);
  expect((await put(await presign(path, alice, alice), alice)).status).toBe(200);
});

test("metadata may have any name that a header may have", async () => {
  const names = ["x-amz-meta-__proto__", "x-amz-meta-constructor", "x-amz-meta-tostring"];
  const query = Object.fromEntries(names.map((name) => [name, "mine"]));
  expect((await put(await presign(`/${server.bucket}/names`, query))).status).toBe(200);
  const get = new GetObjectCommand({ Bucket: server.bucket, Key: "names" });
  const { headers } = await send(await getSignedUrl(server.client, get), "GET");
  for (const name of names) expect(headers[name]).toBe("mine");
});

test("no header comes of what no header can hold", async () => {
  for (const value of ["a\r\nSet-Cookie: b", "a\nb", "a\0b", "\x7f"]) {
    const url = await presign(`/${server.bucket}/control`, { "x-amz-meta-owner": value });
    expect((await put(url)).code).toBe("InvalidArgument");
  }
});

test("a length that was signed is the only one that is taken", async () => {
  const command = new PutObjectCommand({ Bucket: server.bucket, Key: "length", ContentLength: bytes.length });
  const url = await getSignedUrl(server.client, command, { signableHeaders: new Set(["content-length"]) });
  expect(url).toContain("X-Amz-SignedHeaders=content-length%3Bhost");
  expect((await put(url, {}, Buffer.from("longer than it should be"))).code).toBe("SignatureDoesNotMatch");
  expect(await exists(server, "length")).toBe(false);
  expect((await put(url)).status).toBe(200);
});

test("headers that only an object's prototype has are not in the request", async () => {
  const url = await presign(`/${server.bucket}/x`, {});
  for (const name of ["constructor", "__proto__", "toString"]) {
    const answer = await put(url.replace("SignedHeaders=host", `SignedHeaders=host%3B${name}`));
    expect(answer.code).toBe("AuthorizationQueryParametersError");
  }
});
