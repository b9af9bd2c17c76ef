import { createHash, randomBytes } from "node:crypto";
import { CompleteMultipartUploadCommand } from "@aws-sdk/client-s3";
import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Viewer } from "@/lib/accounts/viewer";
import { setClock } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { uploads } from "@/lib/db/schema";
import { getImage } from "@/lib/images/image";
import { incoming, media } from "@/lib/storage/locations";
import { abortMultipart, listMultiparts, listParts } from "@/lib/storage/multipart";
import type { Storage } from "@/lib/storage/storage";
import { testUnless } from "@/lib/testing/contract-store";
import {
  addViewer,
  makeLargePicture,
  postVariants,
  putPart,
  startTestPail,
  type TestPicture,
} from "@/lib/testing/test-pail";
import { abandonUploads, beginUploads } from "./begin";
import { confirmUploads } from "./confirm";
import type { PartsGrant } from "./contract";
import { policySeconds } from "./grants";
import { offersShape } from "./offer";
import { sweepUploads } from "./sweep";

let pail: Awaited<ReturnType<typeof startTestPail>>;
let viewer: Viewer;

beforeAll(async () => {
  pail = await startTestPail();
  viewer = await addViewer();
});
afterEach(() => setClock(null));
afterAll(() => pail.stop());

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("base64");

async function begin(picture: TestPicture, uploadId?: string) {
  const [outcome] = await beginUploads(viewer, [{ ...picture.offer, uploadId }]);
  if (outcome?.status !== "granted" || outcome.parts === undefined)
    throw new Error(`no parts granted: ${JSON.stringify(outcome)}`);
  return { ...outcome, parts: outcome.parts };
}

const putAll = ({ missing }: PartsGrant, picture: TestPicture) =>
  Promise.all(missing.map((part) => putPart(part, picture)));

const confirm = async (id: string) => (await confirmUploads(viewer, [id]))[0];

async function multiparts(): Promise<string[]> {
  const keys: string[] = [];
  for await (const page of listMultiparts(incoming().bucket, "incoming/"))
    keys.push(...page.map(({ key }) => key));
  return keys;
}

async function namesIn(storage: Storage, folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { files } of storage.listdir(folder)) names.push(...files.map(({ name }) => name));
  return names;
}

async function multipartOf(id: string) {
  const [row] = await database().orm.select().from(uploads).where(eq(uploads.id, id));
  return { key: incoming().key(`${id}/original`), id: row?.multipartId ?? "" };
}

async function arrive(picture: TestPicture): Promise<string> {
  const granted = await begin(picture);
  expect(await putAll(granted.parts, picture)).toEqual([200, 200]);
  await postVariants(granted.grants, picture);
  return granted.uploadId;
}

