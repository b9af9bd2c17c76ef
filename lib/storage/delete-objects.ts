import "server-only";
import { DeleteObjectCommand, DeleteObjectsCommand } from "@aws-sdk/client-s3";
import type { BucketClient } from "./bucket-client";
import { isCode, StorageError } from "./s3-failure";

/** DeleteObjects takes no more at once. */
const maxKeysPerDelete = 1000;

/** Those that are not there count as deleted. Throws StorageError `delete_failed` where the store keeps one. */
export async function deleteObjects(bucket: BucketClient, keys: string[]): Promise<void> {
  for (let start = 0; start < keys.length; start += maxKeysPerDelete) {
    const batch = keys.slice(start, start + maxKeysPerDelete);
    try {
      await deleteTogether(bucket, batch);
    } catch (error) {
      if (!isCode(error, "access_denied")) throw error;
      // See "wants-bucket-permission-to-delete-together" in stores/traits.ts.
      for (const Key of batch) await bucket.s3.send(new DeleteObjectCommand({ Bucket: bucket.name, Key }));
    }
  }
}

async function deleteTogether({ s3, name }: BucketClient, keys: string[]): Promise<void> {
  const Objects = keys.map((Key) => ({ Key }));
  const { Errors = [] } = await s3.send(
    new DeleteObjectsCommand({ Bucket: name, Delete: { Quiet: true, Objects } }),
  );
  const [first] = Errors;
  if (first === undefined) return;
  const mend = "“npm run manage -- bucket iam-policy” prints what Pail needs";
  const what = `The bucket kept ${first.Key}`;
  throw new StorageError("delete_failed", what, mend, "DeleteObjects", first.Code ?? "Unknown");
}
