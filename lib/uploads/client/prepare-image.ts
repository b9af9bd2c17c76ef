import { inspect } from "@/lib/images/inspect";
import { maxBytesAtOnce, type UploadLimits } from "@/lib/uploads/contract";
import { derive } from "./derive";
import type { PreparedImage, PreparedObject } from "./prepared-image";
import { sha256, sha256WithParts } from "./sha256";

/** Runs in a worker: everything that is heavy. Throws an AppError for what Pail does not take. */
export async function prepareImage(file: File, limits: UploadLimits): Promise<PreparedImage> {
  const inspection = await inspect(sourceOf(file), limits);
  const original = await hashed(inspection.type, file);
  const { display, thumb, thumbhash } = await derive(file, inspection);
  return {
    original,
    display: await hashed(display.type, display.blob),
    thumb: await hashed(thumb.type, thumb.blob),
    thumbhash,
  };
}

function sourceOf(file: File) {
  return {
    bytes: file.size,
    read: async (start: number, end: number) => new Uint8Array(await file.slice(start, end).arrayBuffer()),
  };
}

async function hashed<T extends string>(type: T, blob: Blob): Promise<PreparedObject<T>> {
  const hashes = blob.size > maxBytesAtOnce ? await sha256WithParts(blob) : { sha256: await sha256(blob) };
  return { type, bytes: blob.size, ...hashes, blob };
}
