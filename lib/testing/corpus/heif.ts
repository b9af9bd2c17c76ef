import { join, uint16, uint32 } from "./bytes";

interface Size {
  width: number;
  height: number;
}

/** A coded picture, as a file's item has it. */
export interface Coded extends Size {
  type: "av01" | "hvc1";
  data: Buffer;
  /** the box that says how it is coded */
  configuration: Buffer;
}

interface Item {
  id: number;
  type: string;
  data: Buffer;
  properties?: Buffer[];
  isHidden?: boolean;
  /** its bytes are in `meta` */
  isInMeta?: boolean;
}

interface Plan {
  brand?: string;
  items: Item[];
  /** type, from, to */
  references?: [string, number, number[]][];
  /** boxes between the brands and `meta` */
  before?: Buffer[];
  /** what the `mdat` box says of its length; 0: it goes on to the end */
  mdatBytes?: (bytes: number) => number;
  /** before the bytes of the items, by their places in the file */
  moov?: (offsets: Map<number, number>) => Buffer;
}

export const box = (type: string, ...content: Parameters<typeof join>): Buffer => {
  const inside = join(...content);
  return join(uint32(inside.length + 8), type, inside);
};
export const fullBox = (type: string, version: number, ...content: Parameters<typeof join>): Buffer =>
  box(type, [version, 0, 0, 0], ...content);

export const extent = ({ width, height }: Size): Buffer => fullBox("ispe", 0, uint32(width), uint32(height));
export const depth = fullBox("pixi", 0, [3, 8, 8, 8]);
export const turn = (quarters: number): Buffer => box("irot", [quarters]);
export const mirror = (axis: number): Buffer => box("imir", [axis]);
/** @param offset of its middle from the picture's, in halves of a pixel */
export const aperture = ({ width, height }: Size, offset = { x: 0, y: 0 }): Buffer =>
  box("clap", ...[width, 1, height, 1, offset.x, 2, offset.y, 2].map((value) => uint32(value >>> 0)));
export const isAlpha = (type: Coded["type"]): Buffer =>
  fullBox(
    "auxC",
    0,
    type === "av01" ? "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0" : "urn:mpeg:hevc:2015:auxid:1\0",
  );

export const coded = ({ type, data, configuration, ...size }: Coded, ...properties: Buffer[]): Item => ({
  ...{ id: 1, type, data, properties: [extent(size), depth, configuration, ...properties] },
});
export const exifItem = (block: Buffer): Item => ({
  id: 9,
  type: "Exif",
  data: join(uint32(0), block),
  isHidden: true,
});
export const xmpItem = (packet: Buffer): Item => ({ id: 9, type: "mime", data: packet, isHidden: true });

/** The only coded item of a file that an encoder wrote. */
export function codedIn(file: Buffer, type: Coded["type"]): Coded {
  const meta = find(boxesIn(file), "meta").subarray(4);
  const container = boxesIn(find(boxesIn(find(boxesIn(meta), "iprp")), "ipco"));
  const [configuration, size] = [type === "av01" ? "av1C" : "hvcC", find(container, "ispe")];
  return {
    type,
    ...{ width: size.readUInt32BE(4), height: size.readUInt32BE(8) },
    data: find(boxesIn(file), "mdat"),
    configuration: box(configuration, find(container, configuration)),
  };
}

type Found = { type: string; content: Buffer }[];

function boxesIn(bytes: Buffer): Found {
  const boxes: Found = [];
  for (let at = 0; at + 8 <= bytes.length; at += bytes.readUInt32BE(at))
    boxes.push({
      type: bytes.toString("latin1", at + 4, at + 8),
      content: bytes.subarray(at + 8, at + bytes.readUInt32BE(at)),
    });
  return boxes;
}

function find(boxes: Found, type: string): Buffer {
  const found = boxes.find((each) => each.type === type);
  if (found === undefined) throw new Error(`there is no ${type}`);
  return found.content;
}

/** A file of these items; the first is the one that is shown. */
export function heifOf(plan: Plan): Buffer {
  const { items, before = [], mdatBytes = (bytes) => bytes } = plan;
  const isAvif = items.some(({ type }) => type === "av01");
  const brand = plan.brand ?? (isAvif ? "avif" : "heic");
  const start = join(
    box("ftyp", brand, uint32(0), brand, "mif1", isAvif ? "avif" : "heic", "miaf"),
    ...before,
  );
  const outside = items.filter(({ isInMeta }) => !isInMeta);
  const data = join(...outside.map((item) => item.data));
  const offsetsFrom = (from: number) => {
    const offsets = new Map<number, number>();
    let [inFile, inMeta] = [from, 0];
    for (const { id, data: bytes, isInMeta = false } of items) {
      offsets.set(id, isInMeta ? inMeta : inFile);
      if (isInMeta) inMeta += bytes.length;
      else inFile += bytes.length;
    }
    return offsets;
  };
  const head = (offsets: Map<number, number>) => join(metaOf(plan, offsets), plan.moov?.(offsets) ?? []);
  const dataStart = start.length + head(offsetsFrom(0)).length + 8;
  return join(start, head(offsetsFrom(dataStart)), uint32(mdatBytes(data.length + 8)), "mdat", data);
}

