import "server-only";
import { CopyObjectCommand } from "@aws-sdk/client-s3";
import type { BucketClient } from "./bucket-client";
import { asChanged, changed, headObject, wholeSha256 } from "./get-object";

/**
 * Copies an object within the bucket. Where it must be the one of this ETag, another is AppError `changed`; what was copied
 * then is not to be used. Resolves to the SHA-256 of what was copied, as the store has it of the whole copy or else of its
 * source; null where it tells none. The ETag of a copy says nothing: that of an object in parts, or in a bucket that encrypts,
 * is always another one. Where the copy tells no SHA-256 the store may have taken no notice of the condition either
 * ("ignores-copy-conditions" in stores/traits.ts), so the source is asked again.
 */
export async function copyObject(
  bucket: BucketClient,
  sourceKey: string,
  key: string,
  ifMatch?: string,
): Promise<string | null> {
  const command = new CopyObjectCommand({
    Bucket: bucket.name,
    Key: key,
    CopySource: `${bucket.name}/${sourceKey.split("/").map(encodeURIComponent).join("/")}`,
    ...(ifMatch !== undefined && { CopySourceIfMatch: ifMatch, ChecksumAlgorithm: "SHA256" }),
  });
  try {
    const { CopyObjectResult: copied } = await bucket.s3.send(command);
    const sha256 = wholeSha256(copied?.ChecksumSHA256);
    if (ifMatch === undefined || sha256 !== null) return sha256;
    const source = await headObject(bucket, sourceKey);
    if (source?.etag !== ifMatch) throw changed();
    return source.sha256;
  } catch (error) {
    throw ifMatch === undefined ? error : asChanged(error);
  }
}
