import "server-only";
import { CopyObjectCommand } from "@aws-sdk/client-s3";
import { AppError } from "@/lib/errors";
import type { BucketClient } from "./bucket-client";
import { isCode } from "./s3-failure";

/**
 * Copies an object within the bucket. Where it must be the one of this ETag, another is AppError `changed`; what was copied
 * then is not to be used. Ceph takes no notice of the condition, so the ETag of the copy is compared as well. Resolves to the
 * SHA-256 of the whole copy as the store has it, that of an object in parts too; null where it tells none. Where it does, its
 * ETag says nothing: an encrypting store gives every copy another one.
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
    if (ifMatch !== undefined && sha256 === null && !isSameEtag(copied?.ETag, ifMatch)) throw changed();
    return sha256;
  } catch (error) {
    throw ifMatch === undefined ? error : asChanged(error);
  }
}

/** The checksum of an object in parts is made of theirs, and says so by its end. */
export const wholeSha256 = (checksum?: string): string | null =>
  checksum === undefined || checksum.includes("-") ? null : checksum;

/** Where an object of this ETag was asked for: AppError `changed` if there is another one, or none any more. */
export const asChanged = (error: unknown): unknown =>
  isCode(error, "precondition_failed") || isCode(error, "no_object") ? changed() : error;

const changed = (): AppError =>
  new AppError("changed", "The file changed while it was checked. Send it again.");

/** Ceph leaves the quotes out of a copy's ETag. */
const isSameEtag = (one = "", other: string): boolean =>
  one.replaceAll('"', "") === other.replaceAll('"', "");
