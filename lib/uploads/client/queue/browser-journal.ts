import { type DBSchema, type IDBPDatabase, openDB, unwrap } from "idb";
import { type EarlierAlbumWish, readAlbumWish } from "./album-wish";
import { FileCopies, nullIfGone } from "./file-copies";
import { sourceOf } from "./file-source";
import { type InterruptedUpload, type Journal, noProgress, type Progress } from "./journal";

interface Row extends Progress, EarlierAlbumWish {
  id: string;
  viewerId: string;
  name: string;
  type: string;
  bytes: number;
  lastModified: number;
  handle?: FileSystemFileHandle;
  /** whether its bytes lie in the origin's private file system, under its id */
  isCopied: boolean;
}

interface Schema extends DBSchema {
  files: { key: string; value: Row; indexes: { viewer: string } };
}

/** What is sent sooner needs no copy. */
const copyAfterMs = 2000;
/** What happens within this time is written together. */
const gatherMs = 100;

/**
 * A journal in IndexedDB, of one viewer. A file's bytes are kept by its handle where the browser gave one, else as a copy in the
 * origin's private file system, within a budget; where there is none of these, the file has to be chosen again. For one page at a time: whoever holds the viewer's lock. See "Resume after a
 * reload" in lib/uploads/README.md.
 */
export class BrowserJournal implements Journal {
  readonly #rows = new Map<string, Row>();
  /** ids of rows that are to be written */
  #changed = new Set<string>();
  #copying: Promise<void> = Promise.resolve();
  #isWritten = true;

  private constructor(
    private readonly db: IDBPDatabase<Schema>,
    private readonly copies: FileCopies | null,
    private readonly viewerId: string,
  ) {}

  /** Throws where the browser keeps nothing. */
  static async open(viewerId: string): Promise<BrowserJournal> {
    const db = await openRows();
    return new BrowserJournal(db, await openCopies(), viewerId);
  }

  get isLasting(): boolean {
    return this.#isWritten;
  }

  add(id: string, file: File, progress: Progress): void {
    const { name, type, size: bytes, lastModified } = file;
    const { viewerId } = this;
    const { handle } = sourceOf(file);
    this.#put({
      id,
      viewerId,
      name,
      type,
      bytes,
      lastModified,
      isCopied: false,
      ...progress,
      ...(handle && { handle }),
    });
    const { copies } = this;
    if (handle !== undefined || copies === null) return;
    const dueMs = performance.now() + copyAfterMs;
    this.#copying = warned(this.#copying.then(() => this.#copyAt(dueMs, id, file, copies)));
  }

  note(id: string, progress: Progress): void {
    const row = this.#rows.get(id);
    if (row !== undefined) this.#put({ ...row, ...progress });
  }

  forget(id: string): void {
    const row = this.#rows.get(id);
    if (row === undefined) return;
    this.#rows.delete(id);
    this.#writeSoon(id);
    if (row.isCopied && this.copies !== null) void warned(this.copies.remove(id, row.bytes));
  }

  async readInterrupted(): Promise<InterruptedUpload[]> {
    try {
      return await this.#readRows();
    } catch (error) {
      console.warn("the journal of uploads could not be read", error);
      return [];
    }
  }

  async #copyAt(dueMs: number, id: string, file: File, copies: FileCopies): Promise<void> {
    const waitMs = dueMs - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    const { status } = await copies.copy(id, file, () => this.#rows.has(id));
    const row = this.#rows.get(id);
    if (status === "copied" && row !== undefined) this.#put({ ...row, isCopied: true });
  }

  #put(row: Row): void {
    this.#rows.set(row.id, row);
    this.#writeSoon(row.id);
  }

  #writeSoon(id: string): void {
    if (this.#changed.size === 0) setTimeout(() => void warned(this.#writeGathered()), gatherMs);
    this.#changed.add(id);
  }

  async #writeGathered(): Promise<void> {
    try {
      await this.#writeChanged();
      this.#isWritten = true;
    } catch (error) {
      this.#isWritten = false;
      throw error;
    }
  }

  /** All of it in one transaction: thousands of files in thousands of them would keep the page busy. */
  async #writeChanged(): Promise<void> {
    const ids = this.#changed;
    this.#changed = new Set();
    const transaction = this.db.transaction("files", "readwrite");
    // Only their common end is of interest: a promise for each would be thrown away.
    const store = unwrap(transaction.store);
    for (const id of ids) {
      const row = this.#rows.get(id);
      if (row === undefined) store.delete(id);
      else store.put(row);
    }
    await transaction.done;
  }

  async #readRows(): Promise<InterruptedUpload[]> {
    const rows = await this.db.getAllFromIndex("files", "viewer", this.viewerId);
    for (const row of rows) this.#rows.set(row.id, row);
    if (this.copies !== null) await this.#tidy(this.copies, rows);
    return Promise.all(rows.map((row) => this.#interruptedOf(row)));
  }

  async #tidy(copies: FileCopies, rows: readonly Row[]): Promise<void> {
    copies.setCopiedBytes(rows.reduce((sum, row) => sum + (row.isCopied ? row.bytes : 0), 0));
    // The copies of other viewers stay.
    const copied = (await this.db.getAll("files")).filter((row) => row.isCopied);
    await copies.removeAllBut(new Set(copied.map((row) => row.id)));
  }

  async #interruptedOf(written: Row): Promise<InterruptedUpload> {
    // An earlier build may have known less.
    const row = { ...noProgress, ...written, albumWish: readAlbumWish(written) };
    const { id, handle, isCopied } = row;
    const { copies } = this;
    if (isCopied && copies !== null)
      return { ...row, open: () => copies.read(id, row), asksPermission: false };
    if (handle === undefined) return { ...row, open: null, asksPermission: false };
    const asksPermission = (await handle.queryPermission?.({ mode: "read" })) === "prompt";
    return { ...row, open: () => openHandle(handle), asksPermission };
  }
}

/** Asks to read what was left in files. To be called by a click, in whichever page: what is granted holds for all of them. */
export async function askPermission(viewerId: string): Promise<void> {
  const db = await openRows();
  try {
    for (const { handle } of await db.getAllFromIndex("files", "viewer", viewerId))
      await handle?.requestPermission?.({ mode: "read" });
  } catch (error) {
    // Not allowed: whoever opens the file sees it too.
    nullIfGone(error);
  } finally {
    db.close();
  }
}

/** null where the browser keeps no files for pages, like Firefox's private windows and WebKitGTK. */
async function openCopies(): Promise<FileCopies | null> {
  try {
    return await FileCopies.open();
  } catch (error) {
    console.info("chosen files cannot be kept for a later page, which will ask for them again", error);
    return null;
  }
}

const openRows = () =>
  openDB<Schema>("pail-uploads", 1, {
    upgrade: (fresh) => fresh.createObjectStore("files", { keyPath: "id" }).createIndex("viewer", "viewerId"),
  });

const warned = (work: Promise<void>): Promise<void> =>
  work.catch((error: unknown) => {
    console.warn("the journal of uploads could not be written", error);
  });

async function openHandle(handle: FileSystemFileHandle): Promise<File | null> {
  try {
    await handle.requestPermission?.({ mode: "read" });
    return await handle.getFile();
  } catch (error) {
    return nullIfGone(error);
  }
}

declare global {
  /** Chromium's alone. */
  interface FileSystemHandle {
    queryPermission?(descriptor: { mode: "read" }): Promise<PermissionState>;
    requestPermission?(descriptor: { mode: "read" }): Promise<PermissionState>;
  }
}
