import { createHash, randomBytes } from "node:crypto";
import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type ContractStore,
  hasQuirk,
  refusal,
  startContractStore,
  testUnless,
} from "@/lib/testing/contract-store";
import { exists } from "@/lib/testing/local-bucket/test-server";
import { beginUpload, rangesOf, uploadParts } from "@/lib/testing/local-bucket/uploads";

// What the AWS CLI, rclone, s3cmd and SDKs ask of S3 beside what Pail does itself.
const bodies = [randomBytes(5 * 1024 ** 2), randomBytes(1000)];
const whole = Buffer.concat(bodies);
const stranger = "111122223333";
let store: ContractStore;

beforeAll(async () => {
  store = await startContractStore();
  await uploadParts(store, "source é.bin", bodies);
  await put("small", "bytes");
});
afterAll(() => store.stop());

const at = (Key: string) => ({ Bucket: store.bucket, Key });
const from = (key: string) => `${store.bucket}/${encodeURIComponent(key)}`;
const put = (key: string, Body: string) => store.client.send(new s3.PutObjectCommand({ ...at(key), Body }));
const bytesOf = async (key: string) => {
  const { Body } = await store.client.send(new s3.GetObjectCommand(at(key)));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
};
/** Some stores leave its quotes out. */
const unquoted = (etag: string | undefined) => etag?.replaceAll('"', "");
function expectMd5(etag: string | undefined, bytes: Buffer): void {
  const md5 = createHash("md5").update(bytes).digest("hex");
  expect(unquoted(etag) === md5, `${etag} of ${md5}`).toBe(!hasQuirk("has-etags-of-its-own"));
}

describe("a part copied from an object", () => {
  test("is a range of it, and the parts together are a copy", async () => {
    const upload = await beginUpload(store, "copy/ranges");
    const parts: s3.CompletedPart[] = [];
    for (const [i, CopySourceRange] of rangesOf(bodies).entries()) {
      const { ETag } = await upload.copyPart(i + 1, from("source é.bin"), { CopySourceRange });
      expectMd5(ETag, bodies[i] ?? whole);
      parts.push({ PartNumber: i + 1, ETag });
    }
    await upload.complete(parts);
    expect((await bytesOf("copy/ranges")).equals(whole)).toBe(true);
  });

  test("is the whole of it without a range", async () => {
    const upload = await beginUpload(store, "copy/whole");
    const { PartNumber, ETag, LastModified } = await upload.copyPart(1, from("source é.bin"));
    expectMd5(ETag, whole);
    expect(LastModified).toBeInstanceOf(Date);
    await upload.complete([{ PartNumber, ETag }]);
    expect((await bytesOf("copy/whole")).equals(whole)).toBe(true);
  });

  test("is refused where the range or the source is not there", async () => {
    const upload = await beginUpload(store, "copy/refused");
    const beyond = { CopySourceRange: `bytes=0-${whole.length}` };
    const ranges = hasQuirk("copies-ranges-beyond-the-end") ? [] : [beyond];
    for (const more of [...ranges, { CopySourceRange: "bytes=5-4" }]) {
      const refused = await refusal(upload.copyPart(1, from("source é.bin"), more));
      expect(refused).toMatch(/^(400 InvalidArgument|416 InvalidRange)$/);
    }
    expect(await refusal(upload.copyPart(1, from("none")))).toBe("404 NoSuchKey");
    await upload.abort();
    expect(await refusal(upload.copyPart(1, from("source é.bin")))).toBe("404 NoSuchUpload");
  });

  testUnless(
    "ignores-copy-conditions",
    "is refused where the source is not the one that is meant",
    async () => {
      const upload = await beginUpload(store, "copy/conditions");
      const other = upload.copyPart(1, from("source é.bin"), { CopySourceIfMatch: '"0"' });
      expect(await refusal(other)).toBe("412 PreconditionFailed");
      await upload.abort();
    },
  );
});

testUnless("completes-uploads-once", "an upload is completed again alike", async () => {
  const upload = await beginUpload(store, "again");
  const parts = [await upload.sendPart(1, bodies[1] ?? whole)];
  const { Key, Location } = await upload.complete(parts);
  const again = await upload.complete(parts);
  expect(again).toMatchObject({ Key, Location });
  const { ETag } = await store.client.send(new s3.HeadObjectCommand(at("again")));
  expect(unquoted(again.ETag)).toBe(unquoted(ETag));
});

