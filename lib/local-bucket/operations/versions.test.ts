import * as s3 from "@aws-sdk/client-s3";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { refusal } from "@/lib/testing/contract-store";
import { sendSigned } from "@/lib/testing/local-bucket/hand-signed";
import { exists, startTestServer, type TestServer } from "@/lib/testing/local-bucket/test-server";

let server: TestServer;

// The last two are in another order in UTF-16 than in UTF-8.
const keys = ["a/1", "a/2", "a/b/1", "b", "b/1", "c é+&", "\uffee", "😀"];
const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

beforeAll(async () => {
  server = await startTestServer();
  for (const Key of keys) {
    await server.client.send(new s3.PutObjectCommand({ Bucket: server.bucket, Key, Body: Key }));
  }
});
afterAll(() => server.stop());

const list = (more: Partial<s3.ListObjectVersionsCommandInput> = {}) =>
  server.client.send(new s3.ListObjectVersionsCommand({ Bucket: server.bucket, ...more }));

test("every object is listed once, as its only version, with what else a listing tells of it", async () => {
  const { client, bucket: Bucket } = server;
  const { Versions = [], ...page } = await list();
  expect(page).toMatchObject({ Name: Bucket, KeyMarker: "", VersionIdMarker: "", IsTruncated: false });
  expect([page.DeleteMarkers, page.NextKeyMarker, page.NextVersionIdMarker]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  const { Contents = [] } = await client.send(new s3.ListObjectsV2Command({ Bucket, FetchOwner: true }));
  expect(Contents).toHaveLength(keys.length);
  expect(Versions).toEqual(Contents.map((object) => ({ ...object, VersionId: "null", IsLatest: true })));
});

test("pages of any size, put together, are all that there is", async () => {
  const prefix = fc.constantFrom("", "a", "a/", "b", "z");
  const delimiter = fc.constantFrom("", "/", "b");
  await fc.assert(
    fc.asyncProperty(prefix, delimiter, fc.integer({ min: 1, max: 9 }), async (Prefix, Delimiter, size) => {
      const found: string[] = [];
      let [KeyMarker, VersionIdMarker]: (string | undefined)[] = [];
      for (let more: boolean | undefined = true; more; ) {
        const page = await list({ Prefix, Delimiter, MaxKeys: size, KeyMarker, VersionIdMarker });
        const versions = (page.Versions ?? []).map(({ Key }) => Key ?? "");
        const prefixes = (page.CommonPrefixes ?? []).map(({ Prefix: common }) => `${common} (prefix)`);
        expect(versions.length + prefixes.length).toBeLessThanOrEqual(size);
        expect(page.IsTruncated).toBe(page.NextKeyMarker !== undefined);
        found.push(...versions, ...prefixes);
        [KeyMarker, VersionIdMarker, more] = [page.NextKeyMarker, page.NextVersionIdMarker, page.IsTruncated];
      }
      const entries = keys
        .filter((key) => key.startsWith(Prefix))
        .map((key) => {
          const end = Delimiter ? key.indexOf(Delimiter, Prefix.length) : -1;
          return end < 0 ? key : `${key.slice(0, end + Delimiter.length)} (prefix)`;
        });
      expect(found.toSorted(byBytes)).toEqual([...new Set(entries)].toSorted(byBytes));
    }),
    { numRuns: 60 },
  );
});

test("a page goes on behind a key, whether it is there or not", async () => {
  const behind = async (KeyMarker: string) => (await list({ KeyMarker })).Versions?.[0]?.Key;
  expect(await behind("a/1")).toBe("a/2");
  expect(await behind("a/11")).toBe("a/2");
  expect((await list({ MaxKeys: 1, Delimiter: "/" })).NextVersionIdMarker).toBeUndefined();
  expect(await list({ MaxKeys: 1 })).toMatchObject({ NextKeyMarker: "a/1", NextVersionIdMarker: "null" });
  expect((await list({ MaxKeys: 0 })).IsTruncated).toBe(false);
  const encoded = await list({ Prefix: "c", EncodingType: "url" });
  expect(encoded.Versions?.[0]?.Key).toBe("c%20%C3%A9%2B%26");
});

test.each<[string, Partial<s3.ListObjectVersionsCommandInput>]>([
  ["a version without a key", { VersionIdMarker: "null" }],
  ["an empty version", { KeyMarker: "a", VersionIdMarker: "" }],
  ["a version that was never given", { KeyMarker: "a", VersionIdMarker: "HPniJFCxqTsMuIH9KX8K8wEjNUgmABCD" }],
  ["another encoding", { EncodingType: "hex" as "url" }],
  ["fewer than no keys", { MaxKeys: -1 }],
])("a listing behind or with %s is refused", async (_what, more) => {
  expect(await refusal(list(more))).toBe("400 InvalidArgument");
});

test("versioning was never on, and cannot be put on", async () => {
  const { client, bucket: Bucket } = server;
  const get = (name: string) => client.send(new s3.GetBucketVersioningCommand({ Bucket: name }));
  const { Status, MFADelete } = await get(Bucket);
  expect([Status, MFADelete]).toEqual([undefined, undefined]);
  expect(await refusal(get("not-there"))).toBe("404 NoSuchBucket");
  expect(await refusal(list({ Bucket: "not-there" }))).toBe("404 NoSuchBucket");
  const put = new s3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } });
  expect(await refusal(client.send(put))).toBe("501 NotImplemented");
});

