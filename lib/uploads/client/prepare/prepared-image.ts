import type { ImageType, VariantType } from "@/lib/images/contract";
import { type ImageOffer, type ObjectOffer, objectKinds } from "@/lib/uploads/contract";

export interface PreparedObject<T extends string> extends ObjectOffer<T> {
  blob: Blob;
}

/** A picture that is ready to be offered and sent. The original's blob is the chosen file: a handle, no memory. */
export interface PreparedImage {
  original: PreparedObject<ImageType>;
  thumb: PreparedObject<VariantType>;
  display: PreparedObject<VariantType>;
  /** base64 */
  thumbhash: string;
}

export function toOffer(name: string, { original, thumb, display, thumbhash }: PreparedImage): ImageOffer {
  return { name, original: offerOf(original), thumb: offerOf(thumb), display: offerOf(display), thumbhash };
}

function offerOf<T extends string>({ type, bytes, sha256, parts }: PreparedObject<T>): ObjectOffer<T> {
  return { type, bytes, sha256, ...(parts && { parts }) };
}

export function wireBytes(image: PreparedImage): number {
  return objectKinds.reduce((sum, kind) => sum + image[kind].bytes, 0);
}

/** What it holds in memory until it is sent. */
export function heldBytes({ thumb, display }: PreparedImage): number {
  return thumb.bytes + display.bytes;
}
