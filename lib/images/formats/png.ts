import { type ByteReader, damaged, findFromEnd } from "./byte-reader";
import type { Format } from "./format";
import { type Header, plainDecoding, type Size, upright } from "./header";
import { Metadata } from "./metadata";
import { type Chunk, readChunk } from "./png-chunks";
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
  let hasPalette = false;
  let chunk = first;
  while (chunk.type !== "IDAT") {
    // A small third letter has no meaning yet: some decoders leave such a chunk out, others refuse the file.
    if (chunk.type === "IEND" || !/^[A-Za-z]{2}[A-Z][A-Za-z]$/.test(chunk.type)) throw damaged();
    if (chunk.type === "PLTE" && hasPalette) throw damaged();
    hasPalette ||= chunk.type === "PLTE";
    if (chunk.type === "fcTL") await requireWhole(reader, chunk, size);
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

/** Browsers show nothing of an animation whose first frame is the pixels of the file, but of another size. */
async function requireWhole(reader: ByteReader, { start }: Chunk, { width, height }: Size): Promise<void> {
  const frame = await reader.view(start, 20);
  const place = [4, 8, 12, 16].map((offset) => frame.getUint32(offset));
  if (place.join() !== [width, height, 0, 0].join()) throw damaged();
}
