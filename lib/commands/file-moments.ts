import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { isoOf } from "@/lib/api/file-date";
import type { FileDate } from "@/lib/images/contract";
import { fileDateAt } from "@/lib/uploads/client/file-date";
import { isSidecarName, readSidecar, Sidecars } from "@/lib/uploads/client/takeout";

/** When a file was last changed, and when its picture was taken by a Google Takeout's file beside it, as the API takes both. */
export async function momentsOf(file: string): Promise<{ lastModified?: string; takenAt?: string }> {
  const lastModified = momentAt((await stat(file)).mtimeMs, "file");
  const takenAt = momentAt((await takenAtOf(file)) ?? 0, "sidecar");
  return { ...(lastModified !== null && { lastModified }), ...(takenAt !== null && { takenAt }) };
}

function momentAt(momentMs: number, source: FileDate["source"]): string | null {
  const date = fileDateAt(momentMs, source);
  return date === null ? null : isoOf(date);
}

async function takenAtOf(file: string): Promise<number | null> {
  const folder = path.dirname(file);
  const sidecar = (await sidecarsIn(folder)).find(path.basename(file));
  return sidecar === null ? null : readSidecar(await readFile(path.join(folder, sidecar), "utf8"));
}

// Files come folder by folder: of each its names are read once.
let last: { folder: string; sidecars: Promise<Sidecars> } | null = null;

function sidecarsIn(folder: string): Promise<Sidecars> {
  if (last?.folder !== folder)
    last = { folder, sidecars: readdir(folder).then((names) => new Sidecars(names.filter(isSidecarName))) };
  return last.sidecars;
}