describe("an original in parts", () => {
  test("becomes an image that is there byte for byte, also when confirmed twice at once", async () => {
    const picture = await makeLargePicture();
    const id = await arrive(picture);
    const outcomes = await Promise.all([confirm(id), confirm(id)]);
    outcomes.push(await confirm(id));
    for (const outcome of outcomes) expect(outcome).toMatchObject({ status: "ready" });
    const [outcome] = outcomes;
    if (outcome?.status !== "ready") throw new Error("not ready");
    const { downloadUrl } = await getImage(viewer, outcome.image.id);
    const download = Buffer.from(await (await fetch(downloadUrl)).arrayBuffer());
    expect(download.equals(picture.bytes.original)).toBe(true);
    expect(await multiparts()).toEqual([]);
  });

  test("takes parts of the length that was signed only", async () => {
    const picture = await makeLargePicture();
    const { parts, uploadId } = await begin(picture);
    const [first] = parts.missing;
    if (first === undefined) throw new Error("no part");
    expect(await putPart(first, picture, (body) => body.subarray(1))).toBe(403);
    const otherSum = { ...first, headers: { "x-amz-checksum-sha256": sha256(Buffer.alloc(1)) } };
    expect(await putPart(otherSum, picture)).toBe(403);
    await abandonUploads(viewer, [uploadId]);
  });

  testUnless("checks-no-sha256", "takes parts with the SHA-256 that was signed only", async () => {
    const picture = await makeLargePicture();
    const { parts, uploadId } = await begin(picture);
    const [first] = parts.missing;
    if (first === undefined) throw new Error("no part");
    expect(await putPart(first, picture, (body) => Buffer.alloc(body.length))).toBe(400);
    await abandonUploads(viewer, [uploadId]);
  });

  test("that goes on asks only for the parts that are missing", async () => {
    const picture = await makeLargePicture();
    const { parts, uploadId } = await begin(picture);
    const [, last] = parts.missing;
    if (last === undefined) throw new Error("no part");
    expect(parts).toMatchObject({ arrivedBytes: 0, hasMore: false });
    expect(await putPart(last, picture)).toBe(200);
    const again = await begin(picture, uploadId);
    expect(again.uploadId).toBe(uploadId);
    expect(again.parts.missing.map(({ number }) => number)).toEqual([1]);
    expect(again.parts.arrivedBytes).toBe(picture.bytes.original.length - 16 * 1024 * 1024);
    expect(await putAll(again.parts, picture)).toEqual([200]);
    await postVariants(again.grants, picture);
    expect(await confirm(uploadId)).toMatchObject({ status: "ready" });
  });

  test("has not arrived while a part is missing", async () => {
    const picture = await makeLargePicture();
    const granted = await begin(picture);
    const [first] = granted.parts.missing;
    if (first === undefined) throw new Error("no part");
    await putPart(first, picture);
    await postVariants(granted.grants, picture);
    expect(await confirm(granted.uploadId)).toMatchObject({
      status: "refused",
      error: { code: "not_arrived" },
    });
    expect(await putAll(granted.parts, picture)).toEqual([200, 200]);
    expect(await confirm(granted.uploadId)).toMatchObject({ status: "ready" });
  });

  test("that was completed, though the answer was lost, is confirmed and asks for no more parts", async () => {
    const picture = await makeLargePicture();
    const id = await arrive(picture);
    const { bucket } = incoming();
    const multipart = await multipartOf(id);
    const Parts = (await listParts(bucket, multipart, "sha256"))?.map(({ number, etag, digest }) => ({
      PartNumber: number,
      ETag: etag,
      ...(digest !== null && { ChecksumSHA256: digest }),
    }));
    const target = { Bucket: bucket.name, Key: multipart.key, UploadId: multipart.id };
    await bucket.s3.send(new CompleteMultipartUploadCommand({ ...target, MultipartUpload: { Parts } }));
    expect((await begin(picture, id)).parts).toMatchObject({ missing: [], hasMore: false });
    expect(await confirm(id)).toMatchObject({ status: "ready" });
  });

  test("whose parts are as announced, but not the whole, is rejected, and nothing of it stays", async () => {
    const picture = await makeLargePicture();
    picture.offer.original.sha256 = sha256(randomBytes(8));
    const id = await arrive(picture);
    const differs = { status: "refused", error: { code: "bytes_differ" } };
    expect(await confirm(id)).toMatchObject(differs);
    expect(await confirm(id)).toMatchObject(differs);
    const [row] = await database().orm.select().from(uploads).where(eq(uploads.id, id));
    expect(row).toMatchObject({ state: "rejected", reservedBytes: 0 });
    expect(await namesIn(incoming(), id)).toEqual([]);
    expect(await namesIn(media(), row?.imageId ?? "")).toEqual([]);
  });

  test("leaves no parts when it is given up", async () => {
    const picture = await makeLargePicture();
    const { parts, uploadId } = await begin(picture);
    await putAll(parts, picture);
    expect(await multiparts()).toHaveLength(1);
    expect(await abandonUploads(viewer, [uploadId])).toEqual([uploadId]);
    expect(await multiparts()).toEqual([]);
  });

  test("leaves no parts when its time is over, nor where nobody knows it any more", async () => {
    const picture = await makeLargePicture();
    const { parts, uploadId } = await begin(picture);
    const [first] = parts.missing;
    if (first !== undefined) await putPart(first, picture);
    expect(await sweepUploads()).toMatchObject({ multiparts: 0 });
    expect(await multiparts()).toHaveLength(1);
    const unknown = await begin(await makeLargePicture());
    await database().orm.delete(uploads).where(eq(uploads.id, unknown.uploadId));
    setClock(new Date(Date.now() + (policySeconds + 3600) * 1000));
    expect(await sweepUploads()).toMatchObject({ expired: 1, multiparts: 2 });
    expect(await multiparts()).toEqual([]);
    expect(await confirm(uploadId)).toMatchObject({ status: "refused" });
  });

  test("is begun anew where the bucket has dropped its parts", async () => {
    const picture = await makeLargePicture();
    const first = await begin(picture);
    await abortMultipart(incoming().bucket, await multipartOf(first.uploadId));
    const again = await begin(picture, first.uploadId);
    expect(await putAll(again.parts, picture)).toEqual([200, 200]);
    await postVariants(again.grants, picture);
    expect(await confirm(first.uploadId)).toMatchObject({ status: "ready" });
  });

  test("is offered with a SHA-256 for each part, or not at all", async () => {
    const { offer } = await makeLargePicture();
    expect(offersShape.safeParse([offer]).success).toBe(true);
    const parts = offer.original.parts?.slice(1);
    expect(offersShape.safeParse([{ ...offer, original: { ...offer.original, parts } }]).success).toBe(false);
  });
});
