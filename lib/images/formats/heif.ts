import { damaged } from "./byte-reader";

/** The boxes of a HEIF `meta` box that AVIF and HEIC need. Reading past a box throws a RangeError, which means damaged. */
interface Box {
  type: string;
  view: DataView;
}

export interface ItemLocation {
  /** false where the bytes are inside `meta` itself or made from other items */
  isInFile: boolean;
  /** true where they are in the `idat` box of `meta` */
  isInMeta: boolean;
  extents: { start: number; bytes: number }[];
}

const fullBoxBytes = 4;
/** A picture has one extent or a few hundred tiles; a hostile file can claim billions in a few bytes. */
const maxExtents = 10_000;

export function readPrimaryId(meta: DataView): number {
  const box = new BoxReader(child(meta, "pitm"));
  return box.uint(box.version === 0 ? 2 : 4);
}

export function readItemInfo(meta: DataView): Map<number, string> {
  const types = new Map<number, string>();
  const info = childBoxes(meta, fullBoxBytes).find(({ type }) => type === "iinf");
  if (info === undefined) return types;
  const countBytes = info.view.getUint8(0) === 0 ? 2 : 4;
  for (const entry of childBoxes(info.view, fullBoxBytes + countBytes)) {
    const box = new BoxReader(entry.view);
    if (entry.type !== "infe" || box.version < 2) continue;
    const id = box.uint(box.version === 2 ? 2 : 4);
    box.uint(2);
    types.set(id, box.word());
  }
  return types;
}

export function readLocations(meta: DataView): Map<number, ItemLocation> {
  const box = new BoxReader(child(meta, "iloc"));
  const sizes = box.uint(2);
  const offsetBytes = sizes >> 12;
  const lengthBytes = (sizes >> 8) & 15;
  const baseBytes = (sizes >> 4) & 15;
  const indexBytes = box.version === 0 ? 0 : sizes & 15;
  const locations = new Map<number, ItemLocation>();
  let extentsLeft = maxExtents;
  for (let items = box.uint(box.version < 2 ? 2 : 4); items > 0; items -= 1) {
    const id = box.uint(box.version < 2 ? 2 : 4);
    const method = box.version === 0 ? 0 : box.uint(2) & 15;
    box.uint(2);
    const base = box.uint(baseBytes);
    const extents = [];
    for (let count = box.uint(2); count > 0; count -= 1) {
      extentsLeft -= 1;
      if (extentsLeft < 0) throw damaged();
      box.uint(indexBytes);
      extents.push({ start: base + box.uint(offsetBytes), bytes: box.uint(lengthBytes) });
    }
    locations.set(id, { isInFile: method === 0, isInMeta: method === 1, extents });
  }
  return locations;
}

/** The data of items that stand in `meta` itself; null where there is none. */
export function readItemData(meta: DataView): Uint8Array | null {
  const data = childBoxes(meta, fullBoxBytes).find(({ type }) => type === "idat")?.view;
  return data === undefined ? null : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** The properties of one item, in the order in which they apply. */
export function readProperties(meta: DataView, itemId: number): Box[] {
  const iprp = child(meta, "iprp");
  const known = childBoxes(child(iprp, "ipco", 0), 0);
  const found: Box[] = [];
  for (const association of childBoxes(iprp, 0).filter(({ type }) => type === "ipma")) {
    const box = new BoxReader(association.view);
    const indexBytes = box.flags & 1 ? 2 : 1;
    for (let items = box.uint(4); items > 0; items -= 1) {
      const id = box.uint(box.version === 0 ? 2 : 4);
      for (let count = box.uint(1); count > 0; count -= 1) {
        const index = box.uint(indexBytes) & (indexBytes === 2 ? 0x7fff : 0x7f);
        const property = known[index - 1];
        if (id === itemId && property !== undefined) found.push(property);
      }
    }
  }
  return found;
}

function child(parent: DataView, type: string, start = fullBoxBytes): DataView {
  const box = childBoxes(parent, start).find((candidate) => candidate.type === type);
  if (box === undefined) throw damaged();
  return box.view;
}

function childBoxes(parent: DataView, start: number): Box[] {
  const boxes: Box[] = [];
  let offset = start;
  while (offset + 8 <= parent.byteLength) {
    const bytes = parent.getUint32(offset) || parent.byteLength - offset;
    if (bytes < 8) throw damaged();
    boxes.push({
      type: wordAt(parent, offset + 4),
      view: new DataView(parent.buffer, parent.byteOffset + offset + 8, bytes - 8),
    });
    offset += bytes;
  }
  return boxes;
}

function wordAt(view: DataView, offset: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((index) => view.getUint8(offset + index)));
}

/** Reads the fields of a full box one after another. */
class BoxReader {
  readonly version: number;
  readonly flags: number;
  #offset = 0;

  constructor(private readonly view: DataView) {
    this.version = this.uint(1);
    this.flags = this.uint(3);
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
    const word = wordAt(this.view, this.#offset);
    this.#offset += 4;
    return word;
  }
}
