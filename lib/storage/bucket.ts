import "server-only";
import { HeadBucketCommand, ListBucketsCommand } from "@aws-sdk/client-s3";
import type { BucketClient } from "./bucket-client";

/** Does the bucket answer? Throws StorageError where it does not. */
export async function checkBucket({ s3, name }: BucketClient): Promise<void> {
  await s3.send(new HeadBucketCommand({ Bucket: name }));
}

export interface ListedBucket {
  name: string;
  /** null where the store does not say */
  region: string | null;
  createdAt: Date | null;
}

/** The buckets of these credentials' account. */
export async function listBuckets({ s3 }: BucketClient): Promise<ListedBucket[]> {
  const buckets: ListedBucket[] = [];
  let ContinuationToken: string | undefined;
  do {
    const page = await s3.send(new ListBucketsCommand({ MaxBuckets: 1000, ContinuationToken }));
    for (const { Name = "", BucketRegion, CreationDate } of page.Buckets ?? []) {
      buckets.push({ name: Name, region: BucketRegion ?? null, createdAt: CreationDate ?? null });
    }
    ({ ContinuationToken } = page);
  } while (ContinuationToken !== undefined && ContinuationToken !== "");
  return buckets;
}
