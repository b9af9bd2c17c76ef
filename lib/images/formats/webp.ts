import { type ByteReader, damaged, latin1 } from "./byte-reader";
import type { Format } from "./format";
import { type Header, plainDecoding, type Size } from "./header";
import { Metadata } from "./metadata";

const maxNoteBytes = 256 * 1024;
/** An animation has a chunk per frame, and notes come after them all: so many behind the first pixels they are not looked for. */
const maxChunks = 128;
/** EXIF, XMP */
const noteFlags = 0x08 | 0x04;

interface Chunk {
  type: string;
  start: number;
  bytes: number;
  end: number;
}

export const webp = {
  type: "image/webp",
  extension: "webp",
  name: "WebP",
  alsoChosenAs: [],
  isPhotograph: false,
  moves: true,
  turnedBy: null,
  matches: (head) => latin1(head.subarray(0, 4)) === "RIFF" && latin1(head.subarray(8, 12)) === "WEBP",
  read,
  mend: null,
  decode: null,
} as const satisfies Format;

async function read(reader: ByteReader): Promise<Header> {
  const riffEnd = 8 + (await reader.view(4, 4)).getUint32(0, true);
  if (riffEnd > reader.bytes) throw damaged();
  const first = await readChunk(reader, 12, riffEnd);
  const size = await readSize(reader, first);
  const metadata = new Metadata();
  if (first.type === "VP8X") await readExtended(reader, first, riffEnd, metadata);
  // Browsers show WebP as it is stored, whatever its EXIF says about orientation.
  return { ...metadata.read(), ...size, orientation: 1, decoding: plainDecoding };
}

async function readChunk(reader: ByteReader, offset: number, riffEnd: number): Promise<Chunk> {
  const prefix = await reader.take(offset, 8);
  const bytes = new DataView(prefix.buffer, prefix.byteOffset).getUint32(4, true);
  const start = offset + 8;
  if (start + bytes > riffEnd) throw damaged();
  return { type: latin1(prefix.subarray(0, 4)), start, bytes, end: start + bytes + (bytes % 2) };
}

async function readSize(reader: ByteReader, { type, start, bytes }: Chunk): Promise<Size> {
  if (bytes < 10) throw damaged();
  const view = await reader.view(start, 10);
  if (type === "VP8X") return { width: uint24(view, 4) + 1, height: uint24(view, 7) + 1 };
  if (type === "VP8L" && view.getUint8(0) === 0x2f) {
    const bits = view.getUint32(1, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  if (type === "VP8 " && uint24(view, 3) === 0x2a019d) {
    return { width: view.getUint16(6, true) & 0x3fff, height: view.getUint16(8, true) & 0x3fff };
  }
  throw damaged();
}

/** There must be pixels; and there may be notes. Only behind many frames they are worth the way just where the flags announce them. */
async function readExtended(
  reader: ByteReader,
  extended: Chunk,
  riffEnd: number,
  metadata: Metadata,
): Promise<void> {
  const hasNotes = ((await reader.view(extended.start, 1)).getUint8(0) & noteFlags) !== 0;
  let hasPixels = false;
  let chunk = extended;
  for (let count = 0; count < maxChunks && chunk.end + 8 <= riffEnd; count += hasPixels ? 1 : 0) {
    chunk = await readChunk(reader, chunk.end, riffEnd);
    hasPixels ||= ["VP8 ", "VP8L", "ANMF"].includes(chunk.type);
    if (chunk.type === "ANMF" && !hasNotes) break;
    const bytes = Math.min(chunk.bytes, maxNoteBytes);
    if (chunk.type === "EXIF") metadata.addExif(await exifBlock(reader, { ...chunk, bytes }));
    if (chunk.type === "XMP ") metadata.addXmp(await reader.take(chunk.start, bytes));
  }
  if (!hasPixels) throw damaged();
}

/** Some writers keep JPEG's prefix. */
async function exifBlock(reader: ByteReader, { start, bytes }: Chunk): Promise<DataView> {
  const prefix = "Exif\0\0";
  const isPrefixed = bytes >= prefix.length && latin1(await reader.take(start, prefix.length)) === prefix;
  return isPrefixed ? reader.view(start + prefix.length, bytes - prefix.length) : reader.view(start, bytes);
}

function uint24(view: DataView, offset: number): number {
  return view.getUint16(offset, true) | (view.getUint8(offset + 2) << 16);
}
