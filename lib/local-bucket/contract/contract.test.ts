import { createHash, randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import * as s3 from "@aws-sdk/client-s3";
import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type ContractStore,
  hasQuirk,
  refusal,
  startContractStore,
  testUnless,
} from "@/lib/testing/contract-store";
import { pinnedForm, postForm } from "@/lib/testing/local-bucket/forms";
import { connect, exists, sha256 } from "@/lib/testing/local-bucket/test-server";

const image = Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), randomBytes(2000)]);
const origin = "http://localhost:3000";
let store: ContractStore;

beforeAll(async () => {
  store = await startContractStore();
  if (hasQuirk("has-cors-by-server")) return;
  await store.client.send(
    new s3.PutBucketCorsCommand({
      Bucket: store.bucket,
      CORSConfiguration: {
        CORSRules: [
          {
            AllowedOrigins: [origin],
            AllowedMethods: ["GET", "POST"],
            AllowedHeaders: ["*"],
            ExposeHeaders: ["ETag"],
            MaxAgeSeconds: 3000,
          },
        ],
      },
    }),
  );
});

afterAll(() => store.stop());

const at = (key: string) => ({ Bucket: store.bucket, Key: key });
const put = (key: string, more: Partial<s3.PutObjectCommandInput> = {}) =>
  store.client.send(new s3.PutObjectCommand({ ...at(key), Body: image, ...more }));
const head = (key: string) =>
  store.client.send(new s3.HeadObjectCommand({ ...at(key), ChecksumMode: "ENABLED" }));
const bytesOf = async (key: string) => {
  const { Body } = await store.client.send(new s3.GetObjectCommand(at(key)));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
};
const signedGet = (key: string, more: Partial<s3.GetObjectCommandInput> = {}) =>
  getSignedUrl(store.client, new s3.GetObjectCommand({ ...at(key), ...more }), { expiresIn: 60 });
const presign = (key: string, fields: Record<string, string> = {}) =>
  createPresignedPost(store.client, { ...at(key), Fields: fields, Expires: 600 });

describe("buckets", () => {
  test("one is found by its name, and one that is not there is not", async () => {
    const { client, bucket } = store;
    await client.send(new s3.HeadBucketCommand({ Bucket: bucket }));
    expect(await refusal(client.send(new s3.HeadBucketCommand({ Bucket: `${bucket}-none` })))).toBe(
      "404 NotFound",
    );
    const { Buckets = [] } = await client.send(new s3.ListBucketsCommand({}));
    expect(Buckets.map(({ Name }) => Name)).toContain(bucket);
  });

  test("one with objects cannot be deleted", async () => {
    await put("buckets/full");
    const deleted = store.client.send(new s3.DeleteBucketCommand({ Bucket: store.bucket }));
    expect(await refusal(deleted)).toBe("409 BucketNotEmpty");
  });

  testUnless(
    ["has-cors-by-server", "says-star-to-preflights"],
    "an origin of the rules may post, another may not",
    async () => {
      const preflight = (from: string) =>
        fetch(`${store.endpoint}/${store.bucket}`, {
          method: "OPTIONS",
          headers: { Origin: from, "Access-Control-Request-Method": "POST" },
        });
      const allowed = await preflight(origin);
      expect(allowed.status).toBe(200);
      expect(allowed.headers.get("access-control-allow-origin")).toBe(origin);
      expect(allowed.headers.get("access-control-max-age")).toBe("3000");
      const refused = await preflight("http://elsewhere.example");
      expect(refused.status).toBe(403);
      expect(refused.headers.get("access-control-allow-origin")).toBeNull();
    },
  );
});

