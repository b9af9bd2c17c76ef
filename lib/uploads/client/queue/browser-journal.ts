import { type DBSchema, openDB, unwrap } from "idb";
import { askWorker } from "../prepare/ask-worker";
import { startCrossOriginWorker } from "../prepare/cross-origin-worker";
import { type EarlierAlbumWish, readAlbumWish } from "./album-wish";
import type { CopyReply, CopyRequest } from "./copy.worker";
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
const copyAgainAfterMs = 5000;
/** What happens within this time is written together. */
const gatherMs = 100;
const maxCopyBytes = 64 * 1024 * 1024;
const maxCopiesBytes = 512 * 1024 * 1024;
const maxShareOfQuota = 0.1;
const folderName = "pail-uploads";

/**
 * A journal in IndexedDB, of one viewer. A file's bytes are kept by its handle where the browser gave one, else as a copy in the
 * origin's private file system, within a budget. For one page at a time: whoever holds the viewer's lock.
 */
export async function openJournal(viewerId: string): Promise<Journal> {
  const db = await openRows();
  const copies = await (await navigator.storage.getDirectory()).getDirectoryHandle(folderName, {
    create: true,
  });
  const { quota = 0 } = await navigator.storage.estimate();
  const budget = Math.min(maxCopiesBytes, quota * maxShareOfQuota);
  const present = new Map<string, Row>();
  /** of rows that are to be written */
  let changed = new Set<string>();
  let copiedBytes = 0;
  let copying: Promise<void> = Promise.resolve();
  let copier: Worker | undefined;

  const warned = (work: Promise<void>): Promise<void> =>
    work.catch((error: unknown) => {
      console.warn("the journal of uploads could not be written", error);
    });

  async function copyAt(dueMs: number, id: string, file: File): Promise<void> {
    const waitMs = dueMs - performance.now();
    if (waitMs > 0) await wait(waitMs);
    const row = present.get(id);
    if (row === undefined || file.size > maxCopyBytes || copiedBytes + file.size > budget) return;
    const outcome = await askCopier({ file, folder: folderName, name: id });
    if (outcome.status === "failed") throw new Error(outcome.reason);
    const now = present.get(id);
    if (now === undefined) {
      await copies.removeEntry(id).catch(nullIfGone);
      return;
    }
    copiedBytes += file.size;
    put({ ...now, isCopied: true });
  }

  /** Until it is done, or need not be any more: without a network, the worker's script may not come. */
  async function askCopier(question: CopyRequest): Promise<CopyReply | { status: "not_needed" }> {
    while (present.has(question.name)) {
      copier ??= startCrossOriginWorker(
        () => new Worker(new URL("./copy.worker.ts", import.meta.url), { type: "module" }),
      );
      try {
        return await askWorker<CopyRequest, CopyReply>(copier, question);
      } catch {
        // One that died would leave the next question without an answer.
        copier = undefined;
        await wait(copyAgainAfterMs);
      }
    }
    return { status: "not_needed" };
  }

  function put(row: Row): void {
    present.set(row.id, row);
    touch(row.id);
  }

  function touch(id: string): void {
    if (changed.size === 0) setTimeout(() => void warned(writeChanged()), gatherMs);
    changed.add(id);
  }

  /** All of it in one transaction: thousands of files in thousands of them would keep the page busy. */
  async function writeChanged(): Promise<void> {
    const ids = changed;
    changed = new Set();
    const rows = db.transaction("files", "readwrite");
    // Only their common end is of interest: a promise for each would be thrown away.
    const store = unwrap(rows.store);
    for (const id of ids) {
      const row = present.get(id);
      if (row === undefined) store.delete(id);
      else store.put(row);
    }
    await rows.done;
  }

  function add(id: string, file: File, progress: Progress): void {
    const { name, type, size: bytes, lastModified } = file;
    const { handle } = sourceOf(file);
    const row: Row = {
      ...{ id, viewerId, name, type, bytes, lastModified, isCopied: false, ...progress },
      ...(handle && { handle }),
    };
    put(row);
    if (handle !== undefined) return;
    const dueMs = performance.now() + copyAfterMs;
    copying = warned(copying.then(() => copyAt(dueMs, id, file)));
  }

  function note(id: string, progress: Progress): void {
    const row = present.get(id);
    if (row !== undefined) put({ ...row, ...progress });
  }

  function forget(id: string): void {
    const row = present.get(id);
    if (row === undefined) return;
    present.delete(id);
    touch(id);
    if (!row.isCopied) return;
    copiedBytes -= row.bytes;
    void warned(copies.removeEntry(id));
  }

  async function readInterrupted(): Promise<InterruptedUpload[]> {
    try {
      return await readRows();
    } catch (error) {
      console.warn("the journal of uploads could not be read", error);
      return [];
    }
  }

  async function readRows(): Promise<InterruptedUpload[]> {
    const rows = await db.getAllFromIndex("files", "viewer", viewerId);
    for (const row of rows) present.set(row.id, row);
    copiedBytes = rows.reduce((sum, row) => sum + (row.isCopied ? row.bytes : 0), 0);
    await removeStrays();
    return Promise.all(rows.map((row) => interruptedOf(row)));
  }

  /** Half-written copies of a page that was closed. */
  async function removeStrays(): Promise<void> {
    const known = new Set((await db.getAll("files")).filter((row) => row.isCopied).map((row) => row.id));
    for await (const id of copies.keys()) if (!known.has(id)) await copies.removeEntry(id);
  }

  async function interruptedOf(written: Row): Promise<InterruptedUpload> {
    // An earlier build may have known less.
    const row = { ...noProgress, ...written, albumWish: readAlbumWish(written) };
    const { handle, isCopied } = row;
    if (isCopied) return { ...row, open: () => openCopy(row), asksPermission: false };
    if (handle === undefined) return { ...row, open: null, asksPermission: false };
    const asksPermission = (await handle.queryPermission?.({ mode: "read" })) === "prompt";
    return { ...row, open: () => openHandle(handle), asksPermission };
  }

  async function openCopy({ id, name, type, lastModified }: Row): Promise<File | null> {
    try {
      const copied = await (await copies.getFileHandle(id)).getFile();
      return new File([copied], name, { type, lastModified });
    } catch (error) {
      return nullIfGone(error);
    }
  }

  return { add, note, forget, readInterrupted };
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

const openRows = () =>
  openDB<Schema>("pail-uploads", 1, {
    upgrade: (fresh) => fresh.createObjectStore("files", { keyPath: "id" }).createIndex("viewer", "viewerId"),
  });

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function openHandle(handle: FileSystemFileHandle): Promise<File | null> {
  try {
    await handle.requestPermission?.({ mode: "read" });
    return await handle.getFile();
  } catch (error) {
    return nullIfGone(error);
  }
}

/** Moved, deleted, or not allowed. */
function nullIfGone(error: unknown): null {
  if (error instanceof DOMException) return null;
  throw error;
}

declare global {
  /** Chromium's alone. */
  interface FileSystemHandle {
    queryPermission?(descriptor: { mode: "read" }): Promise<PermissionState>;
    requestPermission?(descriptor: { mode: "read" }): Promise<PermissionState>;
  }
}
