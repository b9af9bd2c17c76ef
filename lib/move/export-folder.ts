import "server-only";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { readUnedited } from "@/lib/images/captured";
import { offsetOf } from "@/lib/images/clock-time";
import { readFacts } from "@/lib/images/facts";
import type { ImageRow } from "@/lib/images/gallery";
import { media } from "@/lib/storage/locations";
import {
  type ExportedFolder,
  type ExportedPicture,
  exportVersion,
  factsName,
  factsShape,
  textOfFacts,
} from "./export-format";
import { type Album, albumNamesOf, positionsIn } from "./exported-pictures";
import { fileKey, fileNames } from "./file-names";
import { isThere, makeFolder, putFile, putLink, putText, type WantedFile } from "./put-file";
import { failureOf, inParallel } from "./tries";

const filesAtOnce = 4;

export interface ExportReport {
  /** files that were written, also a second one of a picture */
  written: number;
  writtenBytes: number;
  /** that were there already, with the same bytes */
  present: number;
  /** of an earlier export, of pictures that are no longer in Pail, or elsewhere: let be */
  stale: number;
  failed: { id: string; title: string; reason: string }[];
}

/** Where the files of pictures are that are in several albums, by their ids. */
export type Places = Map<string, string>;

interface Head extends Pick<ExportedFolder, "owner"> {
  album: Album | null;
}

/** One folder of an export: its pictures, and what is known of them. */
export class FolderExport {
  readonly #entries: ExportedPicture[] = [];
  readonly #taken = new Set<string>();
  /** by an earlier export */
  #earlier = new Map<string, string>();
  /** what lies there, by how file systems compare names */
  #onDisk = new Map<string, string>();

  private constructor(
    readonly folder: string,
    readonly head: Head,
    readonly places: Places,
    readonly report: ExportReport,
  ) {}

  /** Makes the folder, or goes on with what is in it. Throws AppError `unwritable`. */
  static async open(folder: string, head: Head, places: Places, report: ExportReport): Promise<FolderExport> {
    const opened = new FolderExport(folder, head, places, report);
    await makeFolder(folder);
    opened.#earlier = await readEarlier(folder);
    opened.#onDisk = new Map((await readdir(folder)).map((name) => [fileKey(name), name]));
    return opened;
  }

  /** Throws AppError `unwritable`, and StorageError where the bucket is not to be had. */
  async add(rows: ImageRow[]): Promise<void> {
    const ids = rows.map(({ id }) => id);
    const albumNames = await albumNamesOf(ids);
    const positions = this.head.album === null ? null : await positionsIn(this.head.album.id, ids);
    const files: { row: ImageRow; file: string; isPresent: boolean }[] = [];
    for (const row of rows) files.push({ row, ...(await this.nameFor(row)) });
    const added = new Map<string, ExportedPicture>();
    await inParallel(filesAtOnce, files, async ({ row, file, isPresent }) => {
      const names = albumNames.get(row.id) ?? [];
      const error = isPresent ? null : await failureOf(() => this.bring(row, file));
      if (error === null) added.set(row.id, factsOf(row, file, names, positions?.get(row.id)));
      else this.report.failed.push({ id: row.id, title: row.title, reason: error.message });
      if (error === null && names.length > 1) this.places.set(row.id, path.join(this.folder, file));
      this.report.present += Number(isPresent);
    });
    this.#entries.push(...rows.flatMap(({ id }) => added.get(id) ?? []));
  }

