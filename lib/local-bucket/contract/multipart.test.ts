import { createHash, randomBytes } from "node:crypto";
import * as s3 from "@aws-sdk/client-s3";
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
import { exists, sha256 } from "@/lib/testing/local-bucket/test-server";

const [first, last] = [randomBytes(5 * 1024 ** 2), randomBytes(1000)];
let store: ContractStore;

beforeAll(async () => {
  store = await startContractStore();
});
afterAll(() => store.stop());

const at = (Key: string) => ({ Bucket: store.bucket, Key });
const create = async (key: string, more: Partial<s3.CreateMultipartUploadCommandInput> = {}) => {
  const command = new s3.CreateMultipartUploadCommand({ ...at(key), ...more });
  return (await store.client.send(command)).UploadId ?? "";
};
const uploadPart = async (key: string, UploadId: string, PartNumber: number, Body: Buffer) => {
  const command = new s3.UploadPartCommand({ ...at(key), UploadId, PartNumber, Body });
  return { PartNumber, ETag: (await store.client.send(command)).ETag };
};
const complete = (key: string, UploadId: string, Parts: s3.CompletedPart[]) =>
  store.client.send(
    new s3.CompleteMultipartUploadCommand({ ...at(key), UploadId, MultipartUpload: { Parts } }),
  );
const listParts = (key: string, UploadId: string) =>
  store.client.send(new s3.ListPartsCommand({ ...at(key), UploadId }));
const abort = (key: string, UploadId: string) =>
  store.client.send(new s3.AbortMultipartUploadCommand({ ...at(key), UploadId }));

/** A part as the browser is to send it: through a URL into which its length and its SHA-256 are signed. */
async function presignPart(
  key: string,
  UploadId: string,
  body: Buffer,
): Promise<(sent: Buffer) => Promise<Response>> {
  const command = new s3.UploadPartCommand({
    ...at(key),
    UploadId,
    PartNumber: 1,
    ContentLength: body.length,
    ChecksumSHA256: sha256(body),
  });
  const url = await getSignedUrl(store.client, command, {
    expiresIn: 60,
    unhoistableHeaders: new Set(["x-amz-checksum-sha256"]),
    signableHeaders: new Set(["content-length", "host"]),
  });
  const headers = { "x-amz-checksum-sha256": sha256(body) };
  return (sent) => fetch(url, { method: "PUT", headers, body: new Uint8Array(sent) });
}

describe("a multipart upload", () => {
  test("is invisible until it is complete, then whole, with what was said when it began", async () => {
    const key = "m/big é.bin";
    const id = await create(key, { ContentType: "image/tiff", Metadata: { m: "1" } });
    const parts = [await uploadPart(key, id, 1, first), await uploadPart(key, id, 2, last)];
    const { Parts } = await listParts(key, id);
    expect(Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
      [1, first.length],
      [2, last.length],
    ]);
    const { Uploads } = await store.client.send(new s3.ListMultipartUploadsCommand({ Bucket: store.bucket }));
    expect(Uploads?.map(({ Key, UploadId }) => [Key, UploadId])).toEqual([[key, id]]);
    expect(await exists(store, key)).toBe(false);
    await complete(key, id, parts);
    const { Body, ...found } = await store.client.send(new s3.GetObjectCommand(at(key)));
    const whole = Buffer.concat([first, last]);
    expect(whole.equals((await Body?.transformToByteArray()) ?? Buffer.alloc(0))).toBe(true);
    const digests = [first, last].map((part) => createHash("md5").update(part).digest());
    expect(found).toMatchObject({ ContentType: "image/tiff", Metadata: { m: "1" } });
    const etag = `"${createHash("md5").update(Buffer.concat(digests)).digest("hex")}-2"`;
    expect(found.ETag === etag).toBe(!hasQuirk("has-etags-of-its-own"));
  });

  test("that was aborted is gone", async () => {
    const id = await create("m/aborted");
    await uploadPart("m/aborted", id, 1, last);
    await abort("m/aborted", id);
    expect(await refusal(listParts("m/aborted", id))).toMatch(/^404 NoSuch(Upload|Key)$/);
    expect(await refusal(uploadPart("m/aborted", id, 1, last))).toBe("404 NoSuchUpload");
  });

  testUnless(
    "completes-small-parts",
    "with a small part that is not the last, or another ETag, is not completed",
    async () => {
      const id = await create("m/small");
      const parts = [await uploadPart("m/small", id, 1, last), await uploadPart("m/small", id, 2, last)];
      expect(await refusal(complete("m/small", id, parts))).toBe("400 EntityTooSmall");
      const other = [{ PartNumber: 1, ETag: `"${"0".repeat(32)}"` }];
      expect(await refusal(complete("m/small", id, other))).toBe("400 InvalidPart");
      expect(await exists(store, "m/small")).toBe(false);
      await abort("m/small", id);
    },
  );

  test("takes presigned parts of the length that was signed only, and none that is unsigned", async () => {
    const id = await create("m/presigned");
    const put = await presignPart("m/presigned", id, last);
    expect((await put(last.subarray(1))).status).toBe(403);
    const unsigned = `${store.endpoint}/${store.bucket}/m/presigned?partNumber=1&uploadId=${id}`;
    expect((await fetch(unsigned, { method: "PUT", body: "x" })).status).toBe(403);
    expect((await put(last)).status).toBe(200);
    await abort("m/presigned", id);
  });

  testUnless("checks-no-sha256", "takes presigned parts with the SHA-256 that was signed only", async () => {
    const id = await create("m/sum");
    const put = await presignPart("m/sum", id, last);
    const status = (await put(Buffer.from(last).fill(0))).status;
    await abort("m/sum", id);
    expect(status).toBe(400);
  });
});

