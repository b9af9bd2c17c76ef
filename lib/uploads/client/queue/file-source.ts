import { maxAlbumNameLength } from "@/lib/albums/contract";

/** Where a chosen file came from. */
export interface FileSource {
  /** With it a later page can read the file where it is. */
  handle?: FileSystemFileHandle | undefined;
  /** what an album of its folder would be called; null where it came by itself */
  folder: string | null;
}

const sources = new WeakMap<File, FileSource>();

/** Does not outlive the file on its way to another page: there it has to be told again. */
export function withSource(file: File, source: FileSource): File {
  sources.set(file, source);
  return file;
}

export const sourceOf = (file: File): FileSource =>
  sources.get(file) ?? { folder: folderName((file.webkitRelativePath ?? "").split("/").slice(0, -1)) };

/** Of a folder within folders, the outermost first. The innermost says most, should all of them be too long. */
export const folderName = (path: readonly string[]): string | null =>
  path.length === 0 ? null : path.join(" / ").slice(-maxAlbumNameLength).trim();
