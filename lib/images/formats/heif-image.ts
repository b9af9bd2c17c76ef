import { type ByteReader, damaged, latin1, viewOf } from "./byte-reader";
import { type Orientation, readExif, withoutExif } from "./exif";
import { type Header, upright } from "./header";
import { type ItemLocation, readItemInfo, readLocations, readPrimaryId, readProperties } from "./heif";

const maxTopLevelBoxes = 1000;
const maxExifBytes = 256 * 1024;

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

  const exifId = [...readItemInfo(meta)].find(([, type]) => type === "Exif")?.[0];
  const exif = await readExifItem(reader, exifId === undefined ? undefined : locations.get(exifId));
  return { ...exif, ...upright(stored, toOrientation(rotation, mirror)) };
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

async function readExifItem(reader: ByteReader, location: ItemLocation | undefined) {
  const extent = location?.isInFile ? location.extents[0] : undefined;
  if (extent === undefined || extent.bytes < 4 || extent.bytes > maxExifBytes) return withoutExif;
  const item = await reader.view(extent.start, extent.bytes);
  const tiffStart = 4 + item.getUint32(0);
  if (tiffStart >= extent.bytes) return withoutExif;
  return readExif(new DataView(item.buffer, item.byteOffset + tiffStart, extent.bytes - tiffStart));
}
