/** The image types that Pail takes, by content. SVG is not among them: it can carry scripts. */
export const imageTypes = [
  ...(["image/jpeg", "image/png", "image/webp"] as const),
  ...(["image/gif", "image/avif", "image/heic"] as const),
] as const;
export type ImageType = (typeof imageTypes)[number];

/** For file dialogs; few systems know what type a HEIC is. */
export const acceptedFiles = [...imageTypes, "image/heif", ".heic", ".heif"].join(",");

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
