import { isSidecarName, readSidecar, Sidecars } from "../takeout";
import { sourceOf, withSource } from "./file-source";

const maxSidecarBytes = 256 * 1024;

/** The files without the sidecars of Google Takeout among them, which have told when their pictures were taken. */
export async function withTakeoutDates(files: readonly File[]): Promise<File[]> {
  const used = new Set<File>();
  for (const [pictures, sidecars] of foldersOf(files)) {
    const names = new Sidecars(sidecars.keys());
    await Promise.all(
      pictures.map(async (picture) => {
        const name = names.find(picture.name);
        const sidecar = name === null ? undefined : sidecars.get(name);
        const takenAtMs = sidecar === undefined ? null : await takenAtOf(sidecar);
        if (sidecar === undefined || takenAtMs === null) return;
        withSource(picture, { ...sourceOf(picture), takenAtMs });
        used.add(sidecar);
      }),
    );
  }
  return files.filter((file) => !used.has(file));
}

export const hasSidecars = (files: readonly File[]): boolean => files.some(({ name }) => isSidecarName(name));

/** Of each folder its sidecars by their names, and all else that is in it. */
function foldersOf(files: readonly File[]): [pictures: File[], sidecars: Map<string, File>][] {
  const byFolder = new Map<string, [File[], Map<string, File>]>();
  for (const file of files) {
    const folder = sourceOf(file).folders.join("/");
    const [pictures, sidecars] = byFolder.get(folder) ?? [[], new Map<string, File>()];
    byFolder.set(folder, [pictures, sidecars]);
    if (isSidecarName(file.name)) sidecars.set(file.name, file);
    else pictures.push(file);
  }
  return [...byFolder.values()].filter(([, sidecars]) => sidecars.size > 0);
}

/** A sidecar that cannot be read is a file like any other: its row will say so. */
async function takenAtOf(sidecar: File): Promise<number | null> {
  if (sidecar.size > maxSidecarBytes) return null;
  try {
    return readSidecar(await sidecar.text());
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return null;
  }
}
