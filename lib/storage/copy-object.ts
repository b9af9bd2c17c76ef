import "server-only";
import { CopyObjectCommand } from "@aws-sdk/client-s3";
import { AppError } from "@/lib/errors";
import type { BucketClient } from "./bucket-client";
import { isCode } from "./s3-failure";

/** What is known of the object that is to be copied. */
export interface Checked {
  etag: string;
  /** base64, where the store keeps it; null where only the copy tells it */
  sha256?: string | null;
}

/**
 * Copies an object within the bucket. With `checked`, throws AppError `changed` unless it is the one that was checked; what was
 * copied then is not to be used. Ceph takes no notice of the condition, so the answer is compared too: by SHA-256 where the
 * store keeps one, as an encrypting store gives every copy another ETag. Resolves to the SHA-256 of the whole copy as the
 * store has it, that of an object in parts too; null where it keeps none.
 */
export async function copyObject(
  bucket: BucketClient,
  sourceKey: string,
  key: string,
  checked?: Checked,
): Promise<string | null> {
  const command = new CopyObjectCommand({
    Bucket: bucket.name,
    Key: key,
    CopySource: `${bucket.name}/${sourceKey.split("/").map(encodeURIComponent).join("/")}`,
    ...(checked !== undefined && { CopySourceIfMatch: checked.etag }),
    ...(checked?.sha256 !== undefined && { ChecksumAlgorithm: "SHA256" }),
  });
  try {
    const { CopyObjectResult: copied } = await bucket.s3.send(command);
    const copiedSha256 = wholeSha256(copied?.ChecksumSHA256);
    if (checked === undefined) return copiedSha256;
    const sha256 = checked.sha256 ?? copiedSha256;
    const isChecked = copiedSha256 === null ? sameEtag(copied?.ETag, checked.etag) : copiedSha256 === sha256;
    if (!isChecked) throw changed();
    return copiedSha256;
  } catch (error) {
    throw checked === undefined ? error : asChanged(error);
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
const sameEtag = (one = "", other: string): boolean => one.replaceAll('"', "") === other.replaceAll('"', "");