  /** Writes down what is known of the pictures; until then an export that is run again finds them by their bytes. */
  async close(): Promise<void> {
    const ids = new Set(this.#entries.map(({ id }) => id));
    this.report.stale += [...this.#earlier.keys()].filter((id) => !ids.has(id)).length;
    const { owner, album } = this.head;
    const head = { owner, album: album && factsOfAlbum(album, ids) };
    const facts = { pail: "export", version: exportVersion, ...head, pictures: this.#entries } as const;
    await putText(this.folder, factsName, textOfFacts(facts));
  }

  private async bring(row: ImageRow, file: string): Promise<void> {
    const elsewhere = this.places.get(row.id);
    if (elsewhere !== undefined && (await isThere(elsewhere, wantedOf(row))))
      await putLink(this.folder, file, elsewhere);
    else {
      const storage = media();
      const body = await storage.open(storage.nameOf(row.keys.original));
      await putFile(this.folder, file, body, wantedOf(row));
    }
    this.report.written += 1;
    this.report.writtenBytes += row.bytes;
  }

  /** As it was called before, where it was; else as it is called. What others have put there keeps its name and its bytes. */
  private async nameFor(row: ImageRow): Promise<{ file: string; isPresent: boolean }> {
    for (const file of this.candidatesFor(row)) {
      const key = fileKey(file);
      if (this.#taken.has(key)) continue;
      const onDisk = this.#onDisk.get(key);
      const isPresent = onDisk === file && (await isThere(path.join(this.folder, file), wantedOf(row)));
      if (onDisk !== undefined && !isPresent) continue;
      this.#taken.add(key);
      return { file, isPresent };
    }
    throw new Error("there is always another name");
  }

  private *candidatesFor(row: ImageRow): Generator<string> {
    const earlier = this.#earlier.get(row.id);
    if (earlier !== undefined) yield earlier;
    yield* fileNames(row);
  }
}

/** The names of files by the ids of their pictures; none where there was no export, or one of another version. */
async function readEarlier(folder: string): Promise<Map<string, string>> {
  try {
    const { pictures } = factsShape.parse(JSON.parse(await readFile(path.join(folder, factsName), "utf8")));
    return new Map(pictures.map(({ id, file }) => [id, path.basename(file)]));
  } catch {
    return new Map();
  }
}

const wantedOf = ({ bytes, sha256, ...row }: ImageRow): WantedFile => ({
  bytes,
  sha256,
  modifiedAt: momentOf(row),
});

/** Where nobody noted the zone, this machine's clock is to show the same as the camera's. */
function momentOf({
  capturedAt,
  capturedZoneMinutes,
}: Pick<ImageRow, "capturedAt" | "capturedZoneMinutes">): Date {
  if (capturedZoneMinutes !== null) return new Date(capturedAt.getTime() - capturedZoneMinutes * 60_000);
  const [date = "", time = ""] = capturedAt.toISOString().slice(0, -1).split("T");
  return new Date(`${date}T${time}`);
}

/** `ids` are those of the pictures that are in it. */
const factsOfAlbum = (
  { name, createdAt, description, sorting, coverId }: Album,
  ids: ReadonlySet<string>,
): ExportedFolder["album"] => ({
  ...{ name, createdAt: createdAt.toISOString(), description, sorting },
  cover: coverId !== null && ids.has(coverId) ? coverId : null,
});

function factsOf(
  row: ImageRow,
  file: string,
  albums: string[],
  position: number | undefined,
): ExportedPicture {
  const { id, title, name, type, bytes, width, height, capturedSource } = row;
  const { description, altText, isFavourite } = row;
  const unedited = row.isDateEdited ? readUnedited(row.facts) : null;
  return {
    ...{ id, file, title, description, altText, isFavourite, name, type, bytes },
    sha256: Buffer.from(row.sha256, "base64").toString("hex"),
    ...{ width, height },
    capturedAt: clockOf(row.capturedAt, row.capturedZoneMinutes),
    capturedSource,
    dateBefore: unedited && {
      capturedAt: clockOf(new Date(unedited.at), unedited.zoneMinutes),
      capturedSource: unedited.source,
    },
    addedAt: row.createdAt.toISOString(),
    albums,
    ...(position !== undefined && { position }),
    facts: { ...readFacts(row.facts) },
  };
}

/** Like 2024-07-01T00:30:00.000+02:00, or without an offset where nobody noted it. */
const clockOf = (at: Date, zoneMinutes: number | null): string =>
  at.toISOString().slice(0, -1) + (zoneMinutes === null ? "" : offsetOf(zoneMinutes));
