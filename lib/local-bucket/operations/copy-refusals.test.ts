import { createHash, randomBytes } from "node:crypto";
import * as s3 from "@aws-sdk/client-s3";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { refusal } from "@/lib/testing/contract-store";
import { startTestServer, type TestServer } from "@/lib/testing/local-bucket/test-server";
import { beginUpload, type TestUpload } from "@/lib/testing/local-bucket/uploads";
import { readCopyRange } from "./upload-part-copy";

const bytes = randomBytes(1000);
let server: TestServer;
let upload: TestUpload;

beforeAll(async () => {
  server = await startTestServer();
  const { bucket: Bucket, client } = server;
  await client.send(new s3.PutObjectCommand({ Bucket, Key: "source", Body: bytes }));
  upload = await beginUpload(server, "copy");
});
afterAll(() => server.stop());

const copy = (more: Partial<s3.UploadPartCopyCommandInput>, source = `${server.bucket}/source`) =>
  upload.copyPart(1, source, more);

test.each([
  "0-8",
  "bytes=1-0",
  "bytes=-1-",
  "bytes=0--1",
  "bytes=0-1,3-4",
  "bytes=-",
  "bytes=-5",
  "bytes=1-",
  "bytes=0-1000",
  "bytes=1000-1000",
  "bytes=0-99999999999999999999",
  "bits=0-1",
])("a part is not copied from the range %s", async (CopySourceRange) => {
  await expect(copy({ CopySourceRange })).rejects.toMatchObject({
    name: "InvalidArgument",
    ArgumentName: "x-amz-copy-source-range",
    ArgumentValue: CopySourceRange,
  });
});

test("nor from any other range than one that lies within the object", () => {
  fc.assert(
    fc.property(fc.nat(20), fc.nat(20), fc.nat(20), (first, last, size) => {
      const read = () => readCopyRange(`bytes=${first}-${last}`, size);
      if (first <= last && last < size) expect(read()).toEqual({ start: first, length: last - first + 1 });
      else expect(read).toThrow(last < first ? /of the form bytes=first-last/ : /object of size: \d+$/);
    }),
  );
  fc.assert(
    fc.property(fc.string(), (text) => {
      fc.pre(!/^bytes=\d+-\d+$/.test(text));
      expect(() => readCopyRange(text, 10)).toThrow(/of the form bytes=first-last/);
    }),
  );
});

test("nor from more than a part may have", () => {
  const most = 5 * 1024 ** 3;
  expect(readCopyRange(undefined, most)).toEqual({ start: 0, length: most });
  expect(readCopyRange(`bytes=1-${most}`, 2 * most)).toEqual({ start: 1, length: most });
  expect(() => readCopyRange(undefined, most + 1)).toThrow(/maximum allowable size for a copy source/);
  expect(() => readCopyRange(`bytes=0-${most}`, 2 * most)).toThrow(/maximum allowable size/);
});

test("nor from a source that is not there, for an upload that is not, under a number that cannot be", async () => {
  expect(await refusal(copy({}, `${server.bucket}/none`))).toBe("404 NoSuchKey");
  expect(await refusal(copy({}, "not-there/k"))).toBe("404 NoSuchBucket");
  expect(await refusal(copy({}, "nonsense"))).toBe("400 InvalidArgument");
  expect(await refusal(copy({ UploadId: "none" }))).toBe("404 NoSuchUpload");
  expect(await refusal(copy({ PartNumber: 10_001 }))).toBe("400 InvalidArgument");
  expect(await refusal(copy({ ExpectedSourceBucketOwner: "111122223333" }))).toBe("403 AccessDenied");
  expect(await refusal(copy({ ExpectedBucketOwner: "111122223333" }))).toBe("403 AccessDenied");
});

test("nor from one that is not as the conditions want it; from another it is", async () => {
  const ETag = `"${createHash("md5").update(bytes).digest("hex")}"`;
  const [past, future] = [new Date(Date.now() - 3_600_000), new Date(Date.now() + 3_600_000)];
  for (const more of [
    { CopySourceIfMatch: '"other"' },
    { CopySourceIfNoneMatch: ETag },
    { CopySourceIfUnmodifiedSince: past },
    { CopySourceIfModifiedSince: future },
  ]) {
    expect(await refusal(copy(more)), JSON.stringify(more)).toBe("412 PreconditionFailed");
  }
  for (const more of [
    { CopySourceIfMatch: ETag, CopySourceIfUnmodifiedSince: past },
    { CopySourceIfNoneMatch: '"other"', CopySourceIfModifiedSince: future },
    { CopySourceIfModifiedSince: past },
  ]) {
    expect((await copy(more)).ETag, JSON.stringify(more)).toBe(ETag);
  }
});
