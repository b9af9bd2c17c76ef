// What the browser and the server agree on about pictures: plain values and shapes. The table of formats holds what reads
// them as well, so of it only the type is here.
import type { ImageType } from "./formats/table";

export type { ImageType };

/** Long side in pixels of each size that is derived from an image. A smaller image is not enlarged. */
export const variantSides = { thumb: 480, display: 2048 } as const;
export type VariantKind = keyof typeof variantSides;

/** WebP where the browser can encode it; JPEG or PNG from the browsers that cannot. */
export const variantTypes = ["image/webp", "image/jpeg", "image/png"] as const;
export type VariantType = (typeof variantTypes)[number];

/** What fills a picture's frame until it has arrived. */
export interface Placeholder {
  /** average, for CSS */
  colour: string;
  /** base64 of at most 25 bytes */
  thumbhash: string;
}

/** One picture as a gallery shows it. `width` and `height` are upright pixels; `thumbUrl` is signed: never store or log it. */
export interface GalleryImage {
  id: string;
  title: string;
  width: number;
  height: number;
  placeholder: Placeholder;
  thumbUrl: string;
  /** ms since the epoch: when it was taken, or added where that is not known */
  capturedAt: number;
}

/** Where a page of the gallery ends: the next begins behind it. */
export interface Cursor {
  capturedAt: number;
  id: string;
}

export interface GalleryPage {
  images: GalleryImage[];
  /** null on the last page */
  next: Cursor | null;
}
