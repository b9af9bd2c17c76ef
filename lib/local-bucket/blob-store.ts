import { randomBytes } from "node:crypto";
import { createReadStream, type ReadStream } from "node:fs";
import { copyFile, type FileHandle, link, mkdir, open, readdir, rename, unlink } from "node:fs/promises";
import { join } from "node:path";

/** Chunks are gathered up to this size before they are written. */
const gatheredBytes = 512 * 1024;
const readBytes = 256 * 1024;

/**
 * The bytes of objects, in files that the server names: no part of a name comes from a key. A file is written
 * aside, then moved in place, then synced; only the index makes it an object.
 */
export class BlobStore {
  readonly #aside: string;
  readonly #blobs: string;
  /** The folders of blobs, kept open because each write syncs one. */
  readonly #folders = new Map<string, Promise<FileHandle>>();

  private constructor(dataDir: string) {
    this.#aside = join(dataDir, "incoming");
    this.#blobs = join(dataDir, "blobs");
  }

  /** Makes the folders and removes what an earlier run left half-written. */
  static async open(dataDir: string): Promise<BlobStore> {
    const store = new BlobStore(dataDir);
    for (const folder of [store.#aside, store.#blobs]) await mkdir(folder, { recursive: true, mode: 0o700 });
    for (let fan = 0; fan < 256; fan++) {
      await mkdir(join(store.#blobs, hexByte(fan)), { recursive: true, mode: 0o700 });
    }
    await syncFolder(store.#blobs);
    await syncFolder(dataDir);
    for (const leftover of await readdir(store.#aside)) await unlink(join(store.#aside, leftover));
    return store;
  }

  /** Writes all chunks and syncs them. The result is the blob's id; if their source fails, nothing is left. */
  async write(chunks: AsyncIterable<Buffer>): Promise<string> {
    const id = newBlobId();
    const path = join(this.#aside, id);
    const file = await open(path, "wx", 0o600);
    try {
      await writeAll(file, chunks);
      // Moved before the sync, so that one sync of the journal covers bytes and name.
      await rename(path, this.#path(id));
      await Promise.all([file.sync(), this.#syncFolderOf(id)]);
    } catch (error) {
      await file.close();
      await this.#removeBoth(path, id);
      throw error;
    }
    await file.close();
    return id;
  }

  /** A second name for the same bytes, so that a copy costs none. Throws ENOENT when the blob is gone. */
  async duplicate(id: string): Promise<string> {
    const copy = newBlobId();
    try {
      await link(this.#path(id), this.#path(copy));
    } catch (error) {
      if (isMissing(error)) throw error;
      await copyFile(this.#path(id), this.#path(copy));
      const file = await open(this.#path(copy), "r+");
      await file.sync().finally(() => file.close());
    }
    await this.#syncFolderOf(copy);
    return copy;
  }

  /** Opens a blob for reading. It stays readable although it may be removed meanwhile. */
  open(id: string): Promise<FileHandle> {
    return open(this.#path(id), "r");
  }

  async close(): Promise<void> {
    for (const folder of this.#folders.values()) await (await folder).close();
    this.#folders.clear();
  }

  async remove(id: string): Promise<void> {
    await unlink(this.#path(id));
  }

  async #removeBoth(path: string, id: string): Promise<void> {
    for (const candidate of [path, this.#path(id)]) {
      await unlink(candidate).catch((error: unknown) => {
        if (!isMissing(error)) throw error;
      });
    }
  }

  #path(id: string): string {
    return join(this.#blobs, id.slice(0, 2), id);
  }

  async #syncFolderOf(id: string): Promise<void> {
    const name = id.slice(0, 2);
    let folder = this.#folders.get(name);
    if (!folder) {
      folder = open(join(this.#blobs, name), "r");
      this.#folders.set(name, folder);
    }
    await (await folder).sync();
  }
}

/** Streams a part of an open blob, and closes it at the end. */
export function streamBlob(file: FileHandle, start: number, length: number): ReadStream {
  return createReadStream("", { fd: file, start, end: start + length - 1, highWaterMark: readBytes });
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

async function writeAll(file: FileHandle, chunks: AsyncIterable<Buffer>): Promise<void> {
  let gathered: Buffer[] = [];
  let bytes = 0;
  const flush = async () => {
    const { bytesWritten } = await file.writev(gathered);
    if (bytesWritten < bytes) await file.writeFile(Buffer.concat(gathered).subarray(bytesWritten));
    gathered = [];
    bytes = 0;
  };
  for await (const chunk of chunks) {
    gathered.push(chunk);
    bytes += chunk.length;
    if (bytes >= gatheredBytes) await flush();
  }
  if (bytes > 0) await flush();
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  await folder.sync().finally(() => folder.close());
}

function newBlobId(): string {
  return randomBytes(16).toString("hex");
}

function hexByte(value: number): string {
  return value.toString(16).padStart(2, "0");
}
