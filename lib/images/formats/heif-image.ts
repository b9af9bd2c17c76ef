import { findAv1Size } from "./av1";
import { type ByteReader, damaged, latin1, viewOf } from "./byte-reader";
import type { Decoding, Header, Size } from "./header";
import { type Box, contentView, findOnly, type ItemLocation, type Meta, readBox, readMeta } from "./heif";
import { applyTransforms, type Transform } from "./heif-transforms";
import { Metadata } from "./metadata";

const maxNoteBytes = 256 * 1024;
const maxNotes = 4;
/** its length and its type */
const headBytes = 8;
/** Enough for AV1's sequence header. */
const itemStartBytes = 1024;
const transformTypes = ["clap", "irot", "imir"];
/** of pictures made of pictures: a grid of tiles that are other ones' likeness */
const maxDepth = 4;

/** The brands of an ISO media file (major first), or none when it is something else. */
export function brandsOf(head: Uint8Array): string[] {
  if (latin1(head.subarray(4, 8)) !== "ftyp") return [];
  const end = Math.min(viewOf(head).getUint32(0), head.length, 256);
  const brands = [latin1(head.subarray(8, 12))];
  for (let start = 16; start + 4 <= end; start += 4) brands.push(latin1(head.subarray(start, start + 4)));
  return brands;
}

/** Reads an AVIF or a HEIC: they differ in the codec alone. What is missing at the end of a file is missing of an item. */
export async function readHeifImage(reader: ByteReader): Promise<Header> {
  const boxes = await readFileBoxes(reader);
  const metaBox = findOnly(boxes, "meta");
  if (metaBox === undefined) throw damaged();
  const meta = await readMeta(reader, metaBox);
  for (const location of meta.locations.values()) requireWhole(location, reader.bytes);

  const stored = await readStoredSize(reader, meta, meta.primaryId);
  const [majorBrand, ...brands] = brandsOf(await reader.head());
  const isSequence = majorBrand === "avis";
  const isAvif = isSequence || [majorBrand, ...brands].includes("avif");
  const transforms = await readTransforms(reader, meta);
  if (isAvif) requireUsualOrder(transforms);
  requirePlainParts(meta, meta.primaryId);
  const { size, orientation, decoding } = applyTransforms(stored, transforms);
  const helped = shownAnyway(decoding, meta);
  return {
    ...(await readNotes(reader, meta)).read(),
    ...size,
    orientation,
    ...(isSequence && boxes.some(({ type }) => type === "moov") && { isAnimated: true }),
    decoding: isAvif && majorBrand !== "avif" ? asStill(helped) : helped,
  };
}

/** Behind `meta` may stand what is no box, or one that is cut off: what counts is whether the items are there. */
async function readFileBoxes(reader: ByteReader): Promise<Box[]> {
  const boxes: Box[] = [];
  let box: Box | null = null;
  for (let start = 0; start + 8 <= reader.bytes; start = box.end) {
    box = await readBox(reader, start, reader.bytes);
    if (box === null) break;
    if (box.end > reader.bytes && box.type === "meta") throw damaged();
    boxes.push(box);
  }
  return boxes;
}

/**
 * With boxes up to its end. Firefox decodes no picture behind which stands anything else, or whose last box is said to go on.
 * Throws AppError `damaged_image` where nothing is to be mended.
 */
export async function withWholeBoxes(reader: ByteReader): Promise<Decoding> {
  let start = 0;
  for (let box: Box | null = null; start + headBytes <= reader.bytes; start = box.end) {
    box = await readBox(reader, start, reader.bytes);
    if (box === null || !/^[ -~]{4}$/.test(box.type)) break;
    if (box.end > reader.bytes) return { edits: [boxHead(start, reader.bytes, box.type)], crop: null };
  }
  if (start >= reader.bytes) throw damaged();
  return { edits: [boxHead(start, Math.max(reader.bytes, start + headBytes), "free")], crop: null };
}

function boxHead(start: number, end: number, type: string): Decoding["edits"][number] {
  const bytes = new Uint8Array(headBytes);
  viewOf(bytes).setUint32(0, end - start);
  bytes.set(new TextEncoder().encode(type), headBytes / 2);
  return { at: start, bytes };
}

function requireWhole(location: ItemLocation, fileBytes: number): void {
  if (location.some(({ start, bytes }) => start + bytes > fileBytes)) throw damaged();
}

/** As it is coded, which is what the file says, or it is damaged: some decoders would scale it. */
async function readStoredSize(reader: ByteReader, meta: Meta, id: number): Promise<Size> {
  const size = findOnly(meta.properties.get(id) ?? [], "ispe");
  if (size === undefined) throw damaged();
  const view = await contentView(reader, size);
  const said = { width: view.getUint32(4), height: view.getUint32(8) };
  const coded = await findCodedSize(reader, meta, id);
  if (coded !== null && (coded.width !== said.width || coded.height !== said.height)) throw damaged();
  return said;
}

