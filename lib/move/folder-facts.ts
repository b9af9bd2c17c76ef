import "server-only";
import path from "node:path";
import { z } from "zod";
import type { AlbumSorting } from "@/lib/albums/contract";
import { AppError } from "@/lib/errors";
import { readClockTime } from "@/lib/images/clock-time";
import type { FileDate } from "@/lib/images/contract";
import { variantKinds } from "@/lib/images/variants";
import { fileDateAt } from "@/lib/uploads/client/file-date";
import { readSidecar, Sidecars } from "@/lib/uploads/client/takeout";
import { type ExportedPicture, exportVersion, factsName, factsShape } from "./export-format";
import type { Source } from "./import-source";
import type { PictureFolder } from "./picture-folders";

/** What is said of a picture beside it. */
export interface SaidOfPicture {
  /** of its file */
  name: string;
  /** null where nobody gave it one */
  title: string | null;
  description: string;
  altText: string;
  isFavourite: boolean;
  /** what a person set as its date; null where nobody did */
  editedDate: { at: string; zone: "kept" | "none" } | null;
  fileDate: FileDate | undefined;
  /** base64; undefined where nobody said it */
  sha256: string | undefined;
  /** its place in the album, by hand; undefined where nobody said it */
  position?: number | undefined;
  /** chosen as the album's cover */
  isCover?: boolean;
}

/** What is said of an album in its folder: of a Takeout's only the name is known. */
export interface SaidOfAlbum {
  name: string;
  createdAt: Date | null;
  description: string;
  sorting: AlbumSorting;
}

/** What is said of a folder in it. */
export interface SaidOfFolder {
  pictures: string[];
  /** null: it is none */
  album: SaidOfAlbum | null;
  /** how many files say nothing, or are not offered */
  leftOut: number;
  /** Files that are named, and not there; or that say what cannot be read. */
  failed: { file: string; reason: string }[];
  of(picture: string): Promise<SaidOfPicture>;
}

/**
 * What an export or a Google Takeout says of a folder and its pictures. Throws AppError `usage` for an export of a newer Pail.
 */
export async function readFolder(source: Source, folder: PictureFolder): Promise<SaidOfFolder> {
  const exported = folder.sidecars.includes(factsName) ? await readExport(source, folder) : null;
  return exported ?? (await readTakeout(source, folder));
}

async function readExport(source: Source, folder: PictureFolder): Promise<SaidOfFolder | null> {
  const file = source.join(folder.place, factsName);
  const said = parse(await source.text(file));
  if (said === undefined) {
    const takeout = await readTakeout(source, folder);
    const failed = [{ file, reason: "It is damaged, so titles and albums are not known." }];
    return { ...takeout, failed };
  }
  const { pail, version } = (said ?? {}) as { pail?: unknown; version?: unknown };
  if (pail !== "export") return null;
  if (Number(version) > exportVersion)
    throw new AppError("usage", `${source.label(file)} is of a newer Pail: import it with that one.`);
  const facts = factsShape.safeParse(said);
  if (!facts.success) {
    const takeout = await readTakeout(source, folder);
    return { ...takeout, failed: [{ file, reason: "It does not say what a pail.json says." }] };
  }
  const byFile = new Map(facts.data.pictures.map((picture) => [picture.file.normalize("NFC"), picture]));
  const there = new Set(folder.pictures.map((name) => name.normalize("NFC")));
  const { album } = facts.data;
  return {
    pictures: folder.pictures,
    album: album && {
      ...album,
      createdAt: dateOf(album.createdAt),
    },
    leftOut: folder.leftOut + folder.sidecars.length - 1,
    failed: facts.data.pictures
      .filter((picture) => !there.has(picture.file.normalize("NFC")))
      .map((picture) => ({
        file: source.join(folder.place, picture.file),
        reason: "It is named in pail.json and is not there.",
      })),
    of: async (name) => {
      const picture = byFile.get(name.normalize("NFC"));
      return picture === undefined
        ? plain(source, folder, name)
        : saidOf(picture, album?.cover === picture.id);
    },
  };
}

const nothingMore = { description: "", altText: "", isFavourite: false, editedDate: null };

