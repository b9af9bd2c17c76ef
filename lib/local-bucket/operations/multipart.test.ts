import { createHash, randomBytes } from "node:crypto";
import * as s3 from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sendSigned } from "@/lib/testing/local-bucket/hand-signed";
import { send } from "@/lib/testing/local-bucket/raw-http";
import { exists, sha256, startTestServer, type TestServer } from "@/lib/testing/local-bucket/test-server";

const minPartBytes = 5 * 1024 ** 2;
const [first, second, last] = [randomBytes(minPartBytes), randomBytes(minPartBytes + 3), randomBytes(1000)];
let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const at = (Key: string) => ({ Bucket: server.bucket, Key });

async function create(key: string, more: Partial<s3.CreateMultipartUploadCommandInput> = {}) {
  const { UploadId } = await server.client.send(new s3.CreateMultipartUploadCommand({ ...at(key), ...more }));
  return UploadId ?? "";
}

async function uploadPart(
  key: string,
  UploadId: string,
  PartNumber: number,
  Body: Buffer,
  more: Partial<s3.UploadPartCommandInput> = {},
): Promise<s3.CompletedPart> {
  const command = new s3.UploadPartCommand({ ...at(key), UploadId, PartNumber, Body, ...more });
  const { ETag, ChecksumSHA256 } = await server.client.send(command);
  return { PartNumber, ETag, ...(more.ChecksumSHA256 ? { ChecksumSHA256 } : {}) };
}

const complete = (
  key: string,
  UploadId: string,
  Parts: s3.CompletedPart[],
  more: Partial<s3.CompleteMultipartUploadCommandInput> = {},
) =>
  server.client.send(
    new s3.CompleteMultipartUploadCommand({ ...at(key), UploadId, MultipartUpload: { Parts }, ...more }),
  );
const abort = (key: string, UploadId: string) =>
  server.client.send(new s3.AbortMultipartUploadCommand({ ...at(key), UploadId }));
const get = async (key: string, more: Partial<s3.GetObjectCommandInput> = {}) => {
  const answer = await server.client.send(new s3.GetObjectCommand({ ...at(key), ...more }));
  return { ...answer, bytes: Buffer.from((await answer.Body?.transformToByteArray()) ?? []) };
};

async function uploadWhole(key: string): Promise<void> {
  const id = await create(key);
  const parts = [];
  for (const [i, bytes] of [first, second, last].entries())
    parts.push(await uploadPart(key, id, i + 1, bytes));
  await complete(key, id, parts);
}

