import path from "node:path";
import { isFileBeside, isFolderOfProgram } from "@/lib/uploads/client/folder-rule";
import { isPictureFile } from "@/lib/uploads/client/picture-file";
import { isSidecarName } from "@/lib/uploads/client/takeout";

/** Folders and files, on a disk or in a bucket. A place is a path in it. */
export interface Tree {
  /** What is in a folder, by its names; null where it cannot be opened. What is neither a folder nor a file is not in it. */
  entries(folder: string): Promise<{ name: string; isFolder: boolean }[] | null>;
  join(folder: string, name: string): string;
  /** at most so many of its first bytes */
  head(file: string, end: number): Promise<Uint8Array>;
}

/** One folder with what of it is to be offered. */
export interface PictureFolder {
  place: string;
  /** Names of files: pictures by their names, or else by their content. */
  pictures: string[];
  /** names of files that may say something of the pictures: .json */
  sidecars: string[];
  /** how many files there are besides */
  leftOut: number;
  /** it could not be opened */
  isClosed: boolean;
}

/**
 * A folder and all below it, each once, the inner ones first. Of other programs' folders everything is left out: see “What is left out
 * of folders” in lib/uploads/README.md.
 */
export async function* pictureFolders(
  tree: Tree,
  place: string,
  isOfProgram = false,
): AsyncGenerator<PictureFolder> {
  const entries = await tree.entries(place);
  const folder: PictureFolder = { place, pictures: [], sidecars: [], leftOut: 0, isClosed: entries === null };
  const parent = path.basename(path.resolve(place));
  for (const { name, isFolder } of entries ?? []) {
    const inside = tree.join(place, name);
    if (isFolder) yield* pictureFolders(tree, inside, isOfProgram || isFolderOfProgram(name, parent));
    else if (isOfProgram) folder.leftOut += 1;
    else if (isSidecarName(name)) folder.sidecars.push(name);
    else if (!isFileBeside(name) && (await isPictureFile(name, (end) => tree.head(inside, end))))
      folder.pictures.push(name);
    else folder.leftOut += 1;
  }
  // Nobody is to hear of what is left out anyway.
  if (folder.isClosed && isOfProgram) yield { ...folder, leftOut: 1, isClosed: false };
  else yield folder;
}
