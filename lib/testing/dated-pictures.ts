import { deflateSync } from "node:zlib";
import sharp from "sharp";

/** Pictures with a date in a place of their own, for tests: each place as programs write it. */

const size = { width: 24, height: 16 } as const;
const picture = () => sharp({ create: { ...size, channels: 3, background: "teal" } });

const jpeg = await picture().jpeg().toBuffer();
const png = await picture().png().toBuffer();
const gif = await picture().gif().toBuffer();

export const exifTags = {
  dateTime: 0x0132,
  subSecTime: 0x9290,
  offsetTime: 0x9010,
  dateTimeOriginal: 0x9003,
  subSecTimeOriginal: 0x9291,
  offsetTimeOriginal: 0x9011,
  dateTimeDigitized: 0x9004,
  subSecTimeDigitized: 0x9292,
  offsetTimeDigitized: 0x9012,
} as const;
type Texts = Partial<Record<keyof typeof exifTags, string>>;

interface Directories {
  main?: Texts;
  exif?: Texts;
  /** the one of the thumbnail */
  second?: Texts;
  sub?: Texts;
}

/** An EXIF block with these texts in these directories. */
export function exifBlock(directories: Directories, order: "II" | "MM" = "MM"): Buffer {
  const isLittle = order === "II";
  const block = Buffer.alloc(4096);
  const uint16 = (value: number, at: number) =>
    isLittle ? block.writeUInt16LE(value, at) : block.writeUInt16BE(value, at);
  const uint32 = (value: number, at: number) =>
    isLittle ? block.writeUInt32LE(value, at) : block.writeUInt32BE(value, at);
  let free = 8;
  const take = (bytes: number) => {
    free += bytes;
    return free - bytes;
  };
  const write = (texts: Texts, links: [number, number][] = []): { next: number } => {
    const entries = Object.entries(texts).map(([name, text]) => {
      const value = Buffer.from(`${text}\0`, "utf8");
      return { tag: exifTags[name as keyof typeof exifTags], value };
    });
    let at = take(2 + 12 * (entries.length + links.length) + 4);
    uint16(entries.length + links.length, at);
    at += 2;
    for (const { tag, value } of entries) {
      uint16(tag, at);
      uint16(2, at + 2);
      uint32(value.length, at + 4);
      const start = value.length <= 4 ? at + 8 : take(value.length);
      if (start !== at + 8) uint32(start, at + 8);
      value.copy(block, start);
      at += 12;
    }
    for (const [tag, start] of links) {
      uint16(tag, at);
      uint16(4, at + 2);
      uint32(1, at + 4);
      uint32(start, at + 8);
      at += 12;
    }
    return { next: at };
  };
  block.write(order, 0, "latin1");
  uint16(42, 2);
  const links: [number, number][] = [];
  for (const [tag, texts] of [
    [0x8769, directories.exif],
    [0x014a, directories.sub],
  ] as const) {
    if (texts === undefined) continue;
    links.push([tag, free]);
    write(texts);
  }
  uint32(free, 4);
  const { next } = write(directories.main ?? {}, links);
  if (directories.second !== undefined) {
    uint32(free, next);
    write(directories.second);
  }
  return block.subarray(0, free);
}

export const xmpOf = (inside: string, attributes = ""): string =>
  `<?xpacket begin='\ufeff' id='W5M0MpCehiHzreSzNTczkc9d'?><x:xmpmeta xmlns:x='adobe:ns:meta/'>
 <rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>
  <rdf:Description rdf:about='' xmlns:exif='http://ns.adobe.com/exif/1.0/' xmlns:xmp='http://ns.adobe.com/xap/1.0/'
    xmlns:photoshop='http://ns.adobe.com/photoshop/1.0/'${attributes}>${inside}</rdf:Description>
 </rdf:RDF></x:xmpmeta><?xpacket end='w'?>`;

const segment = (code: number, content: Buffer): Buffer => {
  const head = Buffer.from([0xff, code, 0, 0]);
  head.writeUInt16BE(content.length + 2, 2);
  return Buffer.concat([head, content]);
};
const afterStart = (file: Buffer, ...segments: Buffer[]): Buffer =>
  Buffer.concat([file.subarray(0, 2), ...segments, file.subarray(2)]);

