/** The files that were dropped, and those in dropped folders, but for what file managers keep there for themselves. */
export async function droppedFiles({ items, files }: DataTransfer): Promise<File[]> {
  // Both lists are empty once the event is over.
  const given = [...files];
  const entries = [...items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (!entries.some((entry) => entry.isDirectory)) return given;
  const found = await Promise.all(entries.map((entry) => filesOf(entry)));
  return found.flat();
}

/** What they keep in folders for themselves. */
export const isForFileManagers = (name: string): boolean => /^\.|^(Thumbs\.db|desktop\.ini)$/i.test(name);

async function filesOf(entry: FileSystemEntry): Promise<File[]> {
  if (isForFileManagers(entry.name)) return [];
  if (isFile(entry)) return [await new Promise<File>((resolve, reject) => entry.file(resolve, reject))];
  const found: File[] = [];
  for (const inside of await entriesOf(entry as FileSystemDirectoryEntry))
    found.push(...(await filesOf(inside)));
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
