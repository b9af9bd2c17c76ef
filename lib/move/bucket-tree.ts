import "server-only";
import { buffer } from "node:stream/consumers";
import type { BucketClient } from "@/lib/storage/bucket-client";
import { getObject } from "@/lib/storage/get-object";
import { listObjects } from "@/lib/storage/list-objects";
import { isCode } from "@/lib/storage/s3-failure";
import type { Source } from "./import-source";

/** What lies under a prefix of any bucket, as folders. Names that lead out of a folder are none. */
export function bucketTree(bucket: BucketClient): Source {
  const open = async (key: string) => (await getObject(bucket, key, {})).body;
  return {
    entries: async (folder) => {
      const prefix = folder === "" ? "" : `${folder}/`;
      const entries: { name: string; isFolder: boolean }[] = [];
      for await (const { folders, objects } of listObjects(bucket, prefix, { recursive: false })) {
        for (const key of folders) entries.push({ name: key.slice(prefix.length), isFolder: true });
        for (const { key } of objects) entries.push({ name: key.slice(prefix.length), isFolder: false });
      }
      return entries.filter(({ name }) => name !== "" && name !== "." && name !== "..");
    },
    join: (folder, name) => (folder === "" ? name : `${folder}/${name}`),
    head: async (key, end) => {
      try {
        return await buffer((await getObject(bucket, key, { range: { start: 0, end } })).body);
      } catch (error) {
        // One that is empty has no first byte.
        if (isCode(error, "out_of_range")) return new Uint8Array();
        throw error;
      }
    },
    text: async (key) => (await buffer(await open(key))).toString("utf8"),
    open,
    localPath: () => null,
    // When an object was put there says nothing of its picture.
    modifiedAtMs: async () => null,
    label: (key) => `s3://${bucket.name}/${key}`,
  };
}
