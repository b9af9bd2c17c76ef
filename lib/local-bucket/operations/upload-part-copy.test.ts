import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { open, stat } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import * as s3 from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import Database from "better-sqlite3";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { refusal } from "@/lib/testing/contract-store";
import { sha256, startTestServer, type TestServer } from "@/lib/testing/local-bucket/test-server";
import { beginUpload, rangesOf, uploadParts } from "@/lib/testing/local-bucket/uploads";

const minPartBytes = 5 * 1024 ** 2;
const [first, second, last] = [randomBytes(minPartBytes), randomBytes(minPartBytes + 3), randomBytes(1000)];
const bodies = [first, second, last];
const source = Buffer.concat(bodies);
let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  await put("small é+.bin", last);
  await uploadParts(server, "parts.bin", bodies);
});
afterAll(() => server.stop());

const at = (Key: string) => ({ Bucket: server.bucket, Key });
const from = (key: string) => `${server.bucket}/${encodeURIComponent(key)}`;
const begin = (key: string, more: Partial<s3.CreateMultipartUploadCommandInput> = {}) =>
  beginUpload(server, key, more);
const md5 = (bytes: Buffer) => createHash("md5").update(bytes).digest("hex");
const put = (key: string, Body: Buffer) => server.client.send(new s3.PutObjectCommand({ ...at(key), Body }));
const remove = (key: string) => server.client.send(new s3.DeleteObjectCommand(at(key)));
const bytesOf = async (key: string) => {
  const { Body } = await server.client.send(new s3.GetObjectCommand(at(key)));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
};

const blobPath = (id: string) => join(server.dataDir, "blobs", id.slice(0, 2), id);
const newFiles = async (before: string[]) => (await server.files()).filter((id) => !before.includes(id));
/** Under how many names the bytes of each new file are there. */
const linksOfNew = async (before: string[]) =>
  await Promise.all((await newFiles(before)).map(async (id) => (await stat(blobPath(id))).nlink));

describe("a part that is copied", () => {
  test("is another object's bytes, whole or a range, and goes with parts that were sent", async () => {
    const upload = await begin("copy/mixed.bin");
    const CopySourceRange = `bytes=7-${minPartBytes + 20}`;
    const pieces = [source, source.subarray(7, minPartBytes + 21), second, last];
    const parts = [
      await upload.copyPart(1, from("parts.bin")),
      await upload.copyPart(2, `/${from("parts.bin")}`, { CopySourceRange }),
      await upload.sendPart(3, second),
      await upload.copyPart(4, from("small é+.bin")),
    ];
    expect(parts.map(({ ETag }) => ETag)).toEqual(pieces.map((piece) => `"${md5(piece)}"`));
    const listed = await upload.listParts();
    expect(listed.map(({ Size }) => Size)).toEqual(pieces.map(({ length }) => length));
    // Without an algorithm of the upload's there is nothing else.
    expect(Object.keys(parts[3] ?? {}).toSorted()).toEqual(["ETag", "LastModified", "PartNumber"]);
    expect(listed[3]?.LastModified).toEqual((parts[3] as s3.CopyPartResult).LastModified);
    await upload.complete(parts.map(({ PartNumber, ETag }) => ({ PartNumber, ETag })));
    expect((await bytesOf("copy/mixed.bin")).equals(Buffer.concat(pieces))).toBe(true);
  });

  test("outlives the object that it was copied from, and leaves no file when it goes", async () => {
    const before = (await server.files()).length;
    await put("copy/short-lived", last);
    const upload = await begin("copy/outlives");
    const part = await upload.copyPart(1, from("copy/short-lived"));
    await remove("copy/short-lived");
    await upload.complete([part]);
    expect(await bytesOf("copy/outlives")).toEqual(last);
    await remove("copy/outlives");
    const aborted = await begin("copy/aborted");
    await aborted.copyPart(1, from("parts.bin"), { CopySourceRange: "bytes=0-99" });
    await aborted.abort();
    expect(await server.files()).toHaveLength(before);
  });

  test("may come from another bucket, and be nothing", async () => {
    const Bucket = "another-bucket";
    await server.client.send(new s3.CreateBucketCommand({ Bucket }));
    await server.client.send(new s3.PutObjectCommand({ Bucket, Key: "empty", Body: Buffer.alloc(0) }));
    const upload = await begin("copy/empty");
    await upload.complete([await upload.copyPart(1, `${Bucket}/empty`)]);
    expect(await bytesOf("copy/empty")).toEqual(Buffer.alloc(0));
  });

  test("is what any range of an object in parts holds", async () => {
    // Near the edges of the parts, where something could go wrong.
    const edge = fc
      .tuple(
        fc.constantFrom(0, minPartBytes, 2 * minPartBytes + 3, source.length),
        fc.integer({ min: -3, max: 3 }),
      )
      .map(([offset, by]) => Math.min(source.length - 1, Math.max(0, offset + by)));
    await fc.assert(
      fc.asyncProperty(edge, edge, async (one, other) => {
        const [start, end] = [Math.min(one, other), Math.max(one, other)];
        const upload = await begin("copy/range", { ChecksumAlgorithm: "SHA256" });
        const CopySourceRange = `bytes=${start}-${end}`;
        const part = await upload.copyPart(1, from("parts.bin"), { CopySourceRange });
        const expected = source.subarray(start, end + 1);
        expect([part.ETag, part.ChecksumSHA256]).toEqual([`"${md5(expected)}"`, sha256(expected)]);
        await upload.complete([part]);
        expect((await bytesOf("copy/range")).equals(expected)).toBe(true);
      }),
      { numRuns: 25 },
    );
  });
});

