import "server-only";
import { CopyObjectCommand } from "@aws-sdk/client-s3";
import type { BucketClient } from "./bucket-client";
import { asChanged, changed, headObject, wholeSha256 } from "./get-object";
import type { ObjectHeaders } from "./put-object";

export interface CopyOptions {
  /** the ETag that the source must have */
  ifMatch?: string;
  /** what the copy says of itself; left out, it says what its source does */
  headers?: ObjectHeaders;
}

/**
 * Copies an object within the bucket. Where it must be the one of this ETag, another is AppError `changed` on a store that heeds
 * that; what was copied then is not to be used. Resolves to the SHA-256 of what was copied, as the store tells it of the whole copy, or of its source
 * where the store heeds the condition; else null: whoever needs it reads the copy. The ETag of a copy says nothing: that of an
 * object in parts, or in a bucket that encrypts, is always another one.
 */
export async function copyObject(
  bucket: BucketClient,
  sourceKey: string,
  key: string,
  { ifMatch, headers }: CopyOptions = {},
): Promise<string | null> {
  const { copyConditions, takesCopyChecksum } = bucket.traits;
  const command = new CopyObjectCommand({
    Bucket: bucket.name,
    Key: key,
    CopySource: `${bucket.name}/${sourceKey.split("/").map(encodeURIComponent).join("/")}`,
    ...(headers && { MetadataDirective: "REPLACE" as const, ...headers }),
    ...(ifMatch !== undefined && {
      CopySourceIfMatch: ifMatch,
      ...(takesCopyChecksum && { ChecksumAlgorithm: "SHA256" }),
    }),
  });
  try {
    const { CopyObjectResult: copied } = await bucket.s3.send(command);
    const sha256 = wholeSha256(copied?.ChecksumSHA256);
    if (ifMatch === undefined || sha256 !== null || !copyConditions) return sha256;
    const source = await headObject(bucket, sourceKey);
    if (source?.etag !== ifMatch) throw changed();
    return source.sha256;
  } catch (error) {
    throw ifMatch === undefined ? error : asChanged(error);
  }
}
