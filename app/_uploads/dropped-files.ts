import { withSource } from "@/lib/uploads/client/queue/file-source";

/**
 * The files that were dropped, and those in dropped folders, but for what file managers keep there for themselves. Each with
 * its handle, where the browser gives one, and its folders.
 */
export async function droppedFiles({ items, files }: DataTransfer): Promise<File[]> {
  // Both lists are empty once the event is over.
  const given = [...files];
  const dropped = [...items].filter(({ kind }) => kind === "file");
  const handles = dropped.map((item) => item.getAsFileSystemHandle?.());
  const entries = dropped.map((item) => item.webkitGetAsEntry());
  const found = await Promise.all(
    entries.map(async (entry, index) => {
      const handle = await handles[index];
      if (handle) return filesOfHandle(handle);
      return entry === null ? [] : filesOf(entry);
    }),
  );
  return found.some((some) => some.length > 0) ? found.flat() : given;
}

async function filesOfHandle(handle: FileSystemHandle, path: string[] = []): Promise<File[]> {
  if (isForFileManagers(handle.name)) return [];
  if (isFileHandle(handle)) return [withSource(await handle.getFile(), { handle, folders: path })];
  const found: File[] = [];
  for await (const inside of (handle as FileSystemDirectoryHandle).values())
    found.push(...(await filesOfHandle(inside, [...path, handle.name])));
  return found;
}

/** What they keep in folders for themselves. */
export const isForFileManagers = (name: string): boolean => /^\.|^(Thumbs\.db|desktop\.ini)$/i.test(name);

async function filesOf(entry: FileSystemEntry, path: string[] = []): Promise<File[]> {
  if (isForFileManagers(entry.name)) return [];
  if (isFile(entry)) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
    return [withSource(file, { folders: path })];
  }
  const found: File[] = [];
  for (const inside of await entriesOf(entry as FileSystemDirectoryEntry))
    found.push(...(await filesOf(inside, [...path, entry.name])));
  return found;
}

/** The reader gives them a hundred at a time, and nothing once there are no more. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return all;
    all.push(...some);
  }
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isFileHandle = (handle: FileSystemHandle): handle is FileSystemFileHandle => handle.kind === "file";

declare global {
  /** Chromium's alone. */
  interface DataTransferItem {
    getAsFileSystemHandle?(): Promise<FileSystemHandle | null>;
  }
}