export const jpegWithExif = (block: Buffer): Buffer =>
  afterStart(jpeg, segment(0xe1, Buffer.concat([Buffer.from("Exif\0\0"), block])));
export const jpegWithXmp = (xmp: string): Buffer =>
  afterStart(jpeg, segment(0xe1, Buffer.from(`http://ns.adobe.com/xap/1.0/\0${xmp}`)));
export const jpegWithBoth = (block: Buffer, xmp: string): Buffer =>
  afterStart(
    jpeg,
    segment(0xe1, Buffer.from(`http://ns.adobe.com/xap/1.0/\0${xmp}`)),
    segment(0xe1, Buffer.concat([Buffer.from("Exif\0\0"), block])),
  );

/** IPTC's records, each of a number and a text. */
export const iptcOf = (records: [number, string][]): Buffer =>
  Buffer.concat(
    records.map(([number, text]) => {
      const head = Buffer.from([0x1c, 2, number, 0, 0]);
      head.writeUInt16BE(text.length, 3);
      return Buffer.concat([head, Buffer.from(text)]);
    }),
  );
const resourceOf = (id: number, content: Buffer): Buffer => {
  const head = Buffer.from("8BIM\0\0\0\0\0\0\0\0");
  head.writeUInt16BE(id, 4);
  head.writeUInt32BE(content.length, 8);
  return Buffer.concat([head, content, Buffer.alloc(content.length % 2)]);
};
export const jpegWithIptc = (records: [number, string][]): Buffer =>
  afterStart(
    jpeg,
    segment(
      0xed,
      Buffer.concat([
        Buffer.from("Photoshop 3.0\0"),
        resourceOf(0x03ed, Buffer.alloc(15)),
        resourceOf(0x0404, iptcOf(records)),
      ]),
    ),
  );

export const pngChunk = (type: string, content: Buffer): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([length, Buffer.from(type), content, Buffer.alloc(4)]);
};
const headerEnd = 8 + 12 + 13;

/** @param pixels instead of the picture's own */
export function pngWith(
  place: "before" | "after",
  type: string,
  content: Buffer | string,
  pixels: Buffer = png.subarray(headerEnd, -12),
): Buffer {
  const chunk = pngChunk(type, Buffer.from(content as Buffer));
  const [head, end] = [png.subarray(0, headerEnd), png.subarray(-12)];
  return Buffer.concat(place === "before" ? [head, chunk, pixels, end] : [head, pixels, chunk, end]);
}
/** Pixels in this many chunks of so many bytes. */
export const pixelsOf = (count: number, bytes: number): Buffer =>
  Buffer.concat(Array.from({ length: count }, (_, n) => pngChunk("IDAT", Buffer.alloc(bytes, n))));

export const internationalText = (keyword: string, text: string, isCompressed: boolean): Buffer =>
  Buffer.concat([
    Buffer.from(`${keyword}\0${isCompressed ? "\x01" : "\0"}\0en\0\0`),
    isCompressed ? deflateSync(text) : Buffer.from(text),
  ]);
export const compressedText = (keyword: string, text: string): Buffer =>
  Buffer.concat([Buffer.from(`${keyword}\0\0`), deflateSync(text)]);
/** As ImageMagick keeps another format's notes. */
export const rawProfile = (name: string, bytes: Buffer): string =>
  `\n${name}\n${String(bytes.length).padStart(8)}\n${bytes.toString("hex").replaceAll(/(.{72})/g, "$1\n")}\n`;

const riffOf = (type: string, content: Buffer): Buffer => {
  const head = Buffer.from(`${type}\0\0\0\0`);
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, content, Buffer.alloc(content.length % 2)]);
};

/** @param flags whether they say that there is a note */
export async function webpWith(
  type: "EXIF" | "XMP ",
  content: Buffer | string,
  flags = true,
): Promise<Buffer> {
  const lossy = (await picture().webp().toBuffer()).subarray(12);
  const extended = Buffer.alloc(10);
  extended[0] = flags ? (type === "EXIF" ? 0x08 : 0x04) : 0;
  extended.writeUIntLE(size.width - 1, 4, 3);
  extended.writeUIntLE(size.height - 1, 7, 3);
  const body = Buffer.concat([
    Buffer.from("WEBP"),
    riffOf("VP8X", extended),
    lossy,
    riffOf(type, Buffer.from(content as Buffer)),
  ]);
  return riffOf("RIFF", body);
}

