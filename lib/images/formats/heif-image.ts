import { type ByteReader, damaged, latin1, viewOf } from "./byte-reader";
import type { Orientation } from "./exif";
import { type Header, upright } from "./header";
import {
  type ItemLocation,
  readItemData,
  readItemInfo,
  readLocations,
  readPrimaryId,
  readProperties,
} from "./heif";
import { Metadata } from "./metadata";

const maxTopLevelBoxes = 1000;
const maxNoteBytes = 256 * 1024;
const maxNotes = 4;

/** The brands of an ISO media file (major first), or none when it is something else. */
export function brandsOf(head: Uint8Array): string[] {
  if (latin1(head.subarray(4, 8)) !== "ftyp") return [];
  const end = Math.min(viewOf(head).getUint32(0), head.length, 256);
  const brands = [latin1(head.subarray(8, 12))];
  for (let start = 16; start + 4 <= end; start += 4) brands.push(latin1(head.subarray(start, start + 4)));
  return brands;
}

/** Reads an AVIF or a HEIC: they differ in the codec alone. */
export async function readHeifImage(reader: ByteReader): Promise<Header> {
  const meta = await readMeta(reader);
  const primaryId = readPrimaryId(meta);
  const locations = readLocations(meta);
  if (!locations.has(primaryId)) throw damaged();
  for (const location of locations.values()) requireWhole(location, reader.bytes);

  const properties = readProperties(meta, primaryId);
  const size = properties.find(({ type }) => type === "ispe")?.view;
  if (size === undefined) throw damaged();
  const stored = { width: size.getUint32(4), height: size.getUint32(8) };
  const rotation = properties.find(({ type }) => type === "irot")?.view.getUint8(0);
  const mirror = properties.find(({ type }) => type === "imir")?.view.getUint8(0);

  const metadata = new Metadata();
  for (const [id, type] of [...readItemInfo(meta)].filter(([, type]) => isNote(type)).slice(0, maxNotes)) {
    const item = await readItem(reader, meta, locations.get(id));
    if (item === null) continue;
    if (type === "mime") metadata.addXmp(item);
    else addExifItem(metadata, item);
  }
  return { ...metadata.read(), ...upright(stored, toOrientation(rotation, mirror)) };
}

/** Every top-level box must be there to its end: what is missing at the end of a file shows here. */
async function readMeta(reader: ByteReader): Promise<DataView> {
  let meta: DataView | null = null;
  let start = 0;
  for (let count = 0; start + 8 <= reader.bytes; count += 1) {
    if (count === maxTopLevelBoxes) throw damaged();
    const prefix = await reader.take(start, 8);
    const { bytes, prefixBytes } = await boxBytes(reader, start, viewOf(prefix).getUint32(0));
    if (bytes < prefixBytes || start + bytes > reader.bytes) throw damaged();
    if (latin1(prefix.subarray(4)) === "meta") {
      meta ??= await reader.view(start + prefixBytes, bytes - prefixBytes);
    }
    start += bytes;
  }
  if (meta === null) throw damaged();
  return meta;
}

/** A box says its own length; 0 means to the end of the file, 1 that 64 bits follow. */
async function boxBytes(reader: ByteReader, start: number, short: number) {
  if (short === 0) return { bytes: reader.bytes - start, prefixBytes: 8 };
  if (short !== 1) return { bytes: short, prefixBytes: 8 };
  return { bytes: Number((await reader.view(start + 8, 8)).getBigUint64(0)), prefixBytes: 16 };
}

function requireWhole(location: ItemLocation, fileBytes: number): void {
  if (location.isInFile && location.extents.some(({ start, bytes }) => start + bytes > fileBytes))
    throw damaged();
}

/** HEIF turns anticlockwise first and mirrors then; its EXIF orientation is not honoured. */
function toOrientation(rotation = 0, mirror?: number): Orientation {
  const turned = [1, 8, 3, 6] as const;
  const turnedThenTopToBottom = [4, 5, 2, 7] as const;
  const turnedThenLeftToRight = [2, 7, 4, 5] as const;
  const table = mirror === undefined ? turned : mirror & 1 ? turnedThenLeftToRight : turnedThenTopToBottom;
  return table[rotation & 3] ?? 1;
}

/** What a `mime` item is, its content says: of all that is no XMP, nothing is read. */
const isNote = (type: string): boolean => type === "Exif" || type === "mime";

/** The beginning of an item that stands in one piece, in the file or in `meta`; null for any other. */
async function readItem(
  reader: ByteReader,
  meta: DataView,
  location: ItemLocation | undefined,
): Promise<Uint8Array | null> {
  const [extent, ...others] = location?.extents ?? [];
  if (location === undefined || extent === undefined || others.length > 0) return null;
  const bytes = Math.min(extent.bytes, maxNoteBytes);
  if (location.isInFile) {
    return extent.start + bytes <= reader.bytes ? await reader.take(extent.start, bytes) : null;
  }
  const data = location.isInMeta ? readItemData(meta) : null;
  return data !== null && extent.start + bytes <= data.length
    ? data.subarray(extent.start, extent.start + bytes)
    : null;
}

/** An EXIF item says first how many bytes precede its block. */
function addExifItem(metadata: Metadata, item: Uint8Array): void {
  if (item.length < 4) return;
  const view = viewOf(item);
  const start = 4 + view.getUint32(0);
  if (start < item.length)
    metadata.addExif(new DataView(view.buffer, view.byteOffset + start, item.length - start));
}
