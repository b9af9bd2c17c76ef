import "server-only";
import { isDeepStrictEqual } from "node:util";
import { ListObjectsV2Command, type ListObjectsV2Output } from "@aws-sdk/client-s3";
import type { BucketClient } from "./bucket-client";
import { StorageError } from "./s3-failure";

export interface ListedKey {
  key: string;
  bytes: number;
  modifiedAt: Date;
  /** empty where the store lists none */
  etag: string;
}

interface ListedPage {
  folders: string[];
  objects: ListedKey[];
}

/**
 * The whole keys under a prefix, page by page. Without `recursive`, of what lies deeper only the folders, each once. Keys that end
 * with a slash, as some stores and consoles keep folders, are folders. They come as the store orders them: S3 by their bytes. Throws
 * StorageError `store_refused` where the store tells one page again and again.
 */
export async function* listObjects(
  bucket: BucketClient,
  prefix: string,
  { recursive }: { recursive: boolean },
): AsyncGenerator<ListedPage> {
  const known = new Set<string>();
  for await (const { keys, folders } of listPages(bucket, prefix, recursive)) {
    const page: ListedPage = { folders: [], objects: [] };
    const deeper = keys.flatMap(({ key }) => folderOf(prefix, key) ?? []);
    for (const folder of recursive ? [] : [...folders, ...deeper]) {
      if (known.has(folder)) continue;
      known.add(folder);
      page.folders.push(folder);
    }
    page.objects = keys.filter(({ key }) =>
      recursive ? !key.endsWith("/") : folderOf(prefix, key) === undefined,
    );
    yield page;
  }
}

/** The folder right under the prefix in which the key lies, without its last slash. */
function folderOf(prefix: string, key: string): string | undefined {
  const end = key.indexOf("/", prefix.length);
  return end === -1 ? undefined : key.slice(0, end);
}

interface Page {
  keys: ListedKey[];
  folders: string[];
}

/** As the store tells them. One that is cut and names no place to go on is asked for what comes behind its last name. */
async function* listPages(
  { s3, name, host }: BucketClient,
  prefix: string,
  recursive: boolean,
): AsyncGenerator<Page> {
  const target = { Bucket: name, Prefix: prefix, ...(!recursive && { Delimiter: "/" }) };
  let from: object | null = {};
  while (from !== null) {
    const answer: ListObjectsV2Output = await s3.send(new ListObjectsV2Command({ ...target, ...from }));
    const decode = answer.EncodingType === "url" ? decodeKey : (text: string) => text;
    const keys = (answer.Contents ?? []).map(
      ({ Key = "", Size = 0, LastModified = new Date(0), ETag = "" }) => ({
        key: decode(Key),
        bytes: Size,
        modifiedAt: LastModified,
        etag: ETag,
      }),
    );
    const folders = (answer.CommonPrefixes ?? []).map(({ Prefix = "" }) => decode(Prefix));
    yield {
      keys: keys.filter(({ key }) => key.startsWith(prefix)),
      folders: folders
        .filter((folder) => folder.startsWith(prefix))
        .map((folder) => folder.replace(/\/$/, "")),
    };
    const names = [...keys.map(({ key }) => key), ...folders];
    const next = nextOf(answer, names);
    if (next !== null && isDeepStrictEqual(next, from)) {
      const what = `${host} lists the same page of ${prefix} again and again`;
      throw new StorageError("store_refused", what, "use another store", "ListObjectsV2", "SamePage");
    }
    from = next;
  }
}

function nextOf(
  { IsTruncated: isCut, NextContinuationToken: token = "" }: ListObjectsV2Output,
  names: string[],
): { ContinuationToken: string } | { StartAfter: string } | null {
  if (token !== "" && isCut !== false) return { ContinuationToken: token };
  const last = isCut === true ? names.sort().at(-1) : undefined;
  return last === undefined ? null : { StartAfter: last };
}

/** S3 writes a space as a plus where it encodes keys. */
export const decodeKey = (text: string): string => decodeURIComponent(text.replaceAll("+", " "));
