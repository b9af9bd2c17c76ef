import "server-only";
import { PassThrough, type Readable } from "node:stream";
import { GetObjectCommand, HeadObjectCommand } from "@aws-sdk/client-s3";
import { AppError } from "@/lib/errors";
import type { BucketClient } from "./bucket-client";
import { isCode, toStorageError } from "./s3-failure";

export interface ObjectMetadata {
  bytes: number;
  type: string;
  etag: string;
  /** base64; null where the store keeps none of the whole object */
  sha256: string | null;
  modifiedAt: Date;
  cacheControl: string | null;
  /** null in a bucket that keeps no versions */
  versionId: string | null;
  /** x-amz-meta-…, without the prefix */
  custom: Record<string, string>;
}

/** Bytes from `start` to before `end`, which may lie beyond the end of the object. */
export interface Range {
  start: number;
  end: number;
}

export interface OpenOptions {
  range?: Range;
  /** an ETag: another object of this name is AppError `changed` */
  ifMatch?: string;
}

/** What the store knows about the object; null where there is none. */
export async function headObject({ s3, name }: BucketClient, key: string): Promise<ObjectMetadata | null> {
  try {
    const head = await s3.send(new HeadObjectCommand({ Bucket: name, Key: key, ChecksumMode: "ENABLED" }));
    return {
      bytes: head.ContentLength ?? 0,
      type: head.ContentType ?? "application/octet-stream",
      etag: head.ETag ?? "",
      sha256: wholeSha256(head.ChecksumSHA256),
      modifiedAt: head.LastModified ?? new Date(0),
      cacheControl: head.CacheControl ?? null,
      versionId: head.VersionId === "null" ? null : (head.VersionId ?? null),
      custom: head.Metadata ?? {},
    };
  } catch (error) {
    if (isCode(error, "no_object")) return null;
    throw error;
  }
}

/** An object, or a range of it, as it comes. */
interface OpenObject {
  body: Readable;
  etag: string;
  /** of the whole object */
  totalBytes: number;
}

/** Throws AppError `changed` where it has another ETag, or is not there. */
export async function getObject(
  bucket: BucketClient,
  key: string,
  { range, ifMatch }: OpenOptions,
): Promise<OpenObject> {
  const condition = {
    ...(range !== undefined && { Range: `bytes=${range.start}-${range.end - 1}` }),
    ...(ifMatch !== undefined && { IfMatch: ifMatch }),
  };
  try {
    const command = new GetObjectCommand({ Bucket: bucket.name, Key: key, ...condition });
    const { Body, ETag = "", ContentRange, ContentLength = 0 } = await bucket.s3.send(command);
    return {
      body: withStorageErrors(bucket, Body as Readable),
      etag: ETag,
      totalBytes: ContentRange === undefined ? ContentLength : Number(ContentRange.split("/")[1]),
    };
  } catch (error) {
    throw ifMatch === undefined ? error : asChanged(error);
  }
}

/** A connection can be cut while the body comes. */
function withStorageErrors(bucket: BucketClient, body: Readable): Readable {
  const out = new PassThrough();
  body.once("error", (error) => out.destroy(toStorageError(error, "GetObject", bucket) as Error));
  out.once("close", () => body.destroy());
  return body.pipe(out);
}

/** The checksum of an object in parts is made of theirs, and says so by its end. */
export const wholeSha256 = (checksum?: string): string | null =>
  checksum === undefined || checksum.includes("-") ? null : checksum;

/** Where an object of this ETag was asked for: AppError `changed` if there is another one, or none any more. */
export const asChanged = (error: unknown): unknown =>
  isCode(error, "precondition_failed") || isCode(error, "no_object") ? changed() : error;

export const changed = (): AppError => new AppError("changed");
