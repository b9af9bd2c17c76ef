import { untilLoaded } from "./until-loaded";
import type { Dropped } from "./walk-dropped";

/**
 * The files that were dropped, and those in dropped folders, but for what is other programs'. Each with its handle, where the
 * browser gives one, and its folders. What cannot be read has a file that stands in for it. What goes through folders is loaded
 * for it; `onNotLoaded` says that it is tried again.
 */
export async function droppedFiles(
  { items, files }: DataTransfer,
  onNotLoaded: () => void,
): Promise<Dropped> {
  // Both lists are empty once the event is over.
  const given = [...files];
  const dropped = [...items].filter(({ kind }) => kind === "file");
  const handles = dropped.map((item) => item.getAsFileSystemHandle?.().catch(() => null));
  const entries = dropped.map((item) => item.webkitGetAsEntry());
  const places = await Promise.all(entries.map(async (entry, index) => (await handles[index]) ?? entry));
  const { walkDropped } = await untilLoaded(() => import("./walk-dropped"), onNotLoaded);
  const found = await walkDropped(places.filter((place) => place !== null));
  return found.files.length + found.leftOut > 0 ? found : { files: given, leftOut: 0 };
}

declare global {
  /** Chromium's alone. */
  interface DataTransferItem {
    getAsFileSystemHandle?(): Promise<FileSystemHandle | null>;
  }
}