describe("a completed upload", () => {
  const whole = Buffer.concat([first, second, last]);
  beforeAll(() => uploadWhole("m/whole.bin"));

  test("is its parts' bytes, whole and in any range", async () => {
    expect((await get("m/whole.bin")).bytes.equals(whole)).toBe(true);
    const edge = minPartBytes;
    for (const [start, end] of [
      [0, 0],
      [edge - 1, edge],
      [edge, edge + 10],
      [edge - 10, whole.length - 1],
      [whole.length - 1, whole.length - 1],
      [2 * edge + 2, 2 * edge + 4],
    ] as const) {
      const { bytes } = await get("m/whole.bin", { Range: `bytes=${start}-${end}` });
      expect(bytes.equals(whole.subarray(start, end + 1)), `${start}-${end}`).toBe(true);
    }
  });

  test("is read part by part", async () => {
    for (const [i, part] of [first, second, last].entries()) {
      const found = await get("m/whole.bin", { PartNumber: i + 1 });
      expect(found.bytes.equals(part)).toBe(true);
      expect([found.PartsCount, found.$metadata.httpStatusCode]).toEqual([3, 206]);
    }
    await expect(get("m/whole.bin", { PartNumber: 4 })).rejects.toMatchObject({ name: "InvalidPartNumber" });
    await expect(get("m/whole.bin", { PartNumber: 0 })).rejects.toMatchObject({ name: "InvalidArgument" });
  });

  test("has the ETag of its parts' MD5s, and the sum of their sizes", async () => {
    const digests = [first, second, last].map((part) => createHash("md5").update(part).digest());
    const etag = `"${createHash("md5").update(Buffer.concat(digests)).digest("hex")}-3"`;
    expect(await server.client.send(new s3.HeadObjectCommand(at("m/whole.bin")))).toMatchObject({
      ETag: etag,
      ContentLength: whole.length,
    });
    const { Contents } = await server.client.send(
      new s3.ListObjectsV2Command({ Bucket: server.bucket, Prefix: "m/whole" }),
    );
    expect(Contents?.[0]).toMatchObject({ ETag: etag, Size: whole.length });
  });

  test("is copied whole, and its copy outlives it; deleted, it leaves no file", async () => {
    const before = (await server.files()).length;
    await uploadWhole("m/source.bin");
    await server.client.send(
      new s3.CopyObjectCommand({ ...at("m/copy.bin"), CopySource: `${server.bucket}/m/source.bin` }),
    );
    await server.client.send(new s3.DeleteObjectCommand(at("m/source.bin")));
    expect((await get("m/copy.bin")).bytes.equals(whole)).toBe(true);
    await server.client.send(new s3.PutObjectCommand({ ...at("m/copy.bin"), Body: "one" }));
    await server.client.send(new s3.DeleteObjectCommand(at("m/copy.bin")));
    expect(await server.files()).toHaveLength(before);
  });

  test("is still whole after a restart", async () => {
    await server.restart();
    expect((await get("m/whole.bin")).bytes.equals(whole)).toBe(true);
  });

  test("being read stays whole although it is overwritten meanwhile, and goes after that", async () => {
    await uploadWhole("m/read.bin");
    const before = (await server.files()).length;
    const reading = await server.client.send(new s3.GetObjectCommand(at("m/read.bin")));
    await server.client.send(new s3.PutObjectCommand({ ...at("m/read.bin"), Body: "new" }));
    expect((await get("m/read.bin")).bytes.toString()).toBe("new");
    const bytes = Buffer.from((await reading.Body?.transformToByteArray()) ?? []);
    expect(bytes.equals(whole)).toBe(true);
    await expect.poll(async () => (await server.files()).length).toBe(before - 2);
  });
});

