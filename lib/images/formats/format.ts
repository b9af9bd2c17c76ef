import type { ByteReader } from "./byte-reader";
import type { Decoding, Header } from "./header";

/** All that Pail knows of one image format. What lacks any of it does not compile. */
export interface Format {
  /** content type, in the browser, in the database and in the bucket */
  readonly type: `image/${string}`;
  /** of the objects that are stored, without the dot */
  readonly extension: string;
  /** for people */
  readonly name: string;
  /** What a file dialog has to be told beside the type: other types, and extensions with their dot. */
  readonly alsoChosenAs: readonly string[];
  /** Cameras write it, and it has no transparency: variants go by that. */
  readonly isPhotograph: boolean;
  /**
   * Mostly an animation that every browser plays, where it is not known whether it is one: then the original is shown large. Of
   * the others, `isAnimated` says so.
   */
  readonly moves: boolean;
  /** What browsers turn it upright by: its EXIF, or its own boxes, which every decoder heeds. */
  readonly turnedBy: "exif" | "boxes" | null;
  /** Whether a file that begins so is one. The first 64 KiB, or all where there is less. */
  matches(head: Uint8Array): boolean;
  /**
   * Reads the headers, and looks that nothing is missing at the end. Throws AppError `damaged_image`, or a RangeError, which
   * means the same.
   */
  read(reader: ByteReader): Promise<Header>;
  /**
   * For a file that `read` has passed and a decoder refuses: what else may help; null where nothing does. Throws as `read` does.
   */
  readonly mend: ((reader: ByteReader) => Promise<Decoding>) | null;
  /**
   * For what some browsers cannot decode; null where all can. A browser first tries by itself. What sharp cannot decode either
   * needs a branch in lib/decoder/process.mjs too. Throws AppError `damaged_image`.
   */
  readonly decode: ((file: Uint8Array) => Promise<Pixels>) | null;
}

/** A decoded picture, upright. */
export interface Pixels {
  width: number;
  height: number;
  /** RGBA, row by row */
  data: Uint8ClampedArray<ArrayBuffer>;
}
