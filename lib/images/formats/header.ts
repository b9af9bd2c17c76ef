import type { Orientation } from "./exif";
import type { Noted } from "./metadata";

export interface Size {
  width: number;
  height: number;
}

/**
 * What the headers of a picture say: its size upright, as the browser shows it, and what is noted in it. `orientation` is the one
 * that browsers go by, which is not EXIF's in every format.
 */
export interface Header extends Size, Noted {
  orientation: Orientation;
  /** An animation that browsers play. Absent where that is not known, as of every GIF and WebP. */
  isAnimated?: boolean;
  decoding: Decoding;
}

/** What a decoder has to be helped with, as it heeds less, or more, than is right. */
export interface Decoding {
  /** Bytes that take the place of others, in a copy of the file; the last may go beyond its end. */
  edits: readonly { at: number; bytes: Uint8Array<ArrayBuffer> }[];
  /** The part that is shown of what the decoder gives once the edits are made, both upright; null: all of it. */
  crop: Crop | null;
}

export interface Crop extends Size {
  left: number;
  top: number;
  /** what it is cut out of */
  whole: Size;
}

export const plainDecoding: Decoding = Object.freeze({ edits: [], crop: null });

export function upright(stored: Size, orientation: Orientation): Size & { orientation: Orientation } {
  return orientation < 5
    ? { width: stored.width, height: stored.height, orientation }
    : { width: stored.height, height: stored.width, orientation };
}
