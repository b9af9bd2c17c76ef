import fs from "node:fs";
import path from "node:path";
import { diskTree } from "@/lib/move/disk-tree";
import { pictureFolders } from "@/lib/move/picture-folders";
import { isFolderOfProgram } from "@/lib/uploads/client/folder-rule";
import { datingSidecarOf } from "./file-moments";

export interface Named {
  /** to be sent, or to be said that they cannot be read: folders among them could not be opened */
  files: string[];
  /** how many there were besides, but for sidecars that date a picture */
  leftOut: number;
}

/**
 * A file is what was named, whatever it is called; of a folder the pictures, by their names, in it and below. Of several that were
 * named, as by `*`, another program's folder is left out.
 */
export async function filesNamed(given: string[]): Promise<Named> {
  const named: Named = { files: [], leftOut: 0 };
  for (const name of given) {
    const isFolder = fs.statSync(name, { throwIfNoEntry: false })?.isDirectory() ?? false;
    if (!isFolder) named.files.push(name);
    else await addFolder(named, name, given.length > 1);
  }
  return named;
}

async function addFolder(named: Named, folder: string, isOneOfSeveral: boolean): Promise<void> {
  const isOfProgram = isOneOfSeveral && isFolderOfProgram(path.basename(path.resolve(folder)), null);
  for await (const found of pictureFolders(diskTree, folder, isOfProgram)) {
    const { place, sidecars, leftOut, isClosed } = found;
    const pictures = found.pictures.map((name) => path.join(place, name));
    named.files.push(...(isClosed ? [place] : pictures));
    const dating = sidecars.length === 0 ? [] : await Promise.all(pictures.map(datingSidecarOf));
    named.leftOut += leftOut + sidecars.length - new Set(dating.filter((name) => name !== null)).size;
  }
}