describe("a form", () => {
  /** the status of an answer to one that is not as its policy says */
  const refusedForm = hasQuirk("refuses-forms-with-400") ? 400 : 403;

  test("becomes an object just as its policy says", async () => {
    const answer = await postForm(store, await pinnedForm(store, "form/pinned.png", image));
    expect(answer.status).toBe(201);
    expect(answer.body).toContain("<Key>form/pinned.png</Key>");
    expect(await bytesOf("form/pinned.png")).toEqual(image);
    const found = await head("form/pinned.png");
    expect(found).toMatchObject({
      ContentType: "image/png",
      ContentLength: image.length,
      Metadata: { owner: "alice" },
    });
    const etag = `"${createHash("md5").update(image).digest("hex")}"`;
    expect(found.ETag === etag).toBe(!hasQuirk("has-etags-of-its-own"));
  });

  testUnless("keeps-no-sha256", "keeps the SHA-256 it came with", async () => {
    await postForm(store, await pinnedForm(store, "form/sum.png", image));
    expect((await head("form/sum.png")).ChecksumSHA256).toBe(sha256(image));
  });

  testUnless("checks-no-sha256", "is refused when its bytes have another SHA-256", async () => {
    const form = await pinnedForm(store, "form/other.png", image);
    const answer = await postForm(store, { ...form, file: Buffer.from(image).fill(1, 50, 60) });
    expect(answer.status).toBe(400);
    expect(await exists(store, "form/other.png")).toBe(false);
  });

  testUnless("drops-form-cache-headers", "keeps Cache-Control and Content-Disposition", async () => {
    const fields = {
      "Cache-Control": "private, max-age=60",
      "Content-Disposition": 'inline; filename="a.png"',
    };
    await postForm(store, { ...(await presign("form/headers.png", fields)), file: image });
    expect(await head("form/headers.png")).toMatchObject({
      CacheControl: fields["Cache-Control"],
      ContentDisposition: fields["Content-Disposition"],
    });
  });

  testUnless("appends-query-to-redirect", "redirects to an address that has a query", async () => {
    const form = await presign("form/redirect.png", {
      success_action_redirect: "http://localhost:3000/done?x=1",
    });
    const answer = await postForm(store, { ...form, file: image });
    expect(answer.status).toBe(303);
    const { searchParams } = new URL(answer.headers.location ?? "");
    expect(Object.fromEntries(searchParams)).toMatchObject({
      x: "1",
      bucket: store.bucket,
      key: "form/redirect.png",
    });
  });

  test.each([
    ["another key", { key: "form/stolen.png" }],
    ["another type", { "Content-Type": "text/html" }],
    ["other metadata", { "x-amz-meta-owner": "mallory" }],
    ["a further field", { "x-amz-meta-more": "1" }],
    ["a public ACL", { acl: "public-read" }],
    ["another signature", { "X-Amz-Signature": "0".repeat(64) }],
  ])("with %s is refused", async (_what, change) => {
    const form = await pinnedForm(store, "form/changed.png", image);
    const answer = await postForm(store, { ...form, fields: { ...form.fields, ...change } });
    const isForged = "X-Amz-Signature" in change;
    expect(answer.status).toBe(isForged ? 403 : refusedForm);
    expect(await exists(store, "form/changed.png")).toBe(false);
    expect(await exists(store, "form/stolen.png")).toBe(false);
  });

  test.each([
    ["long", Buffer.concat([image, Buffer.from("x")]), "EntityTooLarge"],
    ["short", image.subarray(1), "EntityTooSmall"],
  ])("with a file that is too %s is refused", async (_what, file, code) => {
    const form = await pinnedForm(store, "form/length.png", image);
    const answer = await postForm(store, { ...form, file });
    const said = hasQuirk("refuses-forms-with-400") ? "InvalidRequest" : code;
    expect([answer.status, answer.code]).toEqual([400, said]);
    expect(await exists(store, "form/length.png")).toBe(false);
  });

  test("whose policy has expired is refused", async () => {
    const form = await createPresignedPost(store.client, { ...at("form/late.png"), Expires: -60 });
    expect((await postForm(store, { ...form, file: image })).status).toBe(refusedForm);
    expect(await exists(store, "form/late.png")).toBe(false);
  });
});

