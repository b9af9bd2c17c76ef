import { isFileBeside, isInFolderOfProgram } from "../folder-rule";
import { isPictureFile } from "../picture-file";
import { isSidecarName } from "../takeout";
import { sourceOf } from "./file-source";
import { hasSidecars, withTakeoutDates } from "./takeout-files";

interface SortedOut {
  files: File[];
  /** how many there were besides, but for sidecars that have dated a picture */
  leftOut: number;
}

/**
 * Of what was chosen the files that are to be offered. What came by itself is wanted, whatever it is; of a folder only the
 * pictures are. The sidecars of Google Takeout are read before they are left out.
 */
export async function sortOut(chosen: readonly File[]): Promise<SortedOut> {
  const inPlace = chosen.filter((file) => !isInFolderOfProgram(sourceOf(file).folders));
  const undated = inPlace.filter(
    (file) => isOfNoFolder(file) || isSidecarName(file.name) || !isFileBeside(file.name),
  );
  const dated = hasSidecars(undated) ? await withTakeoutDates(undated) : undated;
  const used = undated.length - dated.length;
  const files: File[] = [];
  for (const file of dated) if (await isWanted(file)) files.push(file);
  return { files, leftOut: chosen.length - used - files.length };
}

const isOfNoFolder = (file: File): boolean => sourceOf(file).folders.length === 0;

async function isWanted(file: File): Promise<boolean> {
  if (isOfNoFolder(file) || sourceOf(file).isUnreadable) return true;
  if (isFileBeside(file.name)) return false;
  return isPictureFile(file.name, async (end) => new Uint8Array(await file.slice(0, end).arrayBuffer()));
}
