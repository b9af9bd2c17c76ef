import type { Tree } from "./picture-folders";

/** Where pictures come from. Files are named by their places in it. */
export interface Source extends Tree {
  /** all of a small file; nothing of one that cannot be read */
  text(file: string): Promise<string>;
  open(file: string): Promise<AsyncIterable<Uint8Array>>;
  /** where it lies on this machine; null where it does not */
  localPath(file: string): string | null;
  /** ms since the epoch; null where that says nothing of a picture */
  modifiedAtMs(file: string): Promise<number | null>;
  /** for people */
  label(file: string): string;
}
