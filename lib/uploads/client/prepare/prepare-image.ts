import { AppError } from "@/lib/errors";
import { blobSource } from "@/lib/images/formats/byte-reader";
import { type ByteSource, inspect } from "@/lib/images/inspect";
import { byKindInTurn, variantKinds } from "@/lib/images/variants";
import { maxBytesAtOnce, type UploadLimits, type WantedDigests } from "@/lib/uploads/contract";
import { pixelsHeld } from "./decode-picture";
import { derive } from "./derive";
import { digestsOf, digestsOfBytes } from "./digests";
import type { PreparedImage, PreparedObject } from "./prepared-image";
import type { TellPreparing } from "./preparing";
import { largePixels, takeTurn } from "./turn";

interface PrepareImageOptions {
  limits: UploadLimits;
  wanted: WantedDigests;
  /** for a picture that is so large that it has to be the only one that is decoded */
  turn: MessagePort;
  tell: TellPreparing;
}

/** Runs in a worker: everything that is heavy. Throws an AppError for what Pail does not take. */
export async function prepareImage(
  file: File,
  { limits, wanted, turn, tell }: PrepareImageOptions,
): Promise<PreparedImage> {
  // Each read of a file goes through the browser's main process, and costs more than its hash: one read does for all.
  const isRead = file.size <= Math.min(maxBytesAtOnce, limits.maxBytes);
  const bytes = isRead ? await file.arrayBuffer() : null;
  const inspection = await inspect(bytes === null ? blobSource(file) : bufferSource(bytes), limits);
  const digests = await (bytes === null
    ? digestsOf(file, wanted, (share) => tell({ step: "reading", share }))
    : digestsOfBytes(bytes, wanted));
  if (pixelsHeld(inspection) > largePixels) await takeTurn(turn);
  tell({ step: "decoding", share: null });
  const tellResizing = (share: number) => tell({ step: "resizing", share });
  const { variants, thumbhash } = await derive({ file, bytes }, inspection, tellResizing);
  return {
    original: { type: inspection.type, bytes: file.size, ...digests, blob: file },
    ...(await byKindInTurn(variantKinds, (kind) => digested(variants[kind], wanted))),
    thumbhash,
  };
}

/** The same picture with the digests that are wanted now; its bytes are what they were. Throws AppError `file_changed` where they are not. */
export async function withDigests(image: PreparedImage, wanted: WantedDigests): Promise<PreparedImage> {
  const digests = await digestsOf(image.original.blob, wanted);
  if (digests.sha256 !== image.original.sha256) throw new AppError("file_changed");
  const { type, bytes, blob } = image.original;
  return {
    original: { type, bytes, blob, ...digests },
    ...(await byKindInTurn(variantKinds, (kind) => digested(image[kind], wanted))),
    thumbhash: image.thumbhash,
  };
}

/** Of bytes that are there already. */
const bufferSource = (bytes: ArrayBuffer): ByteSource => ({
  bytes: bytes.byteLength,
  read: async (start, end) => new Uint8Array(bytes.slice(start, end)),
});

async function digested<T extends string>(
  { type, blob }: { type: T; blob: Blob },
  wanted: WantedDigests,
): Promise<PreparedObject<T>> {
  return { type, bytes: blob.size, ...(await digestsOf(blob, wanted)), blob };
}