function saidOf(picture: ExportedPicture, isCover: boolean): SaidOfPicture {
  const { name, title, description, altText, isFavourite, sha256, dateBefore, position } = picture;
  const { capturedAt, capturedSource } = dateBefore ?? picture;
  const clock = readClockTime(capturedAt);
  // What had no date but the day it was added has at least that: it is said here.
  const source = capturedSource === "file" ? "file" : "sidecar";
  return {
    ...{ name, title, description, altText, isFavourite },
    editedDate: dateBefore && editedDateOf(picture),
    fileDate: clock === null ? undefined : { at: clock.at, zoneMinutes: clock.zoneMinutes, source },
    sha256: Buffer.from(sha256, "hex").toString("base64"),
    position,
    isCover,
  };
}

function editedDateOf({ capturedAt }: ExportedPicture): SaidOfPicture["editedDate"] {
  const zone = readClockTime(capturedAt)?.zoneMinutes ?? null;
  return { at: capturedAt.slice(0, "2024-07-01T00:30:00.000".length), zone: zone === null ? "none" : "kept" };
}

async function readTakeout(source: Source, folder: PictureFolder): Promise<SaidOfFolder> {
  const pictures = withoutVariants(folder);
  const sidecars = new Sidecars(folder.sidecars);
  const dating = new Set(pictures.flatMap((name) => sidecars.find(name) ?? []));
  const album = await readAlbum(
    source,
    folder,
    folder.sidecars.filter((name) => !dating.has(name)),
  );
  const used = dating.size + (album === null ? 0 : 1);
  return {
    pictures,
    album,
    leftOut: folder.leftOut + folder.pictures.length - pictures.length + folder.sidecars.length - used,
    failed: [],
    of: async (name) => {
      const said = await plain(source, folder, name);
      const sidecar = sidecars.find(name);
      if (sidecar === null) return said;
      const takenAtMs = readSidecar(await source.text(source.join(folder.place, sidecar)));
      const fileDate = takenAtMs === null ? null : fileDateAt(takenAtMs, "sidecar");
      return { ...said, ...(fileDate !== null && { fileDate }) };
    },
  };
}

async function plain(source: Source, { place }: PictureFolder, name: string): Promise<SaidOfPicture> {
  const modifiedAtMs = await source.modifiedAtMs(source.join(place, name));
  const fileDate = modifiedAtMs === null ? null : fileDateAt(modifiedAtMs, "file");
  return { ...nothingMore, name, title: null, fileDate: fileDate ?? undefined, sha256: undefined };
}

/** Of the bucket of a Pail: its variants are made of the originals beside them. */
function withoutVariants({ place, pictures }: PictureFolder): string[] {
  const isImage = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(path.posix.basename(place));
  if (!isImage || !pictures.some((name) => name.startsWith("original."))) return pictures;
  return pictures.filter((name) => !variantKinds.some((kind) => name.startsWith(`${kind}.`)));
}

const takeoutAlbumShape = z
  .object({ title: z.string(), photoTakenTime: z.undefined().optional() })
  .or(z.object({ albumData: z.object({ title: z.string() }) }).transform(({ albumData }) => albumData));

/** As Google calls them in the languages of its users: all that was taken in a year, or on a day. */
const foldersByDate =
  /^((photos from|photos de|fotos (von|de|uit)|foto’?'?s uit|foto del|zdjęcia z) \d{4}|\d{4}年の写真|\d{4}년의? 사진|\d{4}-\d{2}-\d{2}.*)$/i;

const plainAlbum: Omit<SaidOfAlbum, "name"> = {
  createdAt: null,
  description: "",
  sorting: "newest",
};

/** A Takeout's album has a file beside its pictures, metadata.json or as that is called in other languages, which is of none of them. */
async function readAlbum(
  source: Source,
  { place, pictures }: PictureFolder,
  sidecars: string[],
): Promise<SaidOfFolder["album"]> {
  if (pictures.length === 0) return null;
  for (const name of sidecars) {
    if (/\./.test(name.replace(/\.json$/i, ""))) continue;
    const said = takeoutAlbumShape.safeParse(parse(await source.text(source.join(place, name))));
    if (!said.success || said.data.title.trim() === "") continue;
    return foldersByDate.test(said.data.title.trim()) ? null : { ...plainAlbum, name: said.data.title };
  }
  return null;
}

/** undefined: it is no JSON */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function dateOf(text: string): Date | null {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? null : date;
}
