import { type ByteSource, inspect } from "@/lib/images/inspect";
import { byKindInTurn, variantKinds } from "@/lib/images/variants";
import { maxBytesAtOnce, type UploadLimits } from "@/lib/uploads/contract";
import { derive, pixelsHeld } from "./derive";
import type { PreparedImage, PreparedObject } from "./prepared-image";
import { sha256, sha256OfBytes, sha256WithParts } from "./sha256";
import { largePixels, takeTurn } from "./turn";

/**
 * Runs in a worker: everything that is heavy. `turn` is for a picture that is so large that it has to be the only one that is
 * decoded. Throws an AppError for what Pail does not take.
 */
export async function prepareImage(
  file: File,
  limits: UploadLimits,
  turn: MessagePort,
): Promise<PreparedImage> {
  // Each read of a file goes through the browser's main process, and costs more than its hash: one read does for all.
  const isRead = file.size <= Math.min(maxBytesAtOnce, limits.maxBytes);
  const bytes = isRead ? await file.arrayBuffer() : null;
  const inspection = await inspect(byteSourceOf(file, bytes), limits);
  const hashes = bytes === null ? await sha256WithParts(file) : { sha256: await sha256OfBytes(bytes) };
  if (pixelsHeld(inspection) > largePixels) await takeTurn(turn);
  const { variants, thumbhash } = await derive({ file, bytes }, inspection);
  return {
    original: { type: inspection.type, bytes: file.size, ...hashes, blob: file },
    ...(await byKindInTurn(variantKinds, (kind) => hashed(variants[kind]))),
    thumbhash,
  };
}

function byteSourceOf(file: File, bytes: ArrayBuffer | null): ByteSource {
  return {
    bytes: file.size,
    read: async (start, end) =>
      new Uint8Array(bytes?.slice(start, end) ?? (await file.slice(start, end).arrayBuffer())),
  };
}

async function hashed<T extends string>({ type, blob }: { type: T; blob: Blob }): Promise<PreparedObject<T>> {
  return { type, bytes: blob.size, sha256: await sha256(blob), blob };
}
