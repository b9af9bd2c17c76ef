import "server-only";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandInput,
  type ListMultipartUploadsCommandOutput,
  ListPartsCommand,
  type ListPartsCommandOutput,
} from "@aws-sdk/client-s3";
import { now } from "@/lib/clock";
import type { BucketClient } from "./bucket-client";
import type { Digest } from "./contract";
import { secondsOfSigned } from "./credentials";
import { digestHeaders } from "./digests";
import { isCode } from "./s3-failure";
import { presign } from "./signed-url";

/** S3's multipart upload of one object: invisible until it is completed. */
export interface Multipart {
  /** whole key in the bucket */
  key: string;
  id: string;
}

export interface Part {
  number: number;
  bytes: number;
  etag: string;
  /** base64; null where the store keeps none, as none does of an MD5 */
  digest: string | null;
}

/** How S3 calls these digests. An MD5 it only compares: its ETags are none to rely on. */
const checksums = {
  sha256: { algorithm: "SHA256", field: "ChecksumSHA256" },
  crc32c: { algorithm: "CRC32C", field: "ChecksumCRC32C" },
  md5: { algorithm: undefined, field: undefined },
} as const;

/** Begins one. What the object says of itself is said here, and not by whoever sends the parts. */
export async function createMultipart(
  { s3, name }: BucketClient,
  key: string,
  { type, metadata, digest }: { type: string; metadata: Record<string, string>; digest: Digest },
): Promise<Multipart> {
  const { UploadId: id = "" } = await s3.send(
    new CreateMultipartUploadCommand({
      Bucket: name,
      Key: key,
      ContentType: type,
      Metadata: metadata,
      ChecksumAlgorithm: checksums[digest].algorithm,
    }),
  );
  return { key, id };
}

/** The part that is wanted. */
export type WantedPart = Pick<Part, "number" | "bytes"> & { digest: string };

/** What goes with such a part, beside its length. */
export const partHeaders = (
  algorithm: Digest,
  { digest }: Pick<WantedPart, "digest">,
): Record<string, string> => ({ [digestHeaders[algorithm]]: digest });

/** A PUT with which a browser may put exactly this part and no other: length and digest are signed. */
export async function signPart(
  bucket: BucketClient,
  { key, id }: Multipart,
  algorithm: Digest,
  part: WantedPart,
  expiresAt: Date,
): Promise<{ url: string; headers: Record<string, string> }> {
  const signingDate = now();
  const { number, bytes } = part;
  const headers = partHeaders(algorithm, part);
  const url = await presign(bucket, {
    method: "PUT",
    key,
    query: { partNumber: String(number), uploadId: id },
    signingDate,
    headers: { ...headers, "content-length": String(bytes) },
    expiresIn: await secondsOfSigned(bucket.s3, expiresAt, signingDate),
  });
  return { url, headers };
}

/** The parts that have arrived; null where the upload was completed or aborted. */
export async function listParts(
  { s3, name }: BucketClient,
  { key, id }: Multipart,
  algorithm: Digest,
): Promise<Part[] | null> {
  const parts: Part[] = [];
  const { field } = checksums[algorithm];
  try {
    // The SDK's paginator takes S3's marker of the last page for one of a further page.
    let page: ListPartsCommandOutput | undefined;
    do {
      const marker = page && { PartNumberMarker: page.NextPartNumberMarker };
      page = await s3.send(new ListPartsCommand({ Bucket: name, Key: key, UploadId: id, ...marker }));
      for (const { PartNumber = 0, Size = 0, ETag = "", ...checksum } of page.Parts ?? []) {
        const digest = (field && checksum[field]) ?? null;
        parts.push({ number: PartNumber, bytes: Size, etag: ETag, digest });
      }
    } while (page.IsTruncated);
    return parts;
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}

/** Makes the object of these parts. One that is over already stays as it is: a lost answer is asked for again. */
export async function completeMultipart(
  { s3, name }: BucketClient,
  { key, id }: Multipart,
  algorithm: Digest,
  parts: Part[],
): Promise<void> {
  const { field } = checksums[algorithm];
  const Parts = parts.map(({ number, etag, digest }) => ({
    PartNumber: number,
    ETag: etag,
    ...(field && digest !== null && { [field]: digest }),
  }));
  const command = new CompleteMultipartUploadCommand({
    Bucket: name,
    Key: key,
    UploadId: id,
    MultipartUpload: { Parts },
  });
  await unlessGone(s3.send(command));
}

/** Deletes the parts; nothing happens where it is over already. */
export async function abortMultipart({ s3, name }: BucketClient, { key, id }: Multipart): Promise<void> {
  await unlessGone(s3.send(new AbortMultipartUploadCommand({ Bucket: name, Key: key, UploadId: id })));
}

/** Those that were begun under a prefix and are not over, page by page. */
export async function* listMultiparts(
  { s3, name }: BucketClient,
  prefix: string,
): AsyncGenerator<(Multipart & { begunAt: Date })[]> {
  let markers: Pick<ListMultipartUploadsCommandInput, "KeyMarker" | "UploadIdMarker"> | null = {};
  while (markers !== null) {
    const page: ListMultipartUploadsCommandOutput = await s3.send(
      new ListMultipartUploadsCommand({ Bucket: name, Prefix: prefix, ...markers }),
    );
    yield (page.Uploads ?? []).map(({ Key = "", UploadId = "", Initiated = new Date(0) }) => ({
      key: Key,
      id: UploadId,
      begunAt: Initiated,
    }));
    markers = page.IsTruncated
      ? { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
      : null;
  }
}

const isGone = (error: unknown): boolean => isCode(error, "no_multipart") || isCode(error, "no_object");

async function unlessGone(answer: Promise<unknown>): Promise<void> {
  try {
    await answer;
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}
