import { type ByteReader, damaged, latin1, viewOf } from "./byte-reader";

/** A box of a HEIF file: where its content is. */
export interface Box {
  type: string;
  start: number;
  end: number;
}

/** A property of an item, and where in the file it is said to be one of it: zeros there take it away. */
export interface Property extends Box {
  link: { at: number; bytes: number };
}

/** Where the bytes of an item are in the file; nowhere, where it is made of other items alone. */
export type ItemLocation = { start: number; bytes: number }[];

/** Of a `meta` box what AVIF and HEIC need. */
export interface Meta {
  primaryId: number;
  /** by id of the item */
  types: Map<number, string>;
  /** those that are not to be shown, and where in the file that is said: a byte whose last bit it is */
  hidden: Map<number, { at: number; flags: number }>;
  locations: Map<number, ItemLocation>;
  /** of an item, in the order in which they apply */
  properties: Map<number, Property[]>;
  /** the items that an item is made of */
  parts: Map<number, number[]>;
}

const fullBoxBytes = 4;
/** A picture has one extent or a few hundred tiles; a hostile file can claim billions in a few bytes. */
const maxExtents = 10_000;

/**
 * Walks `meta` box by box, as what it holds beside may be large. Throws AppError `damaged_image`, or a RangeError for what goes
 * past a box.
 */
export async function readMeta(reader: ByteReader, meta: Box): Promise<Meta> {
  const boxes = await readBoxes(reader, meta.start + fullBoxBytes, meta.end);
  const contentOf = async (type: string) => {
    const box = findOnly(boxes, type);
    return box === undefined ? null : new BoxReader(await contentView(reader, box));
  };
  const [primary, locations] = [await contentOf("pitm"), await contentOf("iloc")];
  if (primary === null || locations === null) throw damaged();
  const info = findOnly(boxes, "iinf");
  return {
    primaryId: primary.uint(primary.version === 0 ? 2 : 4),
    ...readInfo(await contentOf("iinf"), info?.start ?? 0),
    locations: readLocations(locations, findOnly(boxes, "idat")),
    properties: await readProperties(reader, findOnly(boxes, "iprp")),
    parts: readParts(await contentOf("iref")),
  };
}

/** The boxes between two places, which fill it. A last one of length 0 reaches to the end. */
export async function readBoxes(reader: ByteReader, start: number, end: number): Promise<Box[]> {
  const boxes: Box[] = [];
  let offset = start;
  while (offset + 8 <= end) {
    const box = await readBox(reader, offset, end);
    if (box === null || box.end > end) throw damaged();
    boxes.push(box);
    offset = box.end;
  }
  return boxes;
}

/** The box that begins here; null where none does. It may claim to go beyond the end. */
export async function readBox(reader: ByteReader, offset: number, end: number): Promise<Box | null> {
  const prefix = await reader.take(offset, 8);
  const [type, short] = [latin1(prefix.subarray(4)), viewOf(prefix).getUint32(0)];
  if (short === 0) return { type, start: offset + 8, end };
  if (short !== 1) return short < 8 ? null : { type, start: offset + 8, end: offset + short };
  if (offset + 16 > end) return null;
  const bytes = Number((await reader.view(offset + 8, 8)).getBigUint64(0));
  return bytes < 16 ? null : { type, start: offset + 16, end: offset + bytes };
}

export const contentView = (reader: ByteReader, { start, end }: Box): Promise<DataView> =>
  reader.view(start, end - start);

/** Decoders do not agree on which of several counts: there is to be one at most. */
export function findOnly<B extends Box>(boxes: readonly B[], type: string): B | undefined {
  const [box, another] = boxes.filter((candidate) => candidate.type === type);
  if (another !== undefined) throw damaged();
  return box;
}

/** @param start of the box in the file */
function readInfo(info: BoxReader | null, start: number): Pick<Meta, "types" | "hidden"> {
  const [types, hidden]: [Meta["types"], Meta["hidden"]] = [new Map(), new Map()];
  if (info === null) return { types, hidden };
  info.uint(info.version === 0 ? 2 : 4);
  for (const { type, view, offset } of info.boxes()) {
    if (type !== "infe") continue;
    const entry = new BoxReader(view);
    if (entry.version < 2) continue;
    const id = entry.uint(entry.version === 2 ? 2 : 4);
    entry.uint(2);
    types.set(id, entry.word());
    const { flags } = entry;
    if (flags & 1) hidden.set(id, { at: start + offset + fullBoxBytes - 1, flags: flags & 255 });
  }
  return { types, hidden };
}