describe("reading", () => {
  beforeAll(async () => {
    await put("get/a b+ü.png", { ContentType: "image/png" });
  });

  test("a signed URL gives the bytes, with the headers that it asks for", async () => {
    const url = await signedGet("get/a b+ü.png", {
      ResponseContentType: "image/webp",
      ResponseCacheControl: "private, max-age=300, immutable",
      ResponseContentDisposition: 'attachment; filename="x y.png"',
    });
    const answer = await fetch(url);
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(image);
    expect(answer.headers.get("content-type")).toBe("image/webp");
    expect(answer.headers.get("cache-control")).toBe("private, max-age=300, immutable");
    expect(answer.headers.get("content-disposition")).toBe('attachment; filename="x y.png"');
  });

  test("nothing is given without a signature, or with one for something else", async () => {
    const url = await signedGet("get/a b+ü.png");
    const unsigned = url.split("?")[0] ?? "";
    const tampered = [
      unsigned,
      `${store.endpoint}/${store.bucket}`,
      url.replace("/get/", "/got/"),
      url.replace("X-Amz-Expires=60", "X-Amz-Expires=600"),
      `${url}&response-content-type=text%2Fhtml`,
      url
        .replace(/.$/, (last) => (last === "0" ? "1" : "0"))
        .replace(/X-Amz-Signature=./, "X-Amz-Signature=g"),
    ];
    for (const attempt of tampered) expect((await fetch(attempt)).status, attempt).toBe(403);
  });

  test("ranges and conditions are honoured", async () => {
    const url = await signedGet("get/a b+ü.png");
    const ask = (headers: Record<string, string>) => fetch(url, { headers });
    const etag = (await head("get/a b+ü.png")).ETag ?? "";
    const part = await ask({ Range: "bytes=10-19" });
    expect([part.status, part.headers.get("content-range")]).toEqual([206, `bytes 10-19/${image.length}`]);
    expect(Buffer.from(await part.arrayBuffer())).toEqual(image.subarray(10, 20));
    expect(Buffer.from(await (await ask({ Range: "bytes=-5" })).arrayBuffer())).toEqual(image.subarray(-5));
    expect((await ask({ Range: "bytes=999999-" })).status).toBe(416);
    expect((await ask({ "If-None-Match": etag })).status).toBe(304);
    expect((await ask({ "If-Match": '"00000000000000000000000000000000"' })).status).toBe(412);
  });

  test("what is not there is NoSuchKey", async () => {
    expect(await refusal(store.client.send(new s3.GetObjectCommand(at("get/none"))))).toBe("404 NoSuchKey");
  });
});

