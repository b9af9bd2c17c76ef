import "server-only";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

const purposes = ["original", "received"] as const;
type Purpose = (typeof purposes)[number];

/** Whoever writes into one does so more often. */
const leftAfterMs = 60 * 60 * 1000;

/** A folder for as long as the work takes. What a crash leaves of it, `sweepTemporaryFolders` deletes. */
export async function inTemporaryFolder<T>(
  purpose: Purpose,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(path.join(os.tmpdir(), prefixOf(purpose)));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const prefixOf = (purpose: Purpose): string => `pail-${purpose}-`;

/** Deletes those that nobody has written to for an hour, whichever process made them; returns how many. */
export async function sweepTemporaryFolders(): Promise<number> {
  const names = await readdir(os.tmpdir());
  const folders = names.filter((name) => purposes.some((purpose) => name.startsWith(prefixOf(purpose))));
  let deleted = 0;
  for (const name of folders) {
    const folder = path.join(os.tmpdir(), name);
    if (!(await isLeft(folder))) continue;
    await rm(folder, { recursive: true, force: true });
    deleted += 1;
  }
  return deleted;
}

async function isLeft(folder: string): Promise<boolean> {
  try {
    const { mtimeMs, uid } = await stat(folder);
    if (uid !== (process.getuid?.() ?? uid)) return false;
    const files = await Promise.all((await readdir(folder)).map((name) => stat(path.join(folder, name))));
    return Date.now() - Math.max(mtimeMs, ...files.map((file) => file.mtimeMs)) > leftAfterMs;
  } catch (error) {
    // Whoever made it has just deleted it.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}
