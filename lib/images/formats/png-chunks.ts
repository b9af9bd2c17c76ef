import { type ByteReader, lastIndexOf, latin1, viewOf } from "./byte-reader";

export interface Chunk {
  type: string;
  /** of its data */
  start: number;
  bytes: number;
  /** where the next one begins */
  end: number;
}

const endWord = [0x49, 0x45, 0x4e, 0x44] as const;
/** of the end of a file: what the search for the end of the picture has read already */
const nearBytes = 64 * 1024;
const farBytes = 1024 * 1024;
const maxHops = 16;

export async function readChunk(reader: ByteReader, offset: number): Promise<Chunk> {
  const prefix = await reader.take(offset, 8);
  const bytes = viewOf(prefix).getUint32(0);
  const start = offset + 8;
  return { type: latin1(prefix.subarray(4)), start, bytes, end: start + bytes + 4 };
}

/** Whether its checksum is right. Browsers leave out a note that has a wrong one. */
export async function isIntact(reader: ByteReader, { start, bytes }: Chunk): Promise<boolean> {
  const checked = await reader.take(start - 4, bytes + 8);
  return crc32(checked.subarray(0, -4)) === viewOf(checked).getUint32(bytes + 4);
}

function crc32(bytes: Uint8Array): number {
  let sum = -1;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
}

/**
 * The chunks behind the pixels, and perhaps the last of those. Pixels can come in thousands of chunks: that the last bytes of a
 * file are chunks up to its end shows without walking through all of them.
 */
export async function findTrailing(reader: ByteReader, firstPixels: Chunk): Promise<Chunk[]> {
  const near = await chunksInTail(reader, firstPixels, nearBytes);
  if (isAll(near, firstPixels)) return near;
  const walked = await walk(reader, firstPixels);
  if (walked !== null) return walked;
  const far = await chunksInTail(reader, firstPixels, farBytes);
  return far.length > 0 ? far : near;
}

/** Whether nothing but pixels can precede them. */
const isAll = ([first]: Chunk[], firstPixels: Chunk): boolean =>
  first !== undefined && (first.type === "IDAT" || first.start - 8 === firstPixels.end);

async function walk(reader: ByteReader, firstPixels: Chunk): Promise<Chunk[] | null> {
  const chunks: Chunk[] = [];
  let at = firstPixels.end;
  for (let hop = 0; hop < maxHops && at + 8 <= reader.bytes; hop += 1) {
    const chunk = await readChunk(reader, at);
    if (chunk.type === "IEND" || chunk.end > reader.bytes) return chunks;
    chunks.push(chunk);
    at = chunk.end;
  }
  return null;
}

/** The chunks that lead up to the end of the picture, from the first that the tail has whole. */
async function chunksInTail(reader: ByteReader, firstPixels: Chunk, bytes: number): Promise<Chunk[]> {
  const from = Math.max(firstPixels.end, reader.bytes - bytes);
  if (from >= reader.bytes) return [];
  const tail = await reader.take(from, reader.bytes - from);
  const end = lastIndexOf(tail, endWord) - 4;
  // A chunk that is so short begins with a zero.
  for (let start = tail.indexOf(0); start >= 0 && start < end; start = tail.indexOf(0, start + 1)) {
    const chunks = chunksFrom(tail, start, end);
    if (chunks !== null)
      return chunks.map((chunk) => ({ ...chunk, start: from + chunk.start, end: from + chunk.end }));
  }
  return [];
}

/** The chunks from here to the end; null where what stands here is none that leads there. */
function chunksFrom(tail: Uint8Array, first: number, end: number): Chunk[] | null {
  const view = viewOf(tail);
  const chunks: Chunk[] = [];
  let at = first;
  while (at + 12 <= end) {
    const bytes = view.getUint32(at);
    const word = tail.subarray(at + 4, at + 8);
    if (at + 12 + bytes > end || !word.every(isLetter)) return null;
    chunks.push({ type: latin1(word), start: at + 8, bytes, end: at + 12 + bytes });
    at += 12 + bytes;
  }
  return at === end ? chunks : null;
}

const isLetter = (byte: number): boolean => (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