function metaOf({ items, references = [] }: Plan, offsets: Map<number, number>): Buffer {
  const known = items.flatMap(({ properties = [] }) => properties);
  const links = items.map(({ id, properties = [] }) =>
    join(
      uint16(id),
      [properties.length],
      properties.map((property) => 0x80 | (known.indexOf(property) + 1)),
    ),
  );
  const inMeta = items.filter(({ isInMeta }) => isInMeta).map(({ data }) => data);
  return fullBox(
    ...(["meta", 0] as const),
    fullBox("hdlr", 0, uint32(0), "pict", Buffer.alloc(13)),
    fullBox("pitm", 0, uint16(items[0]?.id ?? 0)),
    fullBox(
      ...(["iloc", 1] as const),
      ...[[0x44, 0], uint16(items.length)],
      ...items.map(({ id, data, isInMeta = false }) =>
        join(
          uint16(id),
          uint16(isInMeta ? 1 : 0),
          uint16(0),
          uint16(1),
          uint32(offsets.get(id) ?? 0),
          uint32(data.length),
        ),
      ),
    ),
    fullBox("iinf", 0, uint16(items.length), ...items.map(infoOf)),
    references.length === 0
      ? []
      : fullBox(
          ...(["iref", 0] as const),
          ...references.map(([type, from, to]) =>
            box(type, uint16(from), uint16(to.length), ...to.map(uint16)),
          ),
        ),
    box("iprp", box("ipco", ...known), fullBox("ipma", 0, uint32(items.length), ...links)),
    inMeta.length === 0 ? [] : box("idat", ...inMeta),
  );
}

const infoOf = ({ id, type, isHidden = false }: Item): Buffer =>
  box(
    "infe",
    [2, 0, 0, isHidden ? 1 : 0],
    uint16(id),
    uint16(0),
    type,
    type === "mime" ? "\0application/rdf+xml\0" : "\0",
  );

/** The tracks of a sequence that shows these items, all of the same picture, one after another. */
export function moviOf(picture: Coded, ids: number[], offsets: Map<number, number>): Buffer {
  const [duration, zeros] = [uint32(ids.length * 30), (count: number) => Buffer.alloc(count)];
  const matrix = [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000].flatMap(uint32);
  const entry = box(
    ...(["av01", zeros(6), uint16(1), zeros(16)] as const),
    ...[uint16(picture.width), uint16(picture.height), uint32(0x480000), uint32(0x480000), zeros(4)],
    ...[uint16(1), zeros(32), uint16(24), [0xff, 0xff], picture.configuration],
  );
  const samples = box(
    "stbl",
    fullBox("stsd", 0, uint32(1), entry),
    fullBox("stts", 0, uint32(1), uint32(ids.length), uint32(30)),
    fullBox("stsc", 0, uint32(1), uint32(1), uint32(1), uint32(1)),
    fullBox("stsz", 0, uint32(picture.data.length), uint32(ids.length)),
    fullBox("stco", 0, uint32(ids.length), ...ids.map((id) => uint32(offsets.get(id) ?? 0))),
    fullBox("stss", 0, uint32(ids.length), ...ids.map((_, index) => uint32(index + 1))),
  );
  const media = box(
    "mdia",
    fullBox("mdhd", 0, zeros(8), uint32(100), duration, zeros(4)),
    fullBox("hdlr", 0, uint32(0), "pict", zeros(13)),
    box(
      "minf",
      fullBox("vmhd", 0, zeros(8)),
      box("dinf", fullBox("dref", 0, uint32(1), box("url ", [0, 0, 0, 1]))),
      samples,
    ),
  );
  const header = box(
    ...(["tkhd", [0, 0, 0, 1], zeros(8), uint32(1), zeros(4), duration, zeros(8)] as const),
    ...[
      uint16(0),
      uint16(0),
      uint16(0),
      uint16(0),
      matrix,
      uint32(picture.width << 16),
      uint32(picture.height << 16),
    ],
  );
  return box(
    "moov",
    fullBox(
      "mvhd",
      0,
      zeros(8),
      uint32(100),
      duration,
      uint32(0x10000),
      uint16(0x100),
      zeros(10),
      matrix,
      zeros(24),
      uint32(2),
    ),
    box("trak", header, media),
  );
}
