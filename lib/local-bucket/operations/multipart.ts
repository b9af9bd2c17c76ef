import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { ObjectRecord } from "../index/rows";
import { commitBlobs, removeBlobs, storeBody } from "../index/store-object";
import type { PartRecord, UploadRecord } from "../index/upload-index";
import { openBody, readXmlBody } from "../wire/body";
import { type Checksums, checksumAlgorithm, checksumHeaders } from "../wire/checksums";
import { header, queryValue, type S3Request } from "../wire/request";
import { S3Error } from "../wire/s3-error";
import { listOf, readXml } from "../wire/xml";
import { writeCondition } from "./conditions";
import { checksumsOfParts, compositeEtag, readUploadChecksum } from "./multipart-checksums";
import { readHeaders } from "./objects";
import { maxParts, readPartNumber } from "./part-number";
import { bucketName, objectKey, objectUrl, type SignedCall, sendEmpty, sendXml } from "./request-context";

const minPartBytes = 5 * 1024 ** 2;
const maxObjectBytes = 5 * 1024 ** 4;
/** Ten thousand parts, each with its checksum. */
const maxCompleteBytes = 2 * 1024 ** 2;

export async function createMultipartUpload(call: SignedCall): Promise<void> {
  const { store } = call;
  const { http } = call.request;
  const [bucket, key] = [bucketName(call), objectKey(call)];
  const startedAt = store.now().getTime();
  const declared = header(http, "x-amz-checksum-algorithm")?.toLowerCase();
  const upload: UploadRecord = {
    // In the order in which they were started, as S3 lists those of one key.
    id: startedAt.toString(16).padStart(12, "0") + randomBytes(16).toString("hex"),
    bucket,
    key,
    startedAt,
    attributes: readHeaders(http),
    checksum: readUploadChecksum(
      declared === undefined ? undefined : checksumAlgorithm(`x-amz-checksum-${declared}`),
      header(http, "x-amz-checksum-type"),
    ),
  };
  await store.uploads.create(upload);
  sendXml(call, 200, "InitiateMultipartUploadResult", { Bucket: bucket, Key: key, UploadId: upload.id });
}

export async function uploadPart(call: SignedCall): Promise<void> {
  const { store } = call;
  const upload = getUpload(call);
  const number = readPartNumber(queryValue(call.request.query, "partNumber"));
  const body = openBody(call);
  body.expected.announced ??= upload.checksum?.algorithm;
  const { blob, etag, checksums } = await storeBody(store, body);
  const part: PartRecord = {
    number,
    blobId: blob.id,
    size: blob.size,
    etag,
    checksums,
    modifiedAt: store.now().getTime(),
  };
  await commitBlobs(store, [blob.id], () => store.uploads.savePart(upload, part, blob));
  sendEmpty(call, 200, { ETag: `"${etag}"`, ...checksumHeaders(checksums) });
}

export async function completeMultipartUpload(call: SignedCall): Promise<void> {
  const { store, request } = call;
  const upload = getUpload(call);
  const check = writeCondition(request.http);
  const { Part: wanted } = readXml(
    await readXmlBody(call, { maxBytes: maxCompleteBytes, checksumIsOfObject: true }),
    "CompleteMultipartUpload",
    completeSchema,
  );
  const parts = chooseParts(wanted, store.uploads.parts(upload.id, 0, maxParts));
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  checkSizes(parts, size, header(request.http, "x-amz-mp-object-size"));
  const object: ObjectRecord = {
    ...upload.attributes,
    blobIds: parts.map(({ blobId }) => blobId),
    size,
    etag: compositeEtag(parts),
    checksums: await checksumsOfParts(upload.checksum, parts),
    modifiedAt: store.now().getTime(),
  };
  checkWhole(object.checksums, request);
  await removeBlobs(store, await store.uploads.complete(upload, object, check));
  const { bucket, key } = upload;
  sendXml(call, 200, "CompleteMultipartUploadResult", {
    Location: objectUrl(call, key),
    Bucket: bucket,
    Key: key,
    ETag: `"${object.etag}"`,
    ...checksumElements(object.checksums),
  });
}

