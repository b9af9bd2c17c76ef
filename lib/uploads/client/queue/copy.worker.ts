export interface CopyRequest {
  file: File;
  /** a folder of the origin's private file system, and the copy's name in it */
  folder: string;
  name: string;
}

export type CopyReply = { status: "copied" } | { status: "failed"; reason: string };

const pieceBytes = 4 * 1024 * 1024;

self.addEventListener("message", async ({ data }: MessageEvent<CopyRequest>) => {
  self.postMessage(await reply(data));
});

async function reply(request: CopyRequest): Promise<CopyReply> {
  try {
    await copy(request);
    return { status: "copied" };
  } catch (error) {
    return { status: "failed", reason: String(error) };
  }
}

/** In place: the other way to write, which pages have too, makes a second file of each, and Safari did without it for long. */
async function copy({ file, folder, name }: CopyRequest): Promise<void> {
  const root = await navigator.storage.getDirectory();
  const place = await root.getDirectoryHandle(folder, { create: true });
  const copied = await (await place.getFileHandle(name, { create: true })).createSyncAccessHandle();
  try {
    for (let at = 0; at < file.size; at += pieceBytes)
      copied.write(await file.slice(at, at + pieceBytes).arrayBuffer(), { at });
  } finally {
    copied.close();
  }
}

declare global {
  /** Workers' alone, and so not among what TypeScript knows of pages. */
  interface FileSystemFileHandle {
    createSyncAccessHandle(): Promise<{
      write(bytes: ArrayBuffer, options: { at: number }): number;
      close(): void;
    }>;
  }
}
