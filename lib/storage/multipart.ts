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
import { endOfSigned } from "./credentials";
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
  /** base64; null where the store keeps none */
  sha256: string | null;
}

/** Begins one. What the object says of itself is said here, and not by whoever sends the parts. */
export async function createMultipart(
  { s3, name }: BucketClient,
  key: string,
  { type, metadata }: { type: string; metadata: Record<string, string> },
): Promise<Multipart> {
  const { UploadId: id = "" } = await s3.send(
    new CreateMultipartUploadCommand({
      Bucket: name,
      Key: key,
      ContentType: type,
      Metadata: metadata,
      ChecksumAlgorithm: "SHA256",
    }),
  );
  return { key, id };
}

/** A PUT with which a browser may put exactly this part and no other: length and SHA-256 are signed. */
export async function signPart(
  bucket: BucketClient,
  { key, id }: Multipart,
  { number, bytes, sha256 }: Pick<Part, "number" | "bytes"> & { sha256: string },
  expiresAt: Date,
): Promise<{ url: string; headers: Record<string, string> }> {
  const until = await endOfSigned(bucket.s3, expiresAt);
  const signingDate = now();
  const headers = { "x-amz-checksum-sha256": sha256 };
  const url = await presign(bucket, {
    method: "PUT",
    key,
    query: { partNumber: String(number), uploadId: id },
    signingDate,
    headers: { ...headers, "content-length": String(bytes) },
    expiresIn: Math.max(1, Math.floor((until.getTime() - signingDate.getTime()) / 1000)),
  });
  return { url, headers };
}

/** The parts that have arrived; null where the upload was completed or aborted. */
export async function listParts({ s3, name }: BucketClient, { key, id }: Multipart): Promise<Part[] | null> {
  const parts: Part[] = [];
  try {
    // The SDK's paginator takes S3's marker of the last page for one of a further page.
    let page: ListPartsCommandOutput | undefined;
    do {
      const marker = page && { PartNumberMarker: page.NextPartNumberMarker };
      page = await s3.send(new ListPartsCommand({ Bucket: name, Key: key, UploadId: id, ...marker }));
      for (const { PartNumber = 0, Size = 0, ETag = "", ChecksumSHA256 = null } of page.Parts ?? [])
        parts.push({ number: PartNumber, bytes: Size, etag: ETag, sha256: ChecksumSHA256 });
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
  parts: Part[],
): Promise<void> {
  const Parts = parts.map(({ number, etag, sha256 }) => ({
    PartNumber: number,
    ETag: etag,
    ...(sha256 !== null && { ChecksumSHA256: sha256 }),
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
