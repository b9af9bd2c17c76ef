import { randomBytes } from "node:crypto";
import { createReadStream, type ReadStream } from "node:fs";
import { copyFile, type FileHandle, link, mkdir, open, readdir, rename, unlink } from "node:fs/promises";
import { join } from "node:path";

const readBytes = 256 * 1024;

/**
 * The bytes of objects, in files that the server names: no part of a name comes from a key. A file is written
 * aside, then moved in place, then synced; only the index makes it an object.
 */
export class BlobStore {
  readonly #aside: string;
  readonly #blobs: string;

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

  /**
   * Writes all blocks and syncs them, while something else is done with each. The result is the blob's id; if
   * anything fails, nothing is left.
   */
  async write(blocks: AsyncIterable<Buffer>, meanwhile: (block: Buffer) => Promise<void>): Promise<string> {
    const id = newBlobId();
    const path = join(this.#aside, id);
    const file = await open(path, "wx", 0o600);
    try {
      await writeAll(file, blocks, meanwhile);
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

  #syncFolderOf(id: string): Promise<void> {
    return syncFolder(join(this.#blobs, id.slice(0, 2)));
  }
}

/** Streams a part of an open blob, and closes it at the end. */
export function streamBlob(file: FileHandle, start: number, length: number): ReadStream {
  return createReadStream("", { fd: file, start, end: start + length - 1, highWaterMark: readBytes });
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

async function writeAll(
  file: FileHandle,
  blocks: AsyncIterable<Buffer>,
  meanwhile: (block: Buffer) => Promise<void>,
): Promise<void> {
  for await (const block of blocks) await Promise.all([writeBlock(file, block), meanwhile(block)]);
}

async function writeBlock(file: FileHandle, block: Buffer): Promise<void> {
  for (let written = 0; written < block.length; ) {
    written += (await file.write(block, written)).bytesWritten;
  }
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
