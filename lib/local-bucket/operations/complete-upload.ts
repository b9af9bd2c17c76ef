import { createHash } from "node:crypto";
import { z } from "zod";
import type { Completion, ObjectRecord, PartRecord } from "../index/records";
import { removeBlobs } from "../index/store-object";
import { noSuchUpload } from "../index/upload-index";
import { readXmlBody } from "../wire/body";
import type { Checksums } from "../wire/checksums";
import { header, type S3Request } from "../wire/request";
import { sendXml } from "../wire/response";
import { S3Error } from "../wire/s3-error";
import { listOf, readXml } from "../wire/xml";
import { writeCondition } from "./conditions";
import { checksumElements, getUpload, uploadId } from "./multipart";
import { checksumsOfParts, compositeEtag } from "./multipart-checksums";
import { maxParts, readPartNumber } from "./part-number";
import { bucketName, objectKey, objectUrl, type SignedRequestContext } from "./request-context";

const minPartBytes = 5 * 1024 ** 2;
const maxObjectBytes = 5 * 1024 ** 4;
/** Ten thousand parts, each with its checksum. */
const maxCompleteBytes = 2 * 1024 ** 2;

/** Makes an object of an upload's parts. Asked again for the same, it answers the same, whatever has come of the object. */
export async function completeMultipartUpload(context: SignedRequestContext): Promise<void> {
  const { store, request } = context;
  const [bucket, key, id] = [bucketName(context), objectKey(context), uploadId(context)];
  const findCompletion = () => store.uploads.findCompletion(bucket, key, id);
  if (!findCompletion()) store.uploads.get(bucket, key, id);
  const { Part: wanted } = readXml(
    await readXmlBody(context, { maxBytes: maxCompleteBytes, checksumIsOfObject: true }),
    "CompleteMultipartUpload",
    completeSchema,
  );
  const asked = digestOfList(wanted);
  const completion = findCompletion() ?? (await complete(context, wanted, asked));
  if (completion.parts !== asked) throw noSuchUpload(id);
  checkWhole(completion.checksums, request);
  sendXml(context.response, 200, "CompleteMultipartUploadResult", {
    Location: objectUrl(context, key),
    Bucket: bucket,
    Key: key,
    ETag: `"${completion.etag}"`,
    ...checksumElements(completion.checksums),
  });
}

async function complete(
  context: SignedRequestContext,
  wanted: readonly WantedPart[],
  asked: string,
): Promise<Completion> {
  const { store, request } = context;
  const upload = getUpload(context);
  const check = writeCondition(request.http);
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
  const { completion, letGo } = await store.uploads.complete(upload, object, asked, check);
  await removeBlobs(store, letGo);
  return completion;
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

/** Tells one list of parts from another. */
function digestOfList(wanted: readonly WantedPart[]): string {
  const list = wanted.map(({ PartNumber, ETag }) => [PartNumber, ETag]);
  return createHash("sha256").update(JSON.stringify(list)).digest("base64");
}

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
