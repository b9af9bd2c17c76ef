// What the browser and the server agree on about pictures: plain values and shapes. The table of formats holds what reads
// them as well, so of it only the type is here.
import type { ImageType } from "./formats/table";
import type { VariantKind, VariantType } from "./variants";

export type { ImageType, VariantKind, VariantType };

/** What fills a picture's frame until it has arrived. */
export interface Placeholder {
  /** average, for CSS */
  colour: string;
  /** base64 of at most 25 bytes */
  thumbhash: string;
  /** Whether anything shines through: then it stands on a checkerboard. */
  isTransparent: boolean;
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
