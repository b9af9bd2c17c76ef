import fs from "node:fs";
import { open } from "node:fs/promises";
import path from "node:path";
import { isFileBeside, isFolderOfProgram } from "@/lib/uploads/client/folder-rule";
import { isPictureFile } from "@/lib/uploads/client/picture-file";
import { isSidecarName } from "@/lib/uploads/client/takeout";
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
  const walk = new Walk();
  for (const name of given) {
    const isFolder = fs.statSync(name, { throwIfNoEntry: false })?.isDirectory() ?? false;
    if (!isFolder) walk.files.push(name);
    else
      await walk.open(name, given.length > 1 && isFolderOfProgram(path.basename(path.resolve(name)), null));
  }
  return { files: walk.files, leftOut: walk.leftOut };
}

class Walk {
  readonly files: string[] = [];
  leftOut = 0;

  async open(folder: string, isOfProgram: boolean): Promise<void> {
    const entries = entriesOf(folder);
    if (entries === null) {
      if (isOfProgram) this.leftOut += 1;
      else this.files.push(folder);
      return;
    }
    const parent = path.basename(path.resolve(folder));
    const pictures: string[] = [];
    const sidecars: string[] = [];
    for (const entry of entries) {
      const { name } = entry;
      const place = path.join(folder, name);
      if (entry.isDirectory()) await this.open(place, isOfProgram || isFolderOfProgram(name, parent));
      else if (!entry.isFile()) continue;
      else if (!isOfProgram && isSidecarName(name)) sidecars.push(name);
      else if (!isOfProgram && !isFileBeside(name) && (await isPictureFile(name, headOf(place))))
        pictures.push(place);
      else this.leftOut += 1;
    }
    this.files.push(...pictures);
    const dating = sidecars.length === 0 ? [] : await Promise.all(pictures.map(datingSidecarOf));
    this.leftOut += sidecars.length - new Set(dating.filter((name) => name !== null)).size;
  }
}

/** By their names; null where the folder cannot be opened. */
function entriesOf(folder: string): fs.Dirent[] | null {
  try {
    const entries = fs.readdirSync(folder, { withFileTypes: true });
    return entries.sort((one, other) => Number(one.name > other.name) - Number(one.name < other.name));
  } catch {
    return null;
  }
}

const headOf = (file: string) => async (end: number) => {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(end), 0, end, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
};
