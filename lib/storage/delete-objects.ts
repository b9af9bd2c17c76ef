import "server-only";
import { DeleteObjectCommand, DeleteObjectsCommand } from "@aws-sdk/client-s3";
import { log } from "@/lib/log";
import type { BucketClient } from "./bucket-client";
import { listVersions } from "./list-versions";
import { isCode, StorageError } from "./s3-failure";

/** DeleteObjects takes no more at once. */
const maxKeysPerDelete = 1000;

/**
 * Those that are not there count as deleted. With `allVersions` nothing older of them stays either, and no marker; where the credentials
 * may not do that, or the store cannot, they are hidden as by any delete. Throws StorageError `delete_failed` where the store keeps one.
 */
export async function deleteObjects(
  bucket: BucketClient,
  keys: string[],
  { allVersions = false } = {},
): Promise<void> {
  if (allVersions && (await deleteVersions(bucket, keys))) return;
  await deleteInBatches(
    bucket,
    keys.map((Key) => ({ Key })),
  );
}

/** Resolves to whether it could be done. */
async function deleteVersions(bucket: BucketClient, keys: string[]): Promise<boolean> {
  try {
    await deleteInBatches(bucket, await listVersions(bucket, keys));
    return true;
  } catch (error) {
    if (isCode(error, "not_supported") || isCode(error, "store_refused")) return false;
    const isDenied =
      isCode(error, "access_denied") || (isCode(error, "delete_failed") && error.s3Code === "AccessDenied");
    if (!isDenied) throw error;
    sayThatVersionsStay(bucket, error);
    return false;
  }
}

const told = new WeakSet<BucketClient["s3"]>();

/** Once: the credentials stay the same. */
function sayThatVersionsStay({ s3, name }: BucketClient, error: unknown): void {
  if (told.has(s3)) return;
  told.add(s3);
  const sentence =
    "what is deleted stays as older versions: allow s3:ListBucketVersions and s3:DeleteObjectVersion, see “npm run manage -- bucket iam-policy”";
  log.warn({ bucket: name, error }, sentence);
}

interface KeyToDelete {
  Key: string;
  VersionId?: string;
}

async function deleteInBatches(bucket: BucketClient, objects: KeyToDelete[]): Promise<void> {
  for (let start = 0; start < objects.length; start += maxKeysPerDelete) {
    const batch = objects.slice(start, start + maxKeysPerDelete);
    try {
      await deleteTogether(bucket, batch);
    } catch (error) {
      if (!isCode(error, "access_denied")) throw error;
      // See "wants-bucket-permission-to-delete-together" in testing/stores/quirks.ts.
      for (const object of batch)
        await bucket.s3.send(new DeleteObjectCommand({ Bucket: bucket.name, ...object }));
    }
  }
}

async function deleteTogether({ s3, name }: BucketClient, Objects: KeyToDelete[]): Promise<void> {
  const { Errors = [] } = await s3.send(
    new DeleteObjectsCommand({ Bucket: name, Delete: { Quiet: true, Objects } }),
  );
  const [first] = Errors;
  if (first === undefined) return;
  const mend = "“npm run manage -- bucket iam-policy” prints what Pail needs";
  const what = `The bucket kept ${first.Key}`;
  throw new StorageError("delete_failed", what, mend, "DeleteObjects", first.Code ?? "Unknown");
}