describe("the bytes of a whole blob are linked, not copied", () => {
  test("of an object in one piece, and of one in parts where the ranges are its parts", async () => {
    await put("link/source", last);
    const before = await server.files();
    const one = await begin("link/one");
    await one.complete([await one.copyPart(1, from("link/source"))]);
    expect(await linksOfNew(before)).toEqual([2]);

    await uploadParts(server, "link/source-parts", bodies);
    const again = await server.files();
    const upload = await begin("link/parts", { ChecksumAlgorithm: "CRC32" });
    const parts: s3.CompletedPart[] = [];
    for (const [i, CopySourceRange] of rangesOf(bodies).entries()) {
      parts.push(await upload.copyPart(i + 1, from("link/source-parts"), { CopySourceRange }));
    }
    await upload.complete(parts);
    expect(await linksOfNew(again)).toEqual([2, 2, 2]);
    expect((await bytesOf("link/parts")).equals(source)).toBe(true);
    expect(parts.map(({ ETag }) => ETag)).toEqual(bodies.map((body) => `"${md5(body)}"`));
  });

  test("also where an older server did not keep the digests of parts", async () => {
    await server.local.close();
    const index = new Database(join(server.dataDir, "index.sqlite"));
    index.exec("UPDATE blob SET part = NULL");
    index.close();
    await server.restart({ stopped: true });
    const before = await server.files();
    const upload = await begin("link/older");
    const CopySourceRange = `bytes=0-${minPartBytes - 1}`;
    const part = await upload.copyPart(1, from("link/source-parts"), { CopySourceRange });
    expect(part.ETag).toBe(`"${md5(first)}"`);
    expect(await linksOfNew(before)).toEqual([3]);
    await upload.complete([part]);
    expect((await bytesOf("link/older")).equals(first)).toBe(true);
  });

  test("unless they have changed on the disk, where that is seen", async () => {
    const before = await server.files();
    await put("link/damaged", last);
    const [damaged = ""] = await newFiles(before);
    const file = await open(blobPath(damaged), "r+");
    await file.write(Buffer.from([(last[0] ?? 0) ^ 1]), 0, 1, 0);
    await file.close();
    const upload = await begin("link/undamaged", { ChecksumAlgorithm: "CRC32C" });
    expect(await refusal(upload.copyPart(1, from("link/damaged")))).toBe("500 InternalError");
    expect(await newFiles(before)).toEqual([damaged]);
  });
});

