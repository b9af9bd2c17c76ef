import type { BlobRegistry } from "./blob-registry";
import { type BlobStore, blobPrefixes } from "./blob-store";

/** Where the index and the files do not agree. */
export interface Difference {
  kind: "missing file" | "file of another size" | "file that the index does not know";
  /** The blob's id, or the name of the file. */
  id: string;
}

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
    for (const { id, size } of listed) {
      const found = blobs.sizeOf(id);
      if (found === undefined) yield { kind: "missing file", id };
      else if (found !== size) yield { kind: "file of another size", id };
    }
    for (const { id } of listed) files.delete(id);
    for (const id of files) yield { kind: "file that the index does not know", id };
  }
}