function readLocations(box: BoxReader, data: Box | undefined): Map<number, ItemLocation> {
  const sizes = box.uint(2);
  const [offsetBytes, lengthBytes, baseBytes] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15];
  const indexBytes = box.version === 0 ? 0 : sizes & 15;
  const idBytes = box.version < 2 ? 2 : 4;
  const locations = new Map<number, ItemLocation>();
  let extentsLeft = maxExtents;
  for (let items = box.uint(idBytes); items > 0; items -= 1) {
    const id = box.uint(idBytes);
    const method = box.version === 0 ? 0 : box.uint(2) & 15;
    box.uint(2);
    const base = box.uint(baseBytes);
    const extents: ItemLocation = [];
    for (let count = box.uint(2); count > 0; count -= 1) {
      extentsLeft -= 1;
      if (extentsLeft < 0) throw damaged();
      box.uint(indexBytes);
      const [start, bytes] = [base + box.uint(offsetBytes), box.uint(lengthBytes)];
      if (method === 0) extents.push({ start, bytes });
      else if (method === 1) extents.push(requireInside(data, { start, bytes }));
    }
    locations.set(id, extents);
  }
  return locations;
}

/** Of an item whose bytes are in `meta` itself. */
function requireInside(data: Box | undefined, { start, bytes }: ItemLocation[number]): ItemLocation[number] {
  if (data === undefined || data.start + start + bytes > data.end) throw damaged();
  return { start: data.start + start, bytes };
}

async function readProperties(reader: ByteReader, iprp: Box | undefined): Promise<Map<number, Property[]>> {
  if (iprp === undefined) throw damaged();
  const boxes = await readBoxes(reader, iprp.start, iprp.end);
  const container = findOnly(boxes, "ipco");
  if (container === undefined) throw damaged();
  const known = await readBoxes(reader, container.start, container.end);
  const properties = new Map<number, Property[]>();
  for (const association of boxes.filter(({ type }) => type === "ipma")) {
    const box = new BoxReader(await contentView(reader, association));
    const indexBytes = box.flags & 1 ? 2 : 1;
    for (let items = box.uint(4); items > 0; items -= 1) {
      const id = box.uint(box.version === 0 ? 2 : 4);
      const found = properties.get(id) ?? [];
      for (let count = box.uint(1); count > 0; count -= 1) {
        const link = { at: association.start + box.offset, bytes: indexBytes };
        const property = known[(box.uint(indexBytes) & (indexBytes === 2 ? 0x7fff : 0x7f)) - 1];
        if (property !== undefined) found.push({ ...property, link });
      }
      properties.set(id, found);
    }
  }
  return properties;
}

function readParts(references: BoxReader | null): Map<number, number[]> {
  const parts = new Map<number, number[]>();
  if (references === null) return parts;
  const idBytes = references.version === 0 ? 2 : 4;
  for (const { type, view } of references.boxes()) {
    if (type !== "dimg") continue;
    const box = new BoxReader(view, { isFull: false });
    const id = box.uint(idBytes);
    parts.set(
      id,
      Array.from({ length: box.uint(2) }, () => box.uint(idBytes)),
    );
  }
  return parts;
}

/** Reads the fields of a box one after another. Past its end it throws a RangeError. */
class BoxReader {
  readonly version: number = 0;
  readonly flags: number = 0;
  #offset = 0;

  constructor(
    private readonly view: DataView,
    { isFull = true } = {},
  ) {
    if (!isFull) return;
    this.version = this.uint(1);
    this.flags = this.uint(3);
  }

  get offset(): number {
    return this.#offset;
  }

  uint(bytes: number): number {
    let value = 0;
    for (let count = 0; count < bytes; count += 1) {
      value = value * 256 + this.view.getUint8(this.#offset);
      this.#offset += 1;
    }
    return value;
  }

  word(): string {
    return String.fromCharCode(this.uint(1), this.uint(1), this.uint(1), this.uint(1));
  }

  /** The small boxes that follow, up to the end. */
  *boxes(): Generator<{ type: string; view: DataView; offset: number }> {
    const { buffer, byteOffset, byteLength } = this.view;
    while (this.#offset + 8 <= byteLength) {
      const start = this.#offset;
      const bytes = this.uint(4);
      const type = this.word();
      if (bytes < 8 || start + bytes > byteLength) throw damaged();
      const offset = start + 8;
      yield { type, view: new DataView(buffer, byteOffset + offset, bytes - 8), offset };
      this.#offset = start + bytes;
    }
  }
}
