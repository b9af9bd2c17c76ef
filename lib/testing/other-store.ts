import {
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  paginateListObjectsV2,
  type S3Client,
} from "@aws-sdk/client-s3";
import { quirksOf } from "@/lib/testing/stores/quirks";

/** Has the bucket keep older versions, where S3_CONTRACT_QUIRKS says that the tests' buckets do. */
export async function keepVersionsIfWanted(client: S3Client, Bucket: string): Promise<void> {
  if (!isVersioned()) return;
  const VersioningConfiguration = { Status: "Enabled" as const };
  await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
}

/** Deletes the bucket with everything in it. */
export async function emptyAndDelete(client: S3Client, Bucket: string): Promise<void> {
  if (isVersioned()) await deleteVersions(client, Bucket);
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket }))
    for (const { Key } of Contents) await client.send(new DeleteObjectCommand({ Bucket, Key }));
  await client.send(new DeleteBucketCommand({ Bucket }));
}

async function deleteVersions(client: S3Client, Bucket: string): Promise<void> {
  for (;;) {
    const { Versions = [], DeleteMarkers = [] } = await client.send(
      new ListObjectVersionsCommand({ Bucket }),
    );
    const found = [...Versions, ...DeleteMarkers];
    if (found.length === 0) return;
    for (const { Key, VersionId } of found)
      await client.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
  }
}

const isVersioned = (): boolean => quirksOf(process.env.S3_CONTRACT_QUIRKS ?? "").has("keeps-versions");
