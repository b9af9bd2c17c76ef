import "server-only";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { copyFile, link, mkdir, open, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import path from "node:path";
import { AppError } from "@/lib/errors";

/** Hidden, so that whoever looks through the folder, or imports it, passes over what a crash has left. */
export const asideName = (name: string): string => `.pail-${name}.part`;

export interface WantedFile {
  bytes: number;
  /** base64 */
  sha256: string;
  modifiedAt: Date;
}

/**
 * Writes a file under another name, and gives it its own once all its bytes are on the disk and are those that are wanted. Throws
 * AppError `bytes_differ` where they are not, and `unwritable` where the folder takes it not.
 */
export async function putFile(
  folder: string,
  name: string,
  body: AsyncIterable<Uint8Array>,
  { bytes, sha256, modifiedAt }: WantedFile,
): Promise<void> {
  await aside(folder, name, async (file) => {
    const hash = createHash("sha256");
    let written = 0;
    const handle = await writing(folder, () => open(file, "w"));
    try {
      for await (const chunk of body) {
        hash.update(chunk);
        written += chunk.length;
        await writing(folder, () => handle.writeFile(chunk));
      }
      if (written !== bytes || hash.digest("base64") !== sha256)
        throw new AppError("bytes_differ", "Its bytes are not those that were stored: it was left out.");
      await writing(folder, () => handle.sync());
    } finally {
      await handle.close();
    }
    await writing(folder, () => utimes(file, modifiedAt, modifiedAt));
  });
}

/** The same of a file that another folder has already: one file under two names, where the disk knows that. */
export async function putLink(folder: string, name: string, existing: string): Promise<void> {
  await aside(folder, name, async (file) => {
    try {
      await link(existing, file);
    } catch {
      const { mtime } = await stat(existing);
      await writing(folder, () => copyFile(existing, file));
      await writing(folder, () => utimes(file, mtime, mtime));
    }
  });
}

/** A small file. One that says the same already stays as it is. */
export async function putText(folder: string, name: string, text: string): Promise<void> {
  if ((await readFile(path.join(folder, name), "utf8").catch(() => null)) === text) return;
  await aside(folder, name, (file) =>
    writing(folder, async () => {
      const handle = await open(file, "w");
      try {
        await handle.writeFile(text);
        await handle.sync();
      } finally {
        await handle.close();
      }
    }),
  );
}

export async function makeFolder(folder: string): Promise<void> {
  await writing(folder, () => mkdir(folder, { recursive: true }));
}

/** Whether there is a file of these bytes. */
export async function isThere(file: string, { bytes, sha256 }: WantedFile): Promise<boolean> {
  const found = await stat(file).catch(() => null);
  if (!found?.isFile() || found.size !== bytes) return false;
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest("base64") === sha256;
}

async function aside(folder: string, name: string, write: (file: string) => Promise<void>): Promise<void> {
  const file = path.join(folder, asideName(name));
  try {
    await rm(file, { force: true });
    await write(file);
    await writing(folder, () => rename(file, path.join(folder, name)));
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
}

/** What the disk refuses, in a sentence. */
async function writing<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const isFull = code === "ENOSPC" || code === "EDQUOT";
    const sentence = isFull
      ? `There is no room left in ${folder}: make room and run it again, and it goes on.`
      : `${folder} cannot be written (${code}).`;
    throw new AppError("unwritable", sentence, { cause });
  }
}
