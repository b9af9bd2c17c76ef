import "server-only";
import type { Storage } from "@/lib/storage/storage";
import { type ByteSource, headBytes } from "./formats/byte-reader";

/** What `inspect` reads of an object in the bucket: all of it from the one that was there at first. */
export interface ObjectSource extends ByteSource {
  etag: string;
}

/** Null where there is no object. The read that `inspect` begins with tells length and ETag too. */
export async function openObjectSource(storage: Storage, name: string): Promise<ObjectSource | null> {
  const start = await storage.readStart(name, headBytes);
  if (start === null) return null;
  const { bytes: head, etag, totalBytes } = start;
  const readRest = rangesOf(storage, name, etag);
  const read: ByteSource["read"] = async (from, to) =>
    to <= head.length ? new Uint8Array(head.subarray(from, to)) : readRest(from, to);
  return { bytes: totalBytes, read, etag };
}

/** Of an object that has this ETag; another is AppError `changed`. */
export const rangesOf =
  (storage: Storage, name: string, etag: string): ByteSource["read"] =>
  (start, end) =>
    storage.read(name, { range: { start, end }, ifMatch: etag });
