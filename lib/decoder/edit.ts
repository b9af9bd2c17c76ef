import "server-only";
import { type FileHandle, open } from "node:fs/promises";
import { ByteReader } from "@/lib/images/formats/byte-reader";
import type { Decoding } from "@/lib/images/formats/header";

/** Puts the bytes in place of others: see “Helping decoders” in lib/images/README.md. */
export async function edit(file: string, edits: Decoding["edits"]): Promise<void> {
  if (edits.length === 0) return;
  await withFile(file, "r+", async (handle) => {
    for (const { at, bytes } of edits) await handle.write(bytes, 0, bytes.length, at);
  });
}

/** What `read` makes of the file. */
export const withReaderOf = <T>(file: string, read: (reader: ByteReader) => Promise<T>): Promise<T> =>
  withFile(file, "r", async (handle) => {
    const { size } = await handle.stat();
    return read(new ByteReader({ bytes: size, read: (start, end) => readRange(handle, start, end) }));
  });

async function readRange(handle: FileHandle, start: number, end: number): Promise<Uint8Array> {
  const { buffer, bytesRead } = await handle.read(new Uint8Array(end - start), 0, end - start, start);
  return buffer.subarray(0, bytesRead);
}

async function withFile<T>(
  file: string,
  flags: string,
  work: (handle: FileHandle) => Promise<T>,
): Promise<T> {
  const handle = await open(file, flags);
  try {
    return await work(handle);
  } finally {
    await handle.close();
  }
}
