import type { Blob, BlobRegistry } from "./blob-registry";
import { type BlobStore, blobPrefixes } from "./blob-store";

/** Where the index and the files do not agree. */
export interface Difference {
  kind: "missing file" | "file of another size" | "file that the index does not know";
  /** The blob's id, or the name of the file. */
  id: string;
}

const statsAtOnce = 64;

/** Compares the names and sizes of all blobs with the files, one folder after another. */
export async function* compareNames({
  registry,
  blobs,
}: {
  registry: BlobRegistry;
  blobs: BlobStore;
}): AsyncGenerator<Difference> {
  for (const prefix of blobPrefixes()) {
    const files = new Set(await blobs.withPrefix(prefix));
    const listed = registry.withPrefix(prefix);
    for (let i = 0; i < listed.length; i += statsAtOnce) {
      const some = listed.slice(i, i + statsAtOnce);
      const found = await Promise.all(some.map((blob) => compareSize(blobs, blob)));
      yield* found.filter((difference) => difference !== undefined);
    }
    for (const { id } of listed) files.delete(id);
    for (const id of files) yield { kind: "file that the index does not know", id };
  }
}

async function compareSize(blobs: BlobStore, { id, size }: Blob): Promise<Difference | undefined> {
  const found = await blobs.sizeOf(id);
  if (found === size) return undefined;
  return { kind: found === undefined ? "missing file" : "file of another size", id };
}