export async function abortMultipartUpload(call: SignedCall): Promise<void> {
  const upload = getUpload(call);
  await removeBlobs(call.store, await call.store.uploads.end(upload.id));
  sendEmpty(call, 204);
}

/** The upload that a request is about. */
export function getUpload(call: SignedCall): UploadRecord {
  const id = queryValue(call.request.query, "uploadId") ?? "";
  return call.store.uploads.get(bucketName(call), objectKey(call), id);
}

/** Checksums as elements of a document. */
export function checksumElements(checksums: Checksums): Record<string, string> {
  return Object.fromEntries(
    Object.entries(checksums).map(([name, value]) => [`Checksum${name.toUpperCase()}`, value]),
  );
}

const wantedPart = z.object({
  PartNumber: z.string().transform(readPartNumber),
  ETag: z.string().transform((text) => text.replaceAll('"', "")),
  ChecksumSHA256: z.string().optional(),
  ChecksumSHA1: z.string().optional(),
  ChecksumCRC32: z.string().optional(),
  ChecksumCRC32C: z.string().optional(),
  ChecksumCRC64NVME: z.string().optional(),
});
type WantedPart = z.output<typeof wantedPart>;

const completeSchema = z.object({
  Part: listOf(wantedPart).pipe(z.array(z.custom<WantedPart>()).min(1).max(maxParts)),
});

/** The parts that are to become the object, in the order asked for, which must be that of their numbers. */
function chooseParts(wanted: readonly WantedPart[], there: readonly PartRecord[]): PartRecord[] {
  const byNumber = new Map(there.map((part) => [part.number, part]));
  let previous = 0;
  return wanted.map((asked) => {
    const { PartNumber: number, ETag } = asked;
    if (number <= previous) {
      const message = "The list of parts was not in ascending order. Parts must be ordered by part number.";
      throw new S3Error("InvalidPartOrder", message, { PartNumber: String(number) });
    }
    previous = number;
    const part = byNumber.get(number);
    if (!part || part.etag !== ETag || !checksumsAgree(asked, part.checksums)) {
      throw new S3Error(
        "InvalidPart",
        "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag or checksum may not match the part's.",
        { PartNumber: String(number), ETag },
      );
    }
    return part;
  });
}

function checksumsAgree(asked: WantedPart, { sha256, sha1, crc32, crc32c, crc64nvme }: Checksums): boolean {
  const pairs = [
    [asked.ChecksumSHA256, sha256],
    [asked.ChecksumSHA1, sha1],
    [asked.ChecksumCRC32, crc32],
    [asked.ChecksumCRC32C, crc32c],
    [asked.ChecksumCRC64NVME, crc64nvme],
  ];
  return pairs.every(([wanted, got]) => wanted === undefined || wanted === got);
}

/** Refuses where the request names another checksum of the whole than the parts give. */
function checkWhole(checksums: Checksums, { http }: S3Request): void {
  for (const [algorithm, value] of Object.entries(checksums)) {
    const name = `x-amz-checksum-${algorithm}`;
    // Some give a composite one without the number of parts.
    const given = header(http, name)?.split("-")[0];
    if (given === undefined || given === value.split("-")[0]) continue;
    throw new S3Error("BadDigest", `The ${name} you specified did not match the calculated checksum.`, {
      Field: name,
      Expected: given,
      Got: value,
    });
  }
}

function checkSizes(parts: readonly PartRecord[], size: number, declared: string | undefined): void {
  const small = parts.slice(0, -1).find((part) => part.size < minPartBytes);
  if (small) {
    throw new S3Error("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size", {
      ProposedSize: String(small.size),
      MinSizeAllowed: String(minPartBytes),
      PartNumber: String(small.number),
      ETag: small.etag,
    });
  }
  if (size > maxObjectBytes) {
    throw new S3Error("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", {
      ProposedSize: String(size),
      MaxSizeAllowed: String(maxObjectBytes),
    });
  }
  if (declared !== undefined && declared !== String(size)) {
    throw new S3Error(
      "InvalidRequest",
      `x-amz-mp-object-size is ${declared}, but the parts have ${size} bytes.`,
    );
  }
}