describe("a copy of an object in parts", () => {
  testUnless(
    ["checks-no-sha256", "tells-no-sha256-of-copies"],
    "has the SHA-256 of the whole, where it is asked for",
    async () => {
      const id = await create("m/copied", { ChecksumAlgorithm: "SHA256" });
      const parts = [first, last].map(async (Body, index) => {
        const part = { PartNumber: index + 1, ChecksumSHA256: sha256(Body) };
        const { ETag } = await store.client.send(
          new s3.UploadPartCommand({ ...at("m/copied"), ...part, UploadId: id, Body }),
        );
        return { ...part, ETag };
      });
      await complete("m/copied", id, await Promise.all(parts));
      const { ChecksumSHA256 } = await store.client.send(
        new s3.HeadObjectCommand({ ...at("m/copied"), ChecksumMode: "ENABLED" }),
      );
      expect(ChecksumSHA256).toMatch(/-2$/);
      const CopySource = `${store.bucket}/m/copied`;
      const whole = sha256(Buffer.concat([first, last]));
      const { CopyObjectResult } = await store.client.send(
        new s3.CopyObjectCommand({ ...at("m/copy"), CopySource, ChecksumAlgorithm: "SHA256" }),
      );
      expect(CopyObjectResult?.ChecksumSHA256).toBe(whole);
      const head = await store.client.send(
        new s3.HeadObjectCommand({ ...at("m/copy"), ChecksumMode: "ENABLED" }),
      );
      expect(head).toMatchObject({ ChecksumSHA256: whole, ContentLength: first.length + last.length });
    },
  );
});

describe("a bucket's settings", () => {
  testUnless("has-no-lifecycle", "lifecycle rules are kept", async () => {
    const Bucket = store.bucket;
    const rule: s3.LifecycleRule = {
      ID: "incoming",
      Status: "Enabled",
      Filter: { Prefix: "incoming/" },
      Expiration: { Days: 7 },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
    };
    await store.client.send(
      new s3.PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules: [rule] } }),
    );
    const { Rules } = await store.client.send(new s3.GetBucketLifecycleConfigurationCommand({ Bucket }));
    expect(Rules).toHaveLength(1);
    expect(Rules?.[0]).toMatchObject({
      ID: "incoming",
      Status: "Enabled",
      Expiration: { Days: 7 },
    });
    const ofParts = hasQuirk("drops-lifecycle-of-parts") ? undefined : { DaysAfterInitiation: 1 };
    expect(Rules?.[0]?.AbortIncompleteMultipartUpload).toEqual(ofParts);
    await store.client.send(new s3.DeleteBucketLifecycleCommand({ Bucket }));
  });

  testUnless(
    "has-no-public-access-block",
    "under a public access block a public ACL is refused",
    async () => {
      const Bucket = store.bucket;
      const PublicAccessBlockConfiguration = { BlockPublicAcls: true, BlockPublicPolicy: true };
      await store.client.send(new s3.PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));
      const found = await store.client.send(new s3.GetPublicAccessBlockCommand({ Bucket }));
      expect(found.PublicAccessBlockConfiguration).toMatchObject(PublicAccessBlockConfiguration);
      const open = new s3.PutObjectCommand({ ...at("open"), Body: "x", ACL: "public-read" });
      expect(await refusal(store.client.send(open))).toMatch(/^403 /);
      await store.client.send(new s3.DeletePublicAccessBlockCommand({ Bucket }));
    },
  );

  testUnless(
    ["refuses-private-writes-under-block", "has-no-public-access-block"],
    "under a public access block private writes work",
    async () => {
      const Bucket = store.bucket;
      const PublicAccessBlockConfiguration = { BlockPublicAcls: true };
      await store.client.send(new s3.PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));
      const form = await pinnedForm(store, "block/form", last);
      const [posted, put] = [
        (await postForm(store, form)).status,
        await store.client
          .send(new s3.PutObjectCommand({ ...at("block/put"), Body: "x" }))
          .then(() => "taken", String),
      ];
      await store.client.send(new s3.DeletePublicAccessBlockCommand({ Bucket }));
      expect([posted, put]).toEqual([201, "taken"]);
    },
  );
});
