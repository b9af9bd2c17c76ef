import "server-only";
import { paginateListObjectsV2 } from "@aws-sdk/client-s3";
import type { BucketClient } from "./bucket-client";

interface ListedKey {
  key: string;
  bytes: number;
  modifiedAt: Date;
}

/** The whole keys under a prefix, page by page. Without `recursive`, of what lies deeper only the folders. */
export async function* listObjects(
  { s3, name }: BucketClient,
  prefix: string,
  { recursive }: { recursive: boolean },
): AsyncGenerator<{ folders: string[]; objects: ListedKey[] }> {
  const pages = paginateListObjectsV2(
    { client: s3 },
    { Bucket: name, Prefix: prefix, ...(!recursive && { Delimiter: "/" }) },
  );
  for await (const { CommonPrefixes = [], Contents = [] } of pages) {
    yield {
      folders: CommonPrefixes.map(({ Prefix = "" }) => Prefix.replace(/\/$/, "")),
      objects: Contents.map(({ Key = "", Size = 0, LastModified = new Date(0) }) => ({
        key: Key,
        bytes: Size,
        modifiedAt: LastModified,
      })),
    };
  }
}