describe("attributes", () => {
  const ask = (key: string, attribute: s3.ObjectAttributes) =>
    store.client.send(new s3.GetObjectAttributesCommand({ ...at(key), ObjectAttributes: [attribute] }));

  testUnless("has-no-object-attributes", "tell what an object is", async () => {
    expect((await ask("source é.bin", "ObjectSize")).ObjectSize).toBe(whole.length);
    expectMd5((await ask("small", "ETag")).ETag, Buffer.from("bytes"));
    expect(await refusal(ask("none", "ETag"))).toBe("404 NoSuchKey");
  });

  testUnless(
    ["has-no-object-attributes", "counts-parts-otherwise"],
    "count parts, where there are",
    async () => {
      expect((await ask("source é.bin", "ObjectParts")).ObjectParts?.TotalPartsCount).toBe(2);
      expect((await ask("small", "ObjectParts")).ObjectParts).toBeUndefined();
    },
  );
});

describe("a bucket that never had versions", () => {
  testUnless("keeps-versions", "says so", async () => {
    const { Status } = await store.client.send(new s3.GetBucketVersioningCommand({ Bucket: store.bucket }));
    expect(Status).toBeUndefined();
  });

  const wrong = ["keeps-versions", "has-no-list-of-versions", "lists-versions-twice"] as const;
  testUnless([...wrong], "lists every object once, page by page, and deletes what it listed", async () => {
    for (const key of ["v/1", "v/2", "v/3"]) await put(key, key);
    const listed: s3.ObjectVersion[] = [];
    let [KeyMarker, VersionIdMarker]: (string | undefined)[] = [];
    for (let more: boolean | undefined = true; more; ) {
      const page: s3.ListObjectVersionsCommandOutput = await store.client.send(
        new s3.ListObjectVersionsCommand({
          Bucket: store.bucket,
          Prefix: "v/",
          MaxKeys: 2,
          KeyMarker,
          VersionIdMarker,
        }),
      );
      listed.push(...(page.Versions ?? []));
      [KeyMarker, VersionIdMarker, more] = [page.NextKeyMarker, page.NextVersionIdMarker, page.IsTruncated];
    }
    expect(listed.map(({ Key, VersionId, IsLatest, Size }) => [Key, VersionId, IsLatest, Size])).toEqual(
      ["v/1", "v/2", "v/3"].map((key) => [key, "null", true, 3]),
    );
    const Objects = listed.map(({ Key, VersionId }) => ({ Key, VersionId }));
    const { Errors } = await store.client.send(
      new s3.DeleteObjectsCommand({ Bucket: store.bucket, Delete: { Objects } }),
    );
    expect(Errors).toBeUndefined();
    expect(await exists(store, "v/1")).toBe(false);
  });
});

describe("the owner", () => {
  const ownerId = async () => (await store.client.send(new s3.ListBucketsCommand({}))).Owner?.ID;
  const expectAll = async ({ Owner, Grants }: s3.GetObjectAclCommandOutput) => {
    const id = await ownerId();
    expect(Owner?.ID).toBe(id);
    expect(Grants?.map(({ Grantee, Permission }) => [Grantee?.Type, Grantee?.ID, Permission])).toEqual([
      ["CanonicalUser", id, "FULL_CONTROL"],
    ]);
  };

  testUnless("names-nobody-in-acls", "may do everything with the bucket", async () => {
    await expectAll(await store.client.send(new s3.GetBucketAclCommand({ Bucket: store.bucket })));
  });

  testUnless(["names-nobody-in-acls", "has-no-object-acls"], "may do everything with an object", async () => {
    await expectAll(await store.client.send(new s3.GetObjectAclCommand(at("small"))));
  });

  testUnless("lists-no-owners", "is in a listing that is asked for it", async () => {
    const { Contents } = await store.client.send(
      new s3.ListObjectsV2Command({ Bucket: store.bucket, Prefix: "small", FetchOwner: true }),
    );
    expect(Contents?.map(({ Owner }) => Owner?.ID)).toEqual([await ownerId()]);
  });
});

testUnless("ignores-expected-owner", "whoever expects another owner is refused", async () => {
  const expecting = { ...at("small"), ExpectedBucketOwner: stranger };
  expect(await refusal(store.client.send(new s3.GetObjectCommand(expecting)))).toBe("403 AccessDenied");
  expect(await refusal(store.client.send(new s3.PutObjectCommand({ ...expecting, Body: "x" })))).toBe(
    "403 AccessDenied",
  );
  expect((await bytesOf("small")).toString()).toBe("bytes");
});

testUnless(["takes-zero-days", "has-no-lifecycle"], "a lifecycle rule of zero days is refused", async () => {
  const rule = { ID: "z", Status: "Enabled", Filter: { Prefix: "z/" }, Expiration: { Days: 0 } } as const;
  const command = new s3.PutBucketLifecycleConfigurationCommand({
    Bucket: store.bucket,
    LifecycleConfiguration: { Rules: [rule] },
  });
  expect(await refusal(store.client.send(command))).toBe("400 InvalidArgument");
});
