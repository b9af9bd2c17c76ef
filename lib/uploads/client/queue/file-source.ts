import type { AlbumLink } from "@/lib/albums/contract";

/** Where a chosen file came from. */
export interface FileSource {
  /** With it a later page can read the file where it is. */
  handle?: FileSystemFileHandle | undefined;
  /** that it came in, the outermost first; none where it came by itself */
  folders: readonly string[];
  /** into which it was chosen or dropped */
  album?: AlbumLink | undefined;
  /** ms since the epoch: when it was taken, by a file that lay beside it */
  takenAtMs?: number | undefined;
  /** The browser did not hand it out: this stands in for it, so that it has a row that says so. */
  isUnreadable?: boolean;
}

const sources = new WeakMap<File, FileSource>();

/** Does not outlive the file on its way to another page: there it has to be told again. */
export function withSource(file: File, source: FileSource): File {
  sources.set(file, source);
  return file;
}

export const sourceOf = (file: File): FileSource =>
  sources.get(file) ?? { folders: (file.webkitRelativePath ?? "").split("/").slice(0, -1) };