/** null where it is for the decoder to say. */
async function findCodedSize(reader: ByteReader, meta: Meta, id: number): Promise<Size | null> {
  const type = meta.types.get(id);
  const [extent] = meta.locations.get(id) ?? [];
  // One that is only another, turned, has no bytes of its own.
  if (!meta.locations.has(id) && type !== "iden") throw damaged();
  if (extent === undefined || (type !== "av01" && type !== "grid")) return null;
  const length = Math.min(extent.bytes || reader.bytes, itemStartBytes, reader.bytes - extent.start);
  const bytes = await reader.take(extent.start, length);
  if (type === "av01") return findAv1Size(bytes);
  const [firstTile] = meta.parts.get(id) ?? [];
  const size = gridSize(viewOf(bytes));
  if (firstTile !== undefined && firstTile !== id && meta.types.get(firstTile) !== "grid")
    requireAllTiles(viewOf(bytes), size, await readStoredSize(reader, meta, firstTile));
  return size;
}

/** Some decoders take a grid whose last row or column is not seen at all. */
function requireAllTiles(grid: DataView, { width, height }: Size, tile: Size): void {
  const [rows, columns] = [grid.getUint8(2) + 1, grid.getUint8(3) + 1];
  if (width <= (columns - 1) * tile.width || height <= (rows - 1) * tile.height) throw damaged();
}

const gridSize = (view: DataView): Size =>
  view.getUint8(1) & 1
    ? { width: view.getUint32(4), height: view.getUint32(8) }
    : { width: view.getUint16(4), height: view.getUint16(6) };

/** HEIF's own: its EXIF orientation is not honoured. */
async function readTransforms(reader: ByteReader, meta: Meta): Promise<Transform[]> {
  const properties = meta.properties.get(meta.primaryId) ?? [];
  const transforms: Transform[] = [];
  for (const property of properties) {
    if (!transformTypes.includes(property.type)) continue;
    findOnly(properties, property.type);
    transforms.push({ ...property, view: await contentView(reader, property) });
  }
  return transforms;
}

/** AVIF's decoders first turn, then mirror, or go by the order in the file: that makes a difference. */
function requireUsualOrder(transforms: readonly Transform[]): void {
  const [turn, mirror] = ["irot", "imir"].map((type) => transforms.findIndex((each) => each.type === type));
  if (mirror !== undefined && turn !== undefined && mirror >= 0 && mirror < turn) throw damaged();
}

/** What a picture is made of is stored as it is: of a part that is turned itself, decoders make this or that. */
function requirePlainParts(meta: Meta, id: number, depth = 0): void {
  if (depth > maxDepth) throw damaged();
  for (const part of new Set(meta.parts.get(id))) {
    const isChanged = meta.properties.get(part)?.some(({ type }) => transformTypes.includes(type));
    if (isChanged) throw damaged();
    requirePlainParts(meta, part, depth + 1);
  }
}

/** Browsers show a main picture that is said to be hidden; libheif would not. */
function shownAnyway(decoding: Decoding, { hidden, primaryId }: Meta): Decoding {
  const mark = hidden.get(primaryId);
  if (mark === undefined) return decoding;
  const edit = { at: mark.at, bytes: new Uint8Array([mark.flags & ~1]) };
  return { ...decoding, edits: [edit, ...decoding.edits] };
}

/** Not every decoder takes another brand; the picture that stands for a sequence is coded as any other. */
const asStill = ({ edits, crop }: Decoding): Decoding => ({
  edits: [{ at: 8, bytes: new TextEncoder().encode("avif") }, ...edits],
  crop,
});

async function readNotes(reader: ByteReader, meta: Meta): Promise<Metadata> {
  const metadata = new Metadata();
  for (const [id, type] of [...meta.types].filter(([, kind]) => isNote(kind)).slice(0, maxNotes)) {
    const item = await readItem(reader, meta.locations.get(id));
    if (item === null) continue;
    if (type === "mime") metadata.addXmp(item);
    else addExifItem(metadata, item);
  }
  return metadata;
}

/** What a `mime` item is, its content says: of all that is no XMP, nothing is read. */
const isNote = (type: string): boolean => type === "Exif" || type === "mime";

/** The beginning of an item that stands in one piece; null for any other. */
async function readItem(reader: ByteReader, location: ItemLocation = []): Promise<Uint8Array | null> {
  const [extent, ...others] = location;
  if (extent === undefined || others.length > 0) return null;
  return reader.take(extent.start, Math.min(extent.bytes, maxNoteBytes));
}

/** An EXIF item says first how many bytes precede its block. */
function addExifItem(metadata: Metadata, item: Uint8Array): void {
  if (item.length < 4) return;
  const view = viewOf(item);
  const start = 4 + view.getUint32(0);
  if (start < item.length)
    metadata.addExif(new DataView(view.buffer, view.byteOffset + start, item.length - start));
}