test("what was said when it was created is the object's", async () => {
  const id = await create("m/said.tiff", {
    ContentType: "image/tiff",
    Metadata: { owner: "alice" },
    Tagging: "a=b",
  });
  await complete("m/said.tiff", id, [await uploadPart("m/said.tiff", id, 7, last)]);
  const { ContentType, Metadata, TagCount, ETag } = await get("m/said.tiff");
  expect([ContentType, Metadata, TagCount]).toEqual(["image/tiff", { owner: "alice" }, 1]);
  expect(ETag).toMatch(/-1"$/);
});

test("a part that is sent again takes the place of the first, and what is not asked for goes", async () => {
  const key = "m/again.bin";
  const before = (await server.files()).length;
  const id = await create(key);
  const stale = await uploadPart(key, id, 1, last);
  const fresh = await uploadPart(key, id, 1, second);
  await uploadPart(key, id, 2, first);
  const end = await uploadPart(key, id, 3, last);
  await expect(complete(key, id, [stale, end])).rejects.toMatchObject({ name: "InvalidPart" });
  await complete(key, id, [fresh, end]);
  expect((await get(key)).bytes.equals(Buffer.concat([second, last]))).toBe(true);
  expect(await server.files()).toHaveLength(before + 2);
  await expect(complete(key, id, [fresh])).rejects.toMatchObject({ name: "NoSuchUpload" });
});

describe("an upload that was completed", () => {
  const answerOf = ({ $metadata, ...answer }: s3.CompleteMultipartUploadCommandOutput) => answer;

  test("is completed again alike, also after a restart, and nothing changes", async () => {
    const key = "again/alike é.bin";
    const id = await create(key, { ChecksumAlgorithm: "CRC32" });
    const parts = [await uploadPart(key, id, 1, first), await uploadPart(key, id, 2, last)];
    const answer = answerOf(await complete(key, id, parts));
    expect(answer).toMatchObject({ Key: key, ETag: expect.stringMatching(/-2"$/) });
    const { LastModified } = await get(key);
    const before = await server.files();
    expect(answerOf(await complete(key, id, parts))).toEqual(answer);
    // Whoever wanted nothing to be there finds what came of the same request.
    expect(answerOf(await complete(key, id, parts, { IfNoneMatch: "*" }))).toEqual(answer);
    await server.restart();
    const Location = answer.Location?.replace(/^http:\/\/[^/]+/, server.endpoint);
    expect(answerOf(await complete(key, id, parts))).toEqual({ ...answer, Location });
    expect((await get(key)).LastModified).toEqual(LastModified);
    expect((await server.files()).toSorted()).toEqual(before.toSorted());
  });

  test("is not completed again with other parts, another key, or a checksum of something else", async () => {
    const key = "again/other.bin";
    const id = await create(key, { ChecksumAlgorithm: "CRC32" });
    const [one, two] = [await uploadPart(key, id, 1, first), await uploadPart(key, id, 2, last)];
    await complete(key, id, [one, two]);
    for (const parts of [[one], [two], [one, { ...two, ETag: one.ETag }]]) {
      await expect(complete(key, id, parts)).rejects.toMatchObject({ name: "NoSuchUpload" });
    }
    await expect(complete("again/else.bin", id, [one, two])).rejects.toMatchObject({ name: "NoSuchUpload" });
    const wrong = { ChecksumCRC32: "AAAAAA==" };
    await expect(complete(key, id, [one, two], wrong)).rejects.toMatchObject({ name: "BadDigest" });
    await expect(uploadPart(key, id, 1, first)).rejects.toMatchObject({ name: "NoSuchUpload" });
  });

  test("leaves alone what has come in its place, or that nothing has", async () => {
    const key = "again/gone.bin";
    const id = await create(key);
    const parts = [await uploadPart(key, id, 1, last)];
    const answer = answerOf(await complete(key, id, parts));
    await server.client.send(new s3.PutObjectCommand({ ...at(key), Body: "new" }));
    expect(answerOf(await complete(key, id, parts))).toEqual(answer);
    expect((await get(key)).bytes.toString()).toBe("new");
    await server.client.send(new s3.DeleteObjectCommand(at(key)));
    expect(answerOf(await complete(key, id, parts))).toEqual(answer);
    expect(await exists(server, key)).toBe(false);
  });

  test("answers many who ask at once alike, and is one object", async () => {
    const key = "again/at-once.bin";
    const id = await create(key);
    const parts = [await uploadPart(key, id, 1, first), await uploadPart(key, id, 2, last)];
    const before = await server.files();
    const answers = await Promise.all(Array.from({ length: 8 }, () => complete(key, id, parts)));
    for (const answer of answers) expect(answerOf(answer)).toEqual(answerOf(answers[0] ?? answer));
    expect(await server.files()).toHaveLength(before.length);
  });
});

describe("what is refused", () => {
  test.each<[string, (ready: s3.CompletedPart[]) => s3.CompletedPart[], string]>([
    ["a part that never came", (parts) => [...parts, { PartNumber: 9, ETag: '"0"' }], "InvalidPart"],
    ["another ETag", ([a, b]) => [a ?? {}, { ...b, ETag: `"${"0".repeat(32)}"` }], "InvalidPart"],
    ["parts out of order", (parts) => parts.toReversed(), "InvalidPartOrder"],
    ["a part twice", ([a]) => [a ?? {}, a ?? {}], "InvalidPartOrder"],
    ["no parts", () => [], "MalformedXML"],
    ["part 0", ([a]) => [{ ...a, PartNumber: 0 }], "InvalidArgument"],
  ])("completing with %s; the upload goes on", async (_what, change, code) => {
    const key = "m/refused.bin";
    const id = await create(key);
    const parts = [await uploadPart(key, id, 1, first), await uploadPart(key, id, 2, last)];
    await expect(complete(key, id, change(parts))).rejects.toMatchObject({ name: code });
    expect(await exists(server, key)).toBe(false);
    await complete(key, id, parts);
    await server.client.send(new s3.DeleteObjectCommand(at(key)));
  });

  test("a part but the last below 5 MiB, by the number of the part", async () => {
    const id = await create("m/small.bin");
    const parts = [
      await uploadPart("m/small.bin", id, 1, last),
      await uploadPart("m/small.bin", id, 2, last),
    ];
    await expect(complete("m/small.bin", id, parts)).rejects.toMatchObject({
      name: "EntityTooSmall",
      PartNumber: "1",
      MinSizeAllowed: String(minPartBytes),
    });
    await abort("m/small.bin", id);
  });

  test("a part with another SHA-256, one beyond 10,000, one for an upload or key that is not", async () => {
    const id = await create("m/parts.bin");
    const wrong = uploadPart("m/parts.bin", id, 1, last, { ChecksumSHA256: sha256(first) });
    await expect(wrong).rejects.toMatchObject({ name: "BadDigest" });
    await expect(uploadPart("m/parts.bin", id, 10_001, last)).rejects.toMatchObject({
      name: "InvalidArgument",
    });
    await expect(uploadPart("m/parts.bin", "none", 1, last)).rejects.toMatchObject({ name: "NoSuchUpload" });
    await expect(uploadPart("m/other.bin", id, 1, last)).rejects.toMatchObject({ name: "NoSuchUpload" });
    await abort("m/parts.bin", id);
    await expect(uploadPart("m/parts.bin", id, 1, last)).rejects.toMatchObject({ name: "NoSuchUpload" });
    await expect(abort("m/parts.bin", id)).rejects.toMatchObject({ name: "NoSuchUpload" });
  });

  test("completing over an object that must not be there", async () => {
    await server.client.send(new s3.PutObjectCommand({ ...at("m/there.bin"), Body: "x" }));
    const id = await create("m/there.bin");
    const parts = [await uploadPart("m/there.bin", id, 1, last)];
    await expect(complete("m/there.bin", id, parts, { IfNoneMatch: "*" })).rejects.toMatchObject({
      name: "PreconditionFailed",
    });
    expect((await get("m/there.bin")).bytes.toString()).toBe("x");
    await expect(complete("m/there.bin", id, parts, { MpuObjectSize: 5 })).rejects.toMatchObject({
      name: "InvalidRequest",
    });
    await complete("m/there.bin", id, parts, { MpuObjectSize: last.length });
    expect((await get("m/there.bin")).bytes.equals(last)).toBe(true);
  });
});

test("a presigned part is taken with its own length and SHA-256 only", async () => {
  const key = "m/presigned é.bin";
  const UploadId = await create(key, { ChecksumAlgorithm: "SHA256" });
  const command = new s3.UploadPartCommand({
    ...at(key),
    UploadId,
    PartNumber: 1,
    ContentLength: last.length,
    ChecksumSHA256: sha256(last),
  });
  const url = await getSignedUrl(server.client, command, {
    unhoistableHeaders: new Set(["x-amz-checksum-sha256"]),
    signableHeaders: new Set(["content-length", "host"]),
  });
  const put = (body: Buffer) =>
    send(url, "PUT", { "x-amz-checksum-sha256": sha256(last), "content-length": body.length }, [body]);
  expect((await put(Buffer.from(last).fill(0))).code).toBe("BadDigest");
  expect((await put(last.subarray(1))).code).toBe("SignatureDoesNotMatch");
  const unsigned = await send(url.split("?")[0] ?? "", "PUT", { "content-length": 1 }, [Buffer.from("x")]);
  expect(unsigned.status).toBe(403);
  const taken = await put(last);
  expect(taken.status).toBe(200);
  const { ETag = "" } = { ETag: taken.headers.etag ?? "" };
  const part = { PartNumber: 1, ETag, ChecksumSHA256: sha256(last) };
  await expect(complete(key, UploadId, [{ ...part, ChecksumSHA256: sha256(first) }])).rejects.toMatchObject({
    name: "InvalidPart",
  });
  await complete(key, UploadId, [part]);
  const { ChecksumSHA256, ChecksumType } = await get(key, { ChecksumMode: "ENABLED" });
  const ofDigests = createHash("sha256")
    .update(Buffer.from(sha256(last), "base64"))
    .digest("base64");
  expect([ChecksumSHA256, ChecksumType]).toEqual([`${ofDigests}-1`, "COMPOSITE"]);
});

describe("checksums of the whole", () => {
  const bytes = Buffer.concat([first, last]);

  test.each(["CRC32", "CRC32C", "CRC64NVME"] as const)(
    "%s of the object's bytes follows from those of its parts",
    async (algorithm) => {
      const key = `m/${algorithm}`;
      const name = `Checksum${algorithm}` as const;
      const id = await create(key, { ChecksumAlgorithm: algorithm, ChecksumType: "FULL_OBJECT" });
      const parts = [await uploadPart(key, id, 1, first), await uploadPart(key, id, 2, last)];
      const whole = await server.client.send(
        new s3.PutObjectCommand({ ...at(`${key}-whole`), Body: bytes, ChecksumAlgorithm: algorithm }),
      );
      const wrong = { [name]: algorithm === "CRC64NVME" ? "AAAAAAAAAAA=" : "AAAAAA==" };
      await expect(complete(key, id, parts, wrong)).rejects.toMatchObject({ name: "BadDigest" });
      const completed = await complete(key, id, parts, { [name]: whole[name] });
      expect(completed[name]).toBe(whole[name]);
      const found = await get(key, { ChecksumMode: "ENABLED" });
      expect([found[name], found.ChecksumType]).toEqual([whole[name], "FULL_OBJECT"]);
    },
  );

  test("an SHA-256 is over the parts' and cannot be asked for the whole; a CRC64NVME only for the whole", async () => {
    await expect(
      create("m/sum", { ChecksumAlgorithm: "SHA256", ChecksumType: "FULL_OBJECT" }),
    ).rejects.toMatchObject({ name: "InvalidRequest" });
    await expect(
      create("m/sum", { ChecksumAlgorithm: "CRC64NVME", ChecksumType: "COMPOSITE" }),
    ).rejects.toMatchObject({ name: "InvalidRequest" });
  });
});

describe("listing", () => {
  test("parts come in pages, in order", async () => {
    const id = await create("lists/parts.bin");
    for (const number of [3, 1, 10, 2]) await uploadPart("lists/parts.bin", id, number, last);
    const numbers: (number | undefined)[] = [];
    for (let marker: string | undefined, more: boolean | undefined = true; more; ) {
      const page: s3.ListPartsCommandOutput = await server.client.send(
        new s3.ListPartsCommand({
          ...at("lists/parts.bin"),
          UploadId: id,
          MaxParts: 3,
          PartNumberMarker: marker,
        }),
      );
      numbers.push(...(page.Parts ?? []).map(({ PartNumber }) => PartNumber));
      expect(page.Parts?.[0]?.Size).toBe(last.length);
      marker = page.NextPartNumberMarker;
      more = page.IsTruncated;
    }
    expect(numbers).toEqual([1, 2, 3, 10]);
    await abort("lists/parts.bin", id);
  });

  test("uploads come in pages by key and start, with prefixes and delimiters", async () => {
    const started: [string, string][] = [];
    for (const key of ["u/a/1", "u/a/2", "u/b", "u/b", "u/c/d/1", "u/é", "z"]) {
      started.push([key, await create(key)]);
    }
    const list = (more: Partial<s3.ListMultipartUploadsCommandInput>) =>
      server.client.send(new s3.ListMultipartUploadsCommand({ Bucket: server.bucket, ...more }));
    const found: [string | undefined, string | undefined][] = [];
    let [KeyMarker, UploadIdMarker]: (string | undefined)[] = [];
    for (let more: boolean | undefined = true; more; ) {
      const page = await list({ Prefix: "u/", MaxUploads: 2, KeyMarker, UploadIdMarker });
      for (const { Key, UploadId } of page.Uploads ?? []) found.push([Key, UploadId]);
      [KeyMarker, UploadIdMarker, more] = [page.NextKeyMarker, page.NextUploadIdMarker, page.IsTruncated];
    }
    expect(found).toEqual(started.slice(0, -1));
    const folders = await list({ Prefix: "u/", Delimiter: "/" });
    expect(folders.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(["u/a/", "u/c/"]);
    expect(folders.Uploads?.map(({ Key }) => Key)).toEqual(["u/b", "u/b", "u/é"]);
    const one = await list({ Prefix: "u/", Delimiter: "/", MaxUploads: 1 });
    const two = await list({
      Prefix: "u/",
      Delimiter: "/",
      MaxUploads: 1,
      KeyMarker: one.NextKeyMarker,
      UploadIdMarker: one.NextUploadIdMarker,
    });
    expect([one.CommonPrefixes?.[0]?.Prefix, two.Uploads?.[0]?.Key]).toEqual(["u/a/", "u/b"]);
    expect((await list({ KeyMarker: "u/b", Prefix: "u/" })).Uploads?.map(({ Key }) => Key)).toEqual([
      "u/c/d/1",
      "u/é",
    ]);
    for (const [key, id] of started) await abort(key, id);
  });
});

test("an aborted upload leaves nothing, and neither does a bucket's end", async () => {
  const before = (await server.files()).length;
  const id = await create("m/aborted.bin");
  await uploadPart("m/aborted.bin", id, 1, last);
  await abort("m/aborted.bin", id);
  const Bucket = "short-lived";
  await server.client.send(new s3.CreateBucketCommand({ Bucket }));
  const other = { Bucket, Key: "k" };
  const { UploadId } = await server.client.send(new s3.CreateMultipartUploadCommand(other));
  await server.client.send(new s3.UploadPartCommand({ ...other, UploadId, PartNumber: 1, Body: last }));
  const done = { ...other, Key: "done" };
  const { UploadId: doneId } = await server.client.send(new s3.CreateMultipartUploadCommand(done));
  const ofDone = { ...done, UploadId: doneId };
  const part = new s3.UploadPartCommand({ ...ofDone, PartNumber: 1, Body: last });
  const { ETag } = await server.client.send(part);
  const completion = new s3.CompleteMultipartUploadCommand({
    ...ofDone,
    MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
  });
  await server.client.send(completion);
  await server.client.send(new s3.DeleteObjectCommand(done));
  await server.client.send(new s3.DeleteBucketCommand({ Bucket }));
  expect(await server.files()).toHaveLength(before);
  await server.client.send(new s3.CreateBucketCommand({ Bucket }));
  await expect(server.client.send(completion)).rejects.toMatchObject({ name: "NoSuchUpload" });
});

test.each([
  "",
  "<",
  "<CompleteMultipartUpload/>",
  "<CompleteMultipartUpload><Part/></CompleteMultipartUpload>",
])("completing with the document %s is MalformedXML", async (document) => {
  const uploadId = await create("m/malformed.bin");
  const answer = await sendSigned(server.endpoint, {
    method: "POST",
    path: `/${server.bucket}/m/malformed.bin`,
    query: { uploadId },
    body: Buffer.from(document),
  });
  expect([answer.status, answer.code]).toEqual([400, "MalformedXML"]);
  await abort("m/malformed.bin", uploadId);
});
