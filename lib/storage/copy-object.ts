import "server-only";
import { CopyObjectCommand } from "@aws-sdk/client-s3";
import { AppError } from "@/lib/errors";
import type { BucketClient } from "./bucket-client";
import { isCode } from "./s3-failure";

/** What is known of the object that is to be copied. */
export interface Checked {
  etag: string;
  /** base64, where the store keeps it */
  sha256?: string;
}

/**
 * Copies an object within the bucket. With `checked`, throws AppError `changed` unless it is the one that was checked; what was
 * copied then is not to be used. Ceph takes no notice of the condition, so the answer is compared too: by SHA-256 where the
 * store keeps one, as an encrypting store gives every copy another ETag.
 */
export async function copyObject(
  bucket: BucketClient,
  sourceKey: string,
  key: string,
  checked?: Checked,
): Promise<void> {
  const command = new CopyObjectCommand({
    Bucket: bucket.name,
    Key: key,
    CopySource: `${bucket.name}/${sourceKey.split("/").map(encodeURIComponent).join("/")}`,
    ...(checked !== undefined && { CopySourceIfMatch: checked.etag }),
  });
  try {
    const { CopyObjectResult: copied } = await bucket.s3.send(command);
    if (checked === undefined) return;
    const { etag, sha256 = copied?.ChecksumSHA256 } = checked;
    const isChecked =
      copied?.ChecksumSHA256 === undefined ? sameEtag(copied?.ETag, etag) : copied.ChecksumSHA256 === sha256;
    if (!isChecked) throw changed();
  } catch (error) {
    throw checked === undefined ? error : asChanged(error);
  }
}

/** Where an object of this ETag was asked for: AppError `changed` if there is another one, or none any more. */
export const asChanged = (error: unknown): unknown =>
  isCode(error, "precondition_failed") || isCode(error, "no_object") ? changed() : error;

const changed = (): AppError =>
  new AppError("changed", "The file changed while it was checked. Send it again.");

/** Ceph leaves the quotes out of a copy's ETag. */
const sameEtag = (one = "", other: string): boolean => one.replaceAll('"', "") === other.replaceAll('"', "");
