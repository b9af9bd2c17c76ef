import { randomBytes } from "node:crypto";
import { statSync } from "node:fs";
import { copyFile, type FileHandle, link, mkdir, open, readdir, unlink } from "node:fs/promises";
import { join } from "node:path";

/** Chunks are gathered up to this size before they are written. */
const gatheredBytes = 512 * 1024;
const readBytes = 256 * 1024;

/**
 * The bytes of objects, in files that the server names: no part of a name comes from a key. A file has a second name
 * among the unfinished ones from before its first byte until a row of the index names it, so that after a crash one
 * knows which files nobody was promised. See "Crash safety" in ../README.md.
 */
export class BlobStore {
  readonly #unfinished: string;
  readonly #blobs: string;
  /** How many are reading a blob, and whether it is to go once they are done. */
  readonly #held = new Map<string, { holders: number; letGo: boolean }>();

  private constructor(dataDir: string) {
    this.#unfinished = join(dataDir, "incoming");
    this.#blobs = join(dataDir, "blobs");
  }

  static async open(dataDir: string): Promise<BlobStore> {
    const store = new BlobStore(dataDir);
    for (const folder of [store.#unfinished, store.#blobs]) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
    }
    for (const prefix of blobPrefixes()) {
      await mkdir(join(store.#blobs, prefix), { recursive: true, mode: 0o700 });
    }
    await syncFolder(store.#blobs);
    await syncFolder(dataDir);
    return store;
  }

  /** Writes all chunks and syncs them. The result is the blob's id; if their source fails, nothing is left. */
  async write(chunks: AsyncIterable<Buffer>): Promise<string> {
    const id = newBlobId();
    const file = await open(this.#unfinishedPath(id), "wx", 0o600);
    try {
      await writeAll(file, chunks);
      // Named before the sync, so that one sync of the journal covers bytes and name.
      await link(this.#unfinishedPath(id), this.#path(id));
      await Promise.all([file.sync(), syncFolder(this.#folderOf(id))]);
    } catch (error) {
      await file.close();
      await this.drop(id);
      throw error;
    }
    await file.close();
    return id;
  }

  /** A second blob of the same bytes, so that a copy costs none. */
  async duplicate(id: string): Promise<string> {
    const copy = newBlobId();
    try {
      await linkOrCopy(this.#path(id), this.#unfinishedPath(copy));
      await link(this.#unfinishedPath(copy), this.#path(copy));
      await syncFolder(this.#folderOf(copy));
    } catch (error) {
      await this.drop(copy);
      throw error;
    }
    return copy;
  }

  /** To be called once a row names the blob. */
  async finish(id: string): Promise<void> {
    await unlink(this.#unfinishedPath(id));
  }

  /** Removes a blob that no row names. */
  async drop(id: string): Promise<void> {
    await unlinkIfThere(this.#path(id));
    await unlinkIfThere(this.#unfinishedPath(id));
  }

  /** Removes the file of a blob that no row names any more; false: not yet, somebody is reading it. */
  async remove(id: string): Promise<boolean> {
    const held = this.#held.get(id);
    if (held) {
      held.letGo = true;
      return false;
    }
    await unlinkIfThere(this.#path(id));
    return true;
  }

  /** Keeps blobs from being removed. What is returned ends that, and tells which of them are to be removed now. */
  hold(ids: readonly string[]): () => string[] {
    for (const id of ids) {
      const held = this.#held.get(id);
      if (held) held.holders += 1;
      else this.#held.set(id, { holders: 1, letGo: false });
    }
    return () => ids.filter((id) => this.#release(id));
  }

  #release(id: string): boolean {
    const held = this.#held.get(id);
    if (!held) return false;
    held.holders -= 1;
    if (held.holders > 0) return false;
    this.#held.delete(id);
    return held.letGo;
  }

  /** Bytes of a blob, as they are read. Throws where the file has fewer. */
  async *read(id: string, start: number, length: number): AsyncGenerator<Buffer> {
    const file = await open(this.#path(id), "r");
    try {
      const end = start + length;
      for (let position = start; position < end; ) {
        const chunk = Buffer.allocUnsafe(Math.min(readBytes, end - position));
        const { bytesRead } = await file.read(chunk, 0, chunk.length, position);
        if (bytesRead === 0) throw new Error(`The file of blob ${id} ends at ${position} bytes.`);
        yield chunk.subarray(0, bytesRead);
        position += bytesRead;
      }
    } finally {
      await file.close();
    }
  }

  /** The size of a blob's file in bytes; undefined where there is none. At once: for many, that is several times as fast. */
  sizeOf(id: string): number | undefined {
    return statSync(this.#path(id), { throwIfNoEntry: false })?.size;
  }

  /** What lies among the unfinished ones. */
  async unfinished(): Promise<string[]> {
    return await readdir(this.#unfinished);
  }

  /** The names of the files whose names have this start, one of blobPrefixes(). */
  async withPrefix(prefix: string): Promise<string[]> {
    return await readdir(join(this.#blobs, prefix));
  }

  #folderOf(id: string): string {
    return join(this.#blobs, id.slice(0, 2));
  }

  #path(id: string): string {
    return join(this.#folderOf(id), id);
  }

  #unfinishedPath(id: string): string {
    return join(this.#unfinished, id);
  }
}

/** The starts of blobs' ids, each with a folder of its own. */
export function blobPrefixes(): string[] {
  return Array.from({ length: 256 }, (_, value) => value.toString(16).padStart(2, "0"));
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (isMissing(error)) throw error;
    // Not every file system has links, nor any number of them.
    await copyFile(from, to);
    const file = await open(to, "r");
    await file.sync().finally(() => file.close());
  }
}

async function unlinkIfThere(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

function isMissing(error: unknown): boolean {
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
