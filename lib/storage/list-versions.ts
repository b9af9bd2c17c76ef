import "server-only";
import { ListObjectVersionsCommand, type ListObjectVersionsOutput } from "@aws-sdk/client-s3";
import type { BucketClient } from "./bucket-client";
import { decodeKey } from "./list-objects";

interface ObjectVersion {
  Key: string;
  VersionId: string;
}

/** Every version and every delete marker of exactly these keys, asked for folder by folder. */
export async function listVersions(bucket: BucketClient, keys: string[]): Promise<ObjectVersion[]> {
  const wanted = new Set(keys);
  const found: ObjectVersion[] = [];
  for (const [folder, inside] of Map.groupBy(wanted, folderOf)) {
    const [only = ""] = inside;
    for await (const version of versionsUnder(bucket, inside.length === 1 ? only : folder, notDeeper))
      if (wanted.has(version.Key)) found.push(version);
  }
  return found;
}

const notDeeper = { Delimiter: "/" };

const folderOf = (key: string): string => key.slice(0, key.lastIndexOf("/") + 1);

/** Of all that begins with the prefix. */
export const listVersionsUnder = (bucket: BucketClient, prefix: string): AsyncGenerator<ObjectVersion> =>
  versionsUnder(bucket, prefix, {});

async function* versionsUnder(
  { s3, name }: BucketClient,
  prefix: string,
  options: { Delimiter?: string },
): AsyncGenerator<ObjectVersion> {
  const target = { Bucket: name, Prefix: prefix, ...options };
  let from: object | null = {};
  while (from !== null) {
    const answer: ListObjectVersionsOutput = await s3.send(
      new ListObjectVersionsCommand({ ...target, ...from }),
    );
    const decode = answer.EncodingType === "url" ? decodeKey : (text: string) => text;
    for (const { Key = "", VersionId = "null" } of [
      ...(answer.Versions ?? []),
      ...(answer.DeleteMarkers ?? []),
    ])
      yield { Key: decode(Key), VersionId };
    from =
      answer.IsTruncated === true && answer.NextKeyMarker
        ? { KeyMarker: decode(answer.NextKeyMarker), VersionIdMarker: answer.NextVersionIdMarker }
        : null;
  }
}
