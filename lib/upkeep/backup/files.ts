import "server-only";
import { constants } from "node:fs";
import { copyFile, link, open } from "node:fs/promises";

/** Where a file system has no second names for a file, like those of cameras and sticks. */
const withoutLinks = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);

/** A second name for a file, or a copy where there are none. Throws EEXIST where something has that name. */
export async function alsoName(file: string, name: string): Promise<void> {
  try {
    await link(file, name);
  } catch (error) {
    if (!withoutLinks.has((error as NodeJS.ErrnoException).code ?? "")) throw error;
    await copyFile(file, name, constants.COPYFILE_EXCL);
  }
}

/** A name in a folder that was given or taken is on the disk once this is done; so is what a file holds. */
export async function sync(place: string): Promise<void> {
  const handle = await open(place);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
