import { isFileBeside, isFolderOfProgram } from "@/lib/uploads/client/folder-rule";
import { withSource } from "@/lib/uploads/client/queue/file-source";
import { isSidecarName } from "@/lib/uploads/client/takeout";

export interface Dropped {
  files: File[];
  /** how many were other programs', and were not even opened */
  leftOut: number;
}

/** Goes through what was dropped. A single thing is wanted, whatever its name. */
export async function walkDropped(
  dropped: readonly (FileSystemHandle | FileSystemEntry)[],
): Promise<Dropped> {
  const walk = new Walk();
  for (const one of dropped) {
    const place = "kind" in one ? placeOfHandle(one) : placeOfEntry(one);
    await (dropped.length === 1 ? walk.into(place, []) : walk.visit(place, []));
  }
  return { files: walk.found, leftOut: walk.leftOut };
}

/** A file or a folder, by either of the browsers' two ways to them. */
interface Place {
  name: string;
  handle?: FileSystemFileHandle;
  /** null for a file */
  inside: (() => AsyncIterable<Place>) | null;
  read(): Promise<File>;
}

class Walk {
  readonly found: File[] = [];
  leftOut = 0;

  async visit(place: Place, folders: string[]): Promise<void> {
    const { name, inside } = place;
    if (inside !== null && isFolderOfProgram(name, folders.at(-1) ?? null)) await this.#count(place);
    // What dates a picture is read first.
    else if (inside === null && isFileBeside(name) && !isSidecarName(name)) this.leftOut += 1;
    else await this.into(place, folders);
  }

  async into(place: Place, folders: string[]): Promise<void> {
    const { name, inside, handle } = place;
    try {
      if (inside === null)
        this.found.push(withSource(await place.read(), { folders, ...(handle && { handle }) }));
      else for await (const one of inside()) await this.visit(one, [...folders, name]);
    } catch {
      this.found.push(withSource(new File([], name), { folders, isUnreadable: true }));
    }
  }

  async #count({ inside }: Place): Promise<void> {
    if (inside === null) this.leftOut += 1;
    else
      try {
        for await (const one of inside()) await this.#count(one);
      } catch {
        this.leftOut += 1;
      }
  }
}

const placeOfHandle = (handle: FileSystemHandle): Place =>
  isFileHandle(handle)
    ? { name: handle.name, handle, inside: null, read: () => handle.getFile() }
    : { name: handle.name, inside: () => placesIn(handle as FileSystemDirectoryHandle), read: noFile };

async function* placesIn(folder: FileSystemDirectoryHandle): AsyncGenerator<Place> {
  for await (const handle of folder.values()) yield placeOfHandle(handle);
}

const placeOfEntry = (entry: FileSystemEntry): Place =>
  isFile(entry)
    ? {
        name: entry.name,
        inside: null,
        read: () => new Promise((resolve, reject) => entry.file(resolve, reject)),
      }
    : { name: entry.name, inside: () => entriesIn(entry as FileSystemDirectoryEntry), read: noFile };

/** The reader gives them a hundred at a time, and nothing once there are no more. */
async function* entriesIn(folder: FileSystemDirectoryEntry): AsyncGenerator<Place> {
  const reader = folder.createReader();
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return;
    yield* some.map(placeOfEntry);
  }
}

const noFile = () => Promise.reject(new Error("a folder is not read as a file"));
const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isFileHandle = (handle: FileSystemHandle): handle is FileSystemFileHandle => handle.kind === "file";