/** @param commentBytes where there are any, that much of a comment stands before it, and the pixels too */
export function gifWithXmp(xmp: string, commentBytes = 0): Buffer {
  // The trailer: from 0xff down to 0, so that whichever byte is taken for a length leads to the end.
  const trailer = Buffer.from([1, ...Array.from({ length: 256 }, (_, n) => 255 - n), 0]);
  const extension = Buffer.concat([
    Buffer.from("\x21\xff\x0bXMP DataXMP", "latin1"),
    Buffer.from(xmp),
    trailer,
  ]);
  const tables = 13 + (((gif[10] ?? 0) & 0x80) !== 0 ? 3 << (((gif[10] ?? 0) & 7) + 1) : 0);
  const comment = Array.from({ length: Math.ceil(commentBytes / 255) }, () => [
    255,
    ...Buffer.alloc(255, 120),
  ]);
  return commentBytes === 0
    ? Buffer.concat([gif.subarray(0, tables), extension, gif.subarray(tables)])
    : Buffer.concat([
        gif.subarray(0, -1),
        Buffer.from([0x21, 0xfe, ...comment.flat(), 0]),
        extension,
        Buffer.from([0x3b]),
      ]);
}

const box = (type: string, ...content: (Buffer | number[])[]): Buffer => {
  const body = Buffer.concat(content.map((part) => Buffer.from(part as number[])));
  const head = Buffer.alloc(8);
  head.writeUInt32BE(body.length + 8);
  head.write(type, 4, "latin1");
  return Buffer.concat([head, body]);
};
const uint16s = (...values: number[]) => values.flatMap((value) => [value >> 8, value & 255]);
const uint32 = (value: number) => uint16s(value >>> 16, value & 0xffff);

/** The boxes of a HEIC with one note; where its pixels should be there are none. */
export function heicWith(note: { type: "Exif" | "mime"; content: Buffer; isInMeta: boolean }): Buffer {
  const content = note.type === "Exif" ? Buffer.concat([Buffer.from(uint32(0)), note.content]) : note.content;
  const item = (id: number, type: string, more = "") =>
    box("infe", [2, 0, 0, 0, ...uint16s(id, 0)], Buffer.from(`${type}\0${more}`));
  const ftyp = box("ftyp", Buffer.from("heic\0\0\0\0mif1heic"));
  const metaWith = (dataStart: number) => {
    const location = (id: number, method: number, start: number, bytes: number) => [
      ...uint16s(id, method, 0, 1),
      ...uint32(start),
      ...uint32(bytes),
    ];
    const [method, start] = note.isInMeta ? [1, 0] : [0, dataStart + 4];
    return box(
      "meta",
      [0, 0, 0, 0],
      box("pitm", [0, 0, 0, 0, ...uint16s(1)]),
      box(
        "iinf",
        [0, 0, 0, 0, ...uint16s(2)],
        item(1, "hvc1"),
        item(2, note.type, note.type === "mime" ? "application/rdf+xml\0" : ""),
      ),
      box(
        "iloc",
        [1, 0, 0, 0, 0x44, 0, ...uint16s(2)],
        [...location(1, 0, dataStart, 4), ...location(2, method, start, content.length)],
      ),
      box(
        "iprp",
        box("ipco", box("ispe", [0, 0, 0, 0, ...uint32(size.width), ...uint32(size.height)])),
        box("ipma", [0, 0, 0, 0, ...uint32(1), ...uint16s(1), 1, 1]),
      ),
      ...(note.isInMeta ? [box("idat", content)] : []),
    );
  };
  const dataStart = ftyp.length + metaWith(0).length + 8;
  return Buffer.concat([ftyp, metaWith(dataStart), box("mdat", [1, 2, 3, 4], note.isInMeta ? [] : content)]);
}

export async function avifWith(note: { xmp: string } | { date: string }): Promise<Buffer> {
  const avif = picture().avif({ effort: 0 });
  return "xmp" in note
    ? await avif.withXmp(note.xmp).toBuffer()
    : await avif.withExif({ IFD2: { DateTimeOriginal: note.date } }).toBuffer();
}
