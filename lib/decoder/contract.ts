// What the server and its decoder say to each other: plain values, as they pass between processes.
import type { ImageType } from "@/lib/images/contract";
import type { Orientation } from "@/lib/images/formats/exif";
import type { Crop } from "@/lib/images/formats/header";
import type { Size, VariantKind, variants } from "@/lib/images/variants";

export interface Bounds {
  maxMilliseconds: number;
  /** of the decoder's process, all that it holds together */
  maxMemoryBytes: number;
}

export interface Question extends Bounds {
  task: Task | "versions";
}

/** What to make of a picture. `width` and `height` are those that its headers say, upright. */
export interface Task extends Size {
  file: string;
  type: ImageType;
  /** How to turn what is stored; 1 also where the decoder turns it by itself. */
  orientation: Orientation;
  /** what is shown of what the decoder gives; null: all of it */
  crop: Crop | null;
  maxPixels: number;
  maxMemoryBytes: number;
  /** what all variants are made of */
  largest: Size;
  variants: VariantTask[];
  thumbhash: Size & { part: Part };
}

export interface VariantTask {
  kind: VariantKind;
  /** of the largest */
  part: Part;
  /** The best first: each that follows is for when the one before has too many bytes, or cannot be so long. */
  sizes: Size[];
  /** in order of preference, each with the longest side that it can have */
  types: { type: ServerType; longest: number }[];
  /** 0 to 100 */
  quality: number;
  maxBytes: number;
}

type Part = Size & { left: number; top: number };
/** what the server encodes variants as */
export type ServerType = (typeof variants)[VariantKind]["types"]["server"][number];

export type Answer =
  | Decoded
  | { status: "versions"; versions: Versions }
  /** The picture's own fault; the reason is for the log. */
  | { status: "refused"; reason: string };

export interface Decoded {
  status: "decoded";
  thumbhash: Uint8Array;
  variants: Partial<Record<VariantKind, { type: ServerType; bytes: Uint8Array }>>;
}

/** Of the libraries that decode hostile bytes. */
export interface Versions {
  /** decodes HEIC, and so is WebAssembly */
  libheif: string;
  sharp: string;
  /** sharp's own libheif, which decodes AVIF */
  avif: string;
}