describe("a version that is asked for", () => {
  const other = "HPniJFCxqTsMuIH9KX8K8wEjNUgmABCD";
  const at = (Key: string) => ({ Bucket: server.bucket, Key });
  const put = (key: string) => server.client.send(new s3.PutObjectCommand({ ...at(key), Body: key }));

  test("is the object where it is the only one, else none", async () => {
    const { client } = server;
    const sends = (VersionId: string) => [
      () => client.send(new s3.GetObjectCommand({ ...at("b"), VersionId })),
      () => client.send(new s3.GetObjectTaggingCommand({ ...at("b"), VersionId })),
      () => client.send(new s3.GetObjectAclCommand({ ...at("b"), VersionId })),
    ];
    for (const send of sends("null")) expect((await send()).$metadata.httpStatusCode).toBe(200);
    for (const send of sends(other)) expect(await refusal(send())).toBe("400 InvalidArgument");
    const head = (VersionId: string) => client.send(new s3.HeadObjectCommand({ ...at("b"), VersionId }));
    expect((await head("null")).ContentLength).toBe(1);
    expect(await refusal(head(other))).toMatch(/^400 /);
    const copy = (version: string) => {
      const CopySource = `${server.bucket}/b?versionId=${version}`;
      return client.send(new s3.CopyObjectCommand({ ...at("copied"), CopySource }));
    };
    expect(await refusal(copy(other))).toBe("400 InvalidArgument");
    await copy("null");
    expect(await exists(server, "copied")).toBe(true);
    await client.send(new s3.DeleteObjectCommand({ ...at("copied"), VersionId: "null" }));
    expect(await exists(server, "copied")).toBe(false);
  });

  test("is nothing that a write can name", async () => {
    for (const [method, query] of [
      ["PUT", { versionId: "null" }],
      ["POST", { versionId: "null", uploads: "" }],
    ] as const) {
      const request = { method, path: `/${server.bucket}/named`, query, body: Buffer.alloc(0) };
      const answer = await sendSigned(server.endpoint, request);
      expect([answer.status, answer.code]).toEqual([400, "InvalidArgument"]);
    }
    expect(await exists(server, "named")).toBe(false);
  });

  test("is deleted with others, and one that is not there is an error of its own", async () => {
    await put("del/1");
    await put("del/2");
    await put("del/3");
    const Objects = [
      { Key: "del/1", VersionId: "null" },
      { Key: "del/2", VersionId: other },
      { Key: "del/3" },
    ];
    const { Deleted, Errors } = await server.client.send(
      new s3.DeleteObjectsCommand({ Bucket: server.bucket, Delete: { Objects } }),
    );
    expect(Deleted).toEqual([{ Key: "del/1", VersionId: "null" }, { Key: "del/3" }]);
    expect(Errors).toEqual([
      {
        Key: "del/2",
        VersionId: other,
        Code: "NoSuchVersion",
        Message: "The specified version does not exist.",
      },
    ]);
    const left = await Promise.all(["del/1", "del/2", "del/3"].map((key) => exists(server, key)));
    expect(left).toEqual([false, true, false]);
  });
});