describe("checksums", () => {
  test.each(["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"] as const)(
    "%s of a copied part is told, kept, and that of the object follows from it",
    async (algorithm) => {
      const name = `Checksum${algorithm}` as const;
      const sent = await uploadParts(server, `sums/sent-${algorithm}`, bodies, {
        ChecksumAlgorithm: algorithm,
      });
      const upload = await begin(`sums/copied-${algorithm}`, { ChecksumAlgorithm: algorithm });
      const parts: s3.CompletedPart[] = [];
      for (const [i, CopySourceRange] of rangesOf(bodies).entries()) {
        // From one that has no such checksum, so that it is computed; the last from one that has.
        const origin = i === 2 ? `sums/sent-${algorithm}` : "parts.bin";
        const { LastModified, ...part } = await upload.copyPart(i + 1, from(origin), { CopySourceRange });
        expect(Object.keys(part).toSorted()).toEqual([name, "ETag", "PartNumber"].toSorted());
        parts.push(part);
      }
      const listed = await upload.listParts();
      expect(listed.map((part) => part[name])).toEqual(parts.map((part) => part[name]));
      const wrong = parts.map((part) => ({ ...part, [name]: parts[0]?.[name] }));
      expect(await refusal(upload.complete(wrong))).toBe("400 InvalidPart");
      const copied = await upload.complete(parts);
      expect([copied.ETag, copied[name]]).toEqual([sent.ETag, sent[name]]);
    },
  );
});

test("a copy whose client leaves is stopped, and leaves no file", async () => {
  const big = Buffer.alloc(64 * 1024 ** 2, "0123456789abcdef");
  await put("left/big", big);
  const upload = await begin("left/copy");
  const before = await server.files();
  const command = new s3.UploadPartCopyCommand({
    ...at("left/copy"),
    UploadId: upload.id,
    PartNumber: 1,
    CopySource: from("left/big"),
    CopySourceRange: `bytes=1-${big.length - 1}`,
  });
  const url = await getSignedUrl(server.client, command);
  const sent = request(url, { method: "PUT", headers: { "content-length": 0 } });
  sent.on("error", () => {});
  sent.end();
  await once(sent, "finish");
  await expect.poll(() => newFiles(before)).not.toEqual([]);
  sent.destroy();
  await expect.poll(() => newFiles(before)).toEqual([]);
  const stopped = () => server.log.find(({ code }) => code === "ClientGone");
  await expect.poll(stopped).toMatchObject({ level: "info", operation: "UploadPartCopy" });
  expect(await upload.listParts()).toEqual([]);
});

test("copies made while their source is replaced and deleted are each one of its contents", async () => {
  const contents = [randomBytes(300_000), randomBytes(300_000)];
  const wholes = contents.map((bytes) => `"${md5(bytes)}"`);
  const ranges = contents.map((bytes) => `"${md5(bytes.subarray(1))}"`);
  const upload = await begin("changing/copy");
  await put("changing/source", contents[0] ?? last);
  const copies = Array.from({ length: 30 }, async (_, i) => {
    await new Promise((resolve) => setTimeout(resolve, i * 2));
    const more = i % 2 ? {} : { CopySourceRange: "bytes=1-299999" };
    await upload.copyPart(i + 1, from("changing/source"), more);
  });
  const changes = Array.from({ length: 10 }, async (_, i) => {
    await new Promise((resolve) => setTimeout(resolve, i * 6));
    if (i % 3 === 2) await remove("changing/source");
    else await put("changing/source", contents[i % 2] ?? last);
  });
  const [ended] = await Promise.all([Promise.allSettled(copies), ...changes]);
  for (const copied of ended) {
    if (copied.status === "rejected") expect(copied.reason).toMatchObject({ name: "NoSuchKey" });
  }
  const parts = await upload.listParts();
  expect(parts.length).toBeGreaterThan(5);
  for (const { PartNumber = 0, ETag } of parts) expect(PartNumber % 2 ? ranges : wholes).toContain(ETag);
});
