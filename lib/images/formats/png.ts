import { type ByteReader, damaged, findFromEnd, latin1 } from "./byte-reader";
import { readExif, withoutExif } from "./exif";
import type { Format } from "./format";
import { type Header, upright } from "./header";

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] as const;
/** A whole IEND chunk without its length: its checksum is always the same. */
const endChunk = [0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82] as const;
const maxExifBytes = 256 * 1024;

export const png = {
  type: "image/png",
  extension: "png",
  name: "PNG",
  alsoChosenAs: [],
  isPhotograph: false,
  moves: false,
  matches: (head) => signature.every((byte, index) => head[index] === byte),
  read,
  decode: null,
} as const satisfies Format;

/** Walks the chunks up to the pixels; after them only the end is looked for, as pixels come in thousands of chunks. */
async function read(reader: ByteReader): Promise<Header> {
  const first = await readChunk(reader, signature.length);
  if (first.type !== "IHDR" || first.bytes !== 13) throw damaged();
  const header = await reader.view(first.start, 8);
  const size = { width: header.getUint32(0), height: header.getUint32(4) };

  let exif = withoutExif;
  let chunk = first;
  while (chunk.type !== "IDAT") {
    if (chunk.type === "IEND") throw damaged();
    if (chunk.type === "eXIf" && chunk.bytes <= maxExifBytes) {
      exif = await readExif(await reader.view(chunk.start, chunk.bytes));
    }
    chunk = await readChunk(reader, chunk.end);
  }
  if (!(await findFromEnd(reader, chunk.start, endChunk))) throw damaged();
  return { ...exif, ...upright(size, exif.orientation) };
}

async function readChunk(reader: ByteReader, offset: number) {
  const prefix = await reader.take(offset, 8);
  const bytes = new DataView(prefix.buffer, prefix.byteOffset).getUint32(0);
  const start = offset + 8;
  return { type: latin1(prefix.subarray(4)), bytes, start, end: start + bytes + 4 };
}
