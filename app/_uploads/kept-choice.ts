const maxFileBytes = 64 * 1024 * 1024;
const maxBytes = 512 * 1024 * 1024;

const keyOf = (viewerId: string): string => `pail-chosen-${viewerId}`;

/** Reads and writes come one after another. */
let before: Promise<unknown> = Promise.resolve();

/**
 * Keeps files that were chosen while what sends them does not come, as in a page of an earlier build, for the viewer's next
 * page: as many as fit into 512 MiB, none over 64 MiB. Resolves to whether all of them are kept.
 */
export function keepChoice(viewerId: string, files: File[]): Promise<boolean> {
  const kept = fitting(files);
  return inTurn(async () => {
    await withFiles("readwrite", (store) => store.put(kept, viewerId));
    localStorage.setItem(keyOf(viewerId), "1");
    return kept.length === files.length;
  }, false);
}

/** What an earlier page has kept, once: whoever takes it sends it. */
export function takeChoice(viewerId: string): Promise<File[]> {
  if (localStorage.getItem(keyOf(viewerId)) === null) return Promise.resolve([]);
  return inTurn(async () => {
    localStorage.removeItem(keyOf(viewerId));
    let files: File[] = [];
    await withFiles("readwrite", (store) => {
      const reading = store.get(viewerId);
      reading.onsuccess = () => {
        files = reading.result ?? [];
      };
      store.delete(viewerId);
    });
    return files;
  }, []);
}

/** What the share sheet has brought, of these ids, once: the service worker has kept it under them. */
export function takeShared(ids: string[]): Promise<File[]> {
  return inTurn(async () => {
    const files: File[] = [];
    await withFiles("readwrite", (store) => {
      for (const id of ids) {
        const reading = store.get(`shared-${id}`);
        reading.onsuccess = () => files.push(...(reading.result ?? []));
        store.delete(`shared-${id}`);
      }
    });
    return files;
  }, []);
}

function fitting(files: File[]): File[] {
  let bytes = 0;
  return files.filter(({ size }) => {
    if (size > maxFileBytes || bytes + size > maxBytes) return false;
    bytes += size;
    return true;
  });
}

/** A private window, or a full disk, may refuse to keep anything. */
function inTurn<T>(work: () => Promise<T>, otherwise: T): Promise<T> {
  const done = before.then(work).catch((error: unknown) => {
    console.warn("what was chosen cannot be kept for a later page", error);
    return otherwise;
  });
  before = done;
  return done;
}

/** Resolves once what is done there is on the disk. */
function withFiles(mode: IDBTransactionMode, work: (store: IDBObjectStore) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("pail-chosen", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("files");
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const transaction = opening.result.transaction("files", mode);
      const settle = (end: () => void) => () => {
        opening.result.close();
        end();
      };
      transaction.oncomplete = settle(resolve);
      transaction.onabort = settle(() => reject(transaction.error));
      work(transaction.objectStore("files"));
    };
  });
}
