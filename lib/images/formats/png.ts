import { type ByteReader, damaged, findFromEnd } from "./byte-reader";
import type { Format } from "./format";
import { type Header, plainDecoding, upright } from "./header";
import { Metadata } from "./metadata";
import { readChunk } from "./png-chunks";
import { addNote, addTrailingNotes } from "./png-notes";

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] as const;
/** A whole IEND chunk without its length: its checksum is always the same. */
const endChunk = [0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82] as const;

export const png = {
  type: "image/png",
  extension: "png",
  name: "PNG",
  alsoChosenAs: [],
  isPhotograph: false,
  moves: false,
  turnedBy: "exif",
  matches: (head) => signature.every((byte, index) => head[index] === byte),
  read,
  mend: null,
  decode: null,
} as const satisfies Format;

/** Walks the chunks up to the pixels; after them only the end is looked for, as pixels come in thousands of chunks. */
async function read(reader: ByteReader): Promise<Header> {
  const first = await readChunk(reader, signature.length);
  if (first.type !== "IHDR" || first.bytes !== 13) throw damaged();
  const header = await reader.view(first.start, 8);
  const size = { width: header.getUint32(0), height: header.getUint32(4) };

  const metadata = new Metadata();
  let isAnimated = false;
  let chunk = first;
  while (chunk.type !== "IDAT") {
    if (chunk.type === "IEND") throw damaged();
    if (chunk.type === "acTL") isAnimated = (await reader.view(chunk.start, 4)).getUint32(0) > 1;
    await addNote(reader, chunk, metadata, { turns: true });
    chunk = await readChunk(reader, chunk.end);
  }
  if (!(await findFromEnd(reader, chunk.start, endChunk))) throw damaged();
  await addTrailingNotes(reader, chunk, metadata);
  return {
    ...metadata.read(),
    ...upright(size, metadata.orientation),
    ...(isAnimated && { isAnimated }),
    decoding: plainDecoding,
  };
}
