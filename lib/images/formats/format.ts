import type { ByteReader } from "./byte-reader";
import type { Header } from "./header";

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
  /** Can be an animation that every browser plays: then the original is shown large. */
  readonly moves: boolean;
  /** Whether a file that begins so is one. The first 64 KiB, or all where there is less. */
  matches(head: Uint8Array): boolean;
  /**
   * Reads the headers, and looks that nothing is missing at the end. Throws AppError `damaged_image`, or a RangeError, which
   * means the same.
   */
  read(reader: ByteReader): Promise<Header>;
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
