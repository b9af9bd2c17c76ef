import "server-only";
import type { Readable } from "node:stream";
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { AppError } from "@/lib/errors";
import type { BucketClient } from "./bucket-client";
import type { Digest } from "./contract";
import { digestOf } from "./digests";
import type { Traits } from "./stores/traits";

export type ObjectBody = Uint8Array | string | AsyncIterable<Uint8Array | string>;

export type ObjectHeaders = Pick<
  PutObjectCommandInput,
  | "ContentType"
  | "CacheControl"
  | "ContentDisposition"
  | "ContentEncoding"
  | "ContentLanguage"
  | "Expires"
  | "Metadata"
>;

export interface PutOptions {
  headers: ObjectHeaders;
  overwrite: boolean;
}

/** Up to this an object goes in one request; a longer one goes in parts of it, of which S3 takes no more than 10,000. */
export const partBytes = 8 * 1024 * 1024;
const maxParts = 10_000;
/** Each holds a part in memory. */
const partsAtOnce = 3;

/** The body's pieces of `partBytes` each, but for the last one. There is one at least, which may be empty. */
export async function* piecesOf(body: ObjectBody): AsyncGenerator<Buffer, void> {
  let piece: Buffer | undefined;
  let filled = 0;
  let isFirst = true;
  for await (const chunk of isWhole(body) ? [body] : body) {
    let rest = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    while (rest.length > 0) {
      piece ??= Buffer.allocUnsafe(partBytes);
      const taken = rest.subarray(0, partBytes - filled);
      piece.set(taken, filled);
      filled += taken.length;
      rest = rest.subarray(taken.length);
      if (filled === partBytes) {
        yield piece;
        [piece, filled, isFirst] = [undefined, 0, false];
      }
    }
  }
  if (filled > 0 || isFirst) yield piece?.subarray(0, filled) ?? Buffer.alloc(0);
}

const isWhole = (body: ObjectBody): body is Uint8Array | string =>
  typeof body === "string" || body instanceof Uint8Array;

/**
 * One object in one request. Throws StorageError `precondition_failed` where there is one and it must not be overwritten, which a
 * store without conditions of writes does not tell.
 */
export async function putObject(
  bucket: BucketClient,
  key: string,
  bytes: Uint8Array,
  { headers, overwrite }: PutOptions,
): Promise<void> {
  await bucket.s3.send(
    new PutObjectCommand({
      Bucket: bucket.name,
      Key: key,
      Body: bytes,
      ...(await fieldOf(bytes, bucket.traits.objectDigest)),
      ...headers,
      ...conditionOf(bucket, overwrite),
    }),
  );
}

export interface KnownObject {
  type: string;
  bytes: number;
  /** base64 */
  sha256: string;
  md5?: string | undefined;
  /** what it says of itself beside its type */
  headers?: ObjectHeaders;
}

/**
 * One object in one request, read as it goes: the store itself holds it to its length and its digest (base64), as it does a
 * grant. Of a stream the MD5 must be known where that is what the store compares.
 */
export async function putKnown(
  { s3, name, traits }: BucketClient,
  key: string,
  body: Readable | Uint8Array,
  { type, bytes, sha256, md5, headers }: KnownObject,
): Promise<void> {
  const known = { ContentType: type, ContentLength: bytes, ...headers };
  const digest =
    traits.objectDigest === "md5" ? { ContentMD5: md5 ?? (await md5Of(body)) } : { ChecksumSHA256: sha256 };
  await s3.send(new PutObjectCommand({ Bucket: name, Key: key, Body: body, ...known, ...digest }));
}

function md5Of(body: Readable | Uint8Array): Promise<string> {
  if (body instanceof Uint8Array) return digestOf("md5", body);
  throw new Error("a stream to this store needs an MD5");
}

/**
 * One object in parts, a few at a time, each with its digest; where the store takes no parts at once, with all of it in memory.
 * Where it fails nothing of it is left. Throws StorageError `precondition_failed` like putObject, but only once all parts are
 * there.
 */
export async function putInParts(
  bucket: BucketClient,
  key: string,
  pieces: AsyncIterable<Uint8Array>,
  { headers, overwrite }: PutOptions,
): Promise<void> {
  const { s3, name, traits } = bucket;
  const { partDigest } = traits;
  if (partDigest === "none") {
    const all: Uint8Array[] = [];
    for await (const piece of pieces) all.push(piece);
    return putObject(bucket, key, Buffer.concat(all), { headers, overwrite });
  }
  const target = { Bucket: name, Key: key };
  const { UploadId } = await s3.send(
    new CreateMultipartUploadCommand({ ...target, ...headers, ...announced[partDigest] }),
  );
  const upload = { ...target, UploadId };
  const sendPart = async (PartNumber: number, bytes: Uint8Array): Promise<CompletedPart> => {
    const digest = await fieldOf(bytes, partDigest);
    const { ETag } = await s3.send(new UploadPartCommand({ ...upload, PartNumber, Body: bytes, ...digest }));
    const { ContentMD5: _, ...kept } = digest;
    return { PartNumber, ETag, ...kept };
  };
  try {
    const Parts = await sendAll(pieces, sendPart);
    await s3.send(
      new CompleteMultipartUploadCommand({
        ...upload,
        MultipartUpload: { Parts },
        ...conditionOf(bucket, overwrite),
      }),
    );
  } catch (error) {
    await s3.send(new AbortMultipartUploadCommand(upload));
    throw error;
  }
}

/** Ends only when every part that was begun has ended: one that came after the abort would stay. */
async function sendAll(
  pieces: AsyncIterable<Uint8Array>,
  send: (number: number, bytes: Uint8Array) => Promise<CompletedPart>,
): Promise<CompletedPart[]> {
  const parts: CompletedPart[] = [];
  const running = new Set<Promise<void>>();
  let number = 0;
  try {
    for await (const piece of pieces) {
      number += 1;
      if (number > maxParts)
        throw new AppError("too_large", "It has more than 10,000 parts of 8 MiB, which S3 does not take.");
      const index = number - 1;
      const part: Promise<void> = send(number, piece).then((sent) => {
        parts[index] = sent;
        running.delete(part);
      });
      running.add(part);
      if (running.size >= partsAtOnce) await Promise.race(running);
    }
    await Promise.all(running);
    return parts;
  } finally {
    await Promise.allSettled(running);
  }
}

/** A store that heeds no condition may refuse to be sent one. */
const conditionOf = ({ traits }: BucketClient, overwrite: boolean): { IfNoneMatch?: string } =>
  overwrite || !traits.writeConditions ? {} : { IfNoneMatch: "*" };

/** What parts are announced with; an MD5 is only compared. */
const announced = {
  sha256: { ChecksumAlgorithm: "SHA256" },
  crc32c: { ChecksumAlgorithm: "CRC32C" },
  md5: {},
} as const;

/** What the store compares the bytes with; where it compares nothing, what it may keep. */
async function fieldOf(
  bytes: Uint8Array,
  digest: Traits["objectDigest"] | Digest,
): Promise<{ ContentMD5?: string; ChecksumCRC32C?: string; ChecksumSHA256?: string }> {
  const compared = digest === "none" ? "sha256" : digest;
  return { [fields[compared]]: await digestOf(compared, bytes) };
}

const fields = { sha256: "ChecksumSHA256", crc32c: "ChecksumCRC32C", md5: "ContentMD5" } as const;