describe("writing", () => {
  test("a body that is not what was said of it is refused", async () => {
    const md5 = createHash("md5").update("other").digest("base64");
    expect(await refusal(put("put/md5", { ContentMD5: md5 }))).toMatch(/^400 (BadDigest|InvalidDigest)$/);
    expect(await exists(store, "put/md5")).toBe(false);
  });

  testUnless("checks-no-sha256", "a body with another SHA-256 is refused", async () => {
    expect(await refusal(put("put/sha", { ChecksumSHA256: sha256(Buffer.from("other")) }))).toMatch(/^400 /);
  });

  testUnless("ignores-if-none-match", "If-None-Match: * does not overwrite", async () => {
    await put("put/once", { IfNoneMatch: "*" });
    expect(await refusal(put("put/once", { IfNoneMatch: "*", Body: "two" }))).toBe("412 PreconditionFailed");
    expect(await bytesOf("put/once")).toEqual(image);
  });

  testUnless(
    ["refuses-aws-chunked", "keeps-aws-chunked"],
    "a stream arrives as the SDK sends it by default",
    async () => {
      const { region, credentials } = store.client.config;
      const client = connect(store.endpoint, await region(), await credentials(), "WHEN_SUPPORTED");
      const body = randomBytes(300_000);
      const stream = Readable.from([body.subarray(0, 100_000), body.subarray(100_000)]);
      const input = { ...at("put/stream"), Body: stream, ContentLength: body.length };
      await client.send(new s3.PutObjectCommand(input));
      expect(await bytesOf("put/stream")).toEqual(body);
      expect((await head("put/stream")).ContentEncoding).toBeUndefined();
    },
  );

  test("a copy is the same bytes, with metadata of its own where it wants", async () => {
    await put("copy/from ü.png", { Metadata: { a: "1" }, ContentType: "image/png" });
    const CopySource = `${store.bucket}/${encodeURIComponent("copy/from ü.png")}`;
    const copy = (key: string, more: Partial<s3.CopyObjectCommandInput> = {}) =>
      store.client.send(new s3.CopyObjectCommand({ ...at(key), CopySource, ...more }));
    const { ETag } = await head("copy/from ü.png");
    await copy("copy/same", { CopySourceIfMatch: ETag });
    expect(await bytesOf("copy/same")).toEqual(image);
    expect(await head("copy/same")).toMatchObject({ Metadata: { a: "1" }, ContentType: "image/png" });
    await copy("copy/other", {
      MetadataDirective: "REPLACE",
      Metadata: { b: "2" },
      ContentType: "image/gif",
    });
    const other = await head("copy/other");
    expect([other.Metadata, other.ContentType]).toEqual([{ b: "2" }, "image/gif"]);
    await store.client.send(new s3.DeleteObjectCommand(at("copy/from ü.png")));
    expect(await bytesOf("copy/same")).toEqual(image);
  });

  testUnless("ignores-copy-conditions", "a copy of an object that has changed is refused", async () => {
    await put("copy/source");
    const copied = store.client.send(
      new s3.CopyObjectCommand({
        ...at("copy/changed"),
        CopySource: `${store.bucket}/copy/source`,
        CopySourceIfMatch: '"00000000000000000000000000000000"',
      }),
    );
    expect(await refusal(copied)).toBe("412 PreconditionFailed");
    expect(await exists(store, "copy/changed")).toBe(false);
  });

  testUnless("has-no-tags", "tags are kept", async () => {
    await put("put/tagged", { Tagging: "state=new&who=a%20b" });
    const tags = async () =>
      (await store.client.send(new s3.GetObjectTaggingCommand(at("put/tagged")))).TagSet;
    expect(await tags()).toEqual(expect.arrayContaining([{ Key: "who", Value: "a b" }]));
    const odd = hasQuirk("refuses-tags-with-markup") ? "+-=._:/@" : "<&>";
    const Tagging = { TagSet: [{ Key: "k", Value: odd }] };
    await store.client.send(new s3.PutObjectTaggingCommand({ ...at("put/tagged"), Tagging }));
    expect(await tags()).toEqual([{ Key: "k", Value: odd }]);
  });

  test("deleting is final, and harmless when repeated", async () => {
    for (const key of ["del/a", "del/b&<c>", "del/c"]) await put(key);
    const remove = new s3.DeleteObjectCommand(at("del/a"));
    await store.client.send(remove);
    await store.client.send(remove);
    const Objects = ["del/b&<c>", "del/c", "del/none"].map((Key) => ({ Key }));
    const many = await store.client.send(
      new s3.DeleteObjectsCommand({ Bucket: store.bucket, Delete: { Objects } }),
    );
    expect(many.Deleted?.length).toBe(3);
    for (const key of ["del/a", "del/b&<c>", "del/c"]) expect(await exists(store, key)).toBe(false);
  });
});

test("listing: prefix, delimiter, pages, start-after, encoding", async () => {
  for (const key of ["l/a/1", "l/a/2", "l/b/1", "l/c", "l/d", "l/e é+ &.txt"]) await put(key, { Body: "x" });
  const list = (more: Partial<s3.ListObjectsV2CommandInput>) =>
    store.client.send(new s3.ListObjectsV2Command({ Bucket: store.bucket, Prefix: "l/", ...more }));
  const folders = await list({ Delimiter: "/" });
  expect(folders.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(["l/a/", "l/b/"]);
  expect(folders.Contents?.map(({ Key }) => Key)).toEqual(["l/c", "l/d", "l/e é+ &.txt"]);
  const pages: (string | undefined)[] = [];
  for (let token: string | undefined, more = true; more; more = token !== undefined) {
    const page = await list({ MaxKeys: 2, ContinuationToken: token });
    pages.push(...(page.Contents ?? []).map(({ Key }) => Key));
    token = page.NextContinuationToken;
  }
  expect(pages).toEqual(["l/a/1", "l/a/2", "l/b/1", "l/c", "l/d", "l/e é+ &.txt"]);
  expect((await list({ StartAfter: "l/b/1" })).Contents?.[0]?.Key).toBe("l/c");
  const encoded = (await list({ Prefix: "l/e", EncodingType: "url" })).Contents?.[0]?.Key ?? "";
  const spaced = hasQuirk("lists-plus-as-it-is") ? encoded : encoded.replaceAll("+", " ");
  expect(decodeURIComponent(spaced)).toBe("l/e é+ &.txt");
});
