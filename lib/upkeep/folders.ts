import "server-only";
import { media } from "@/lib/storage/locations";
import type { ListedObject } from "@/lib/storage/storage";

/** What lies under media/ in one folder: all of a picture, where its name is a picture's id. */
export interface Folder {
  id: string;
  files: ListedObject[];
}

/** The objects under media/ by their first folder, in the order of its name. */
export async function* foldersInOrder(): AsyncGenerator<Folder> {
  let folder: Folder | undefined;
  for await (const { files } of media().listdir("", { recursive: true })) {
    for (const file of files) {
      const id = imageIdOf(file.name);
      if (folder?.id === id) {
        folder.files.push(file);
        continue;
      }
      if (folder !== undefined) yield folder;
      folder = { id, files: [file] };
    }
  }
  if (folder !== undefined) yield folder;
}

/** As it is now, also where the store tells a folder in two pieces. */
export async function folderOf(id: string): Promise<Folder> {
  const files: ListedObject[] = [];
  for await (const page of media().listdir(id)) files.push(...page.files);
  return { id, files };
}

export const imageIdOf = (name: string): string => name.split("/", 1)[0] ?? name;
export const isImageId = (id: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id);
