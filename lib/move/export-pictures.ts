import "server-only";
import path from "node:path";
import { AppError } from "@/lib/errors";
import type { ImageRow } from "@/lib/images/gallery";
import { type ExportReport, FolderExport, type Places } from "./export-folder";
import {
  type Album,
  countTrashed,
  type ExportedOwner,
  listAlbumsOf,
  listOwners,
  picturesInNoAlbum,
  picturesOf,
} from "./exported-pictures";
import { fileKey, folderNames, safeName } from "./file-names";

export interface ExportOptions {
  /** Whose pictures; null: everybody's, in a folder each. */
  email: string | null;
  /** the names of the albums that are wanted; empty: all pictures */
  albums: string[];
  onProgress?(done: number): void;
}

/**
 * Writes originals, as they are, into a folder that people and other programs can read: “Albums”, and “Pictures” by year and month
 * for those in no album. Run again, it goes on with what is not there. See “An export” in README.md.
 *
 * @throws AppError `not_found` where there is no such account or album, `unwritable`; StorageError
 */
export async function exportPictures(
  folder: string,
  options: ExportOptions,
): Promise<ExportReport & { trashed: number }> {
  const owners = await listOwners(options.email);
  if (owners.length === 0)
    throw new AppError(
      "not_found",
      `Nobody has an account${options.email ? ` as ${options.email}` : ""} here.`,
    );
  const report: ExportReport = { written: 0, writtenBytes: 0, present: 0, stale: 0, failed: [] };
  const albumsOf = new Map<string, Album[]>();
  for (const { id } of owners) albumsOf.set(id, await listAlbumsOf(id));
  requireAlbums(options.albums, [...albumsOf.values()].flat());
  for (const owner of owners) {
    const base = options.email === null ? path.join(folder, safeName(owner.email)) : folder;
    await exportOwner(base, owner, albumsOf.get(owner.id) ?? [], options, report);
  }
  return { ...report, trashed: await countTrashed(owners.map(({ id }) => id)) };
}

function requireAlbums(wanted: string[], all: Album[]): void {
  const missing = wanted.find((name) => !all.some((album) => album.name === name));
  if (missing !== undefined) throw new AppError("not_found", `There is no album “${missing}”.`);
}

async function exportOwner(
  base: string,
  { id, name, email }: ExportedOwner,
  albums: Album[],
  { albums: wanted, onProgress }: ExportOptions,
  report: ExportReport,
): Promise<void> {
  const owner = { name, email };
  const places: Places = new Map();
  const fill = async (folder: FolderExport, pages: AsyncIterable<ImageRow[]>) => {
    for await (const rows of pages) {
      await folder.add(rows);
      onProgress?.(report.written + report.present + report.failed.length);
    }
    await folder.close();
  };
  // Also those of albums that are not wanted: their names stay what they are in a whole export.
  const taken = new Set<string>();
  for (const album of albums) {
    const place = path.join(base, "Albums", freeName(album.name, taken));
    if (wanted.length > 0 && !wanted.includes(album.name)) continue;
    await fill(await FolderExport.open(place, { owner, album }, places, report), picturesOf(album));
  }
  if (wanted.length > 0) return;
  let month = null as { place: string; folder: FolderExport } | null;
  for await (const rows of picturesInNoAlbum(id)) {
    for (const [place, some] of byMonth(base, rows)) {
      if (month?.place !== place) {
        await month?.folder.close();
        month = { place, folder: await FolderExport.open(place, { owner, album: null }, places, report) };
      }
      await month.folder.add(some);
    }
    onProgress?.(report.written + report.present + report.failed.length);
  }
  await month?.folder.close();
}

function freeName(text: string, taken: Set<string>): string {
  for (const name of folderNames(text)) {
    if (taken.has(fileKey(name))) continue;
    taken.add(fileKey(name));
    return name;
  }
  throw new Error("there is always another name");
}

/** By their cameras' clocks. They come in that order. */
function byMonth(base: string, rows: ImageRow[]): Map<string, ImageRow[]> {
  return Map.groupBy(rows, ({ capturedAt }) => {
    const [year = "", month = ""] = capturedAt.toISOString().split("-", 2);
    return path.join(base, "Pictures", year, month);
  });
}
