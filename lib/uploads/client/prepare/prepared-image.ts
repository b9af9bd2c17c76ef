import type { ImageType } from "@/lib/images/contract";
import { byKind, type VariantKind, type VariantType, variantKinds } from "@/lib/images/variants";
import { type ImageOffer, type ObjectOffer, objectKinds } from "@/lib/uploads/contract";

export interface PreparedObject<T extends string> extends ObjectOffer<T> {
  blob: Blob;
}

/** A picture that is ready to be offered and sent. The original's blob is the chosen file: a handle, no memory. */
export interface PreparedImage extends Record<VariantKind, PreparedObject<VariantType>> {
  original: PreparedObject<ImageType>;
  /** base64 */
  thumbhash: string;
}

export function toOffer(name: string, image: PreparedImage): ImageOffer {
  const { original, thumbhash } = image;
  const variants = byKind(variantKinds, (kind) => offerOf(image[kind]));
  return { name, original: offerOf(original), ...variants, thumbhash };
}

const offerOf = <T extends string>({ blob: _, ...offer }: PreparedObject<T>): ObjectOffer<T> =>
  offer as ObjectOffer<T>;

export function wireBytes(image: PreparedImage): number {
  return objectKinds.reduce((sum, kind) => sum + image[kind].bytes, 0);
}

/** What it holds in memory until it is sent. */
export function heldBytes(image: PreparedImage): number {
  return variantKinds.reduce((sum, kind) => sum + image[kind].bytes, 0);
}
