import { BlobRegistry } from "./blob-registry";
import { BlobStore } from "./blob-store";
import { IndexDatabase } from "./database";
import { ObjectIndex } from "./object-index";
import { makePrivate } from "./private-folder";
import { recover } from "./recover";
import type { Store } from "./store";
import { UploadIndex } from "./upload-index";

/**
 * Opens a folder, or makes one. This process then has it alone, and what an earlier process was in the middle of is
 * ended. Rejects with SQLite's or Node's own error where the folder is in use or cannot be written.
 */
export async function openStore(
  dataDir: string,
  now: () => Date,
  log: (record: Record<string, unknown>) => void,
): Promise<Store & { close(): void }> {
  makePrivate(dataDir);
  const db = new IndexDatabase(dataDir);
  const index = new ObjectIndex(db);
  const store = {
    index,
    uploads: new UploadIndex(db, index),
    registry: new BlobRegistry(db),
    blobs: await BlobStore.open(dataDir),
    now,
    log: (record: Record<string, unknown>) => log({ level: "info", ...record }),
    report: (what: string, error: unknown) => log({ level: "error", message: what, error: String(error) }),
    close: () => db.close(),
  };
  await recover(store);
  return store;
}
