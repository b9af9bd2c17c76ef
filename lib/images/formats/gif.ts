import { type ByteReader, damaged, indexOf, latin1 } from "./byte-reader";
import type { Format } from "./format";
import type { Header } from "./header";
import { Metadata } from "./metadata";

const block = { extension: 0x21, image: 0x2c, trailer: 0x3b } as const;
/** an application extension of 11 bytes and its name */
const xmpExtension = [0x21, 0xff, 0x0b, ...new TextEncoder().encode("XMP DataXMP")];
/** of the end of a file: the search for its trailer needs them anyway */
const xmpTailBytes = 16 * 1024;
const chunkBytes = 256 * 1024;
/** A file of 100 MB in blocks of the usual 255 bytes; tiny blocks by the million are hostile. */
const maxSteps = 400_000;

export const gif = {
  type: "image/gif",
  extension: "gif",
  name: "GIF",
  alsoChosenAs: [],
  isPhotograph: false,
  moves: true,
  matches: (head) => /^GIF8[79]a$/.test(latin1(head.subarray(0, 6))),
  read,
  decode: null,
} as const satisfies Format;

async function read(reader: ByteReader): Promise<Header> {
  const screen = await reader.view(6, 7);
  const size = { width: screen.getUint16(0, true), height: screen.getUint16(2, true) };
  const firstBlock = 13 + colorTableBytes(screen.getUint8(4));
  if (!(await endsWithTrailer(reader, firstBlock))) await walkToTrailer(reader, firstBlock);
  const metadata = new Metadata();
  await readXmpExtension(reader, metadata);
  return { ...metadata.read(), ...size, orientation: 1 };
}

/** XMP is no blocks of its own but plain text, with a trailer that leads readers of blocks out of it: it is searched for at both ends. */
async function readXmpExtension(reader: ByteReader, metadata: Metadata): Promise<void> {
  const head = await reader.head();
  const tailStart = Math.max(0, reader.bytes - xmpTailBytes);
  const tail = await reader.take(tailStart, reader.bytes - tailStart);
  const [inHead, inTail] = [indexOf(head, xmpExtension), indexOf(tail, xmpExtension)];
  if (inHead >= 0) metadata.addXmp(head.subarray(inHead));
  else if (inTail >= 0) metadata.addXmp(tail.subarray(inTail));
}

/** The length of a colour table, by the flags of the screen or of one image. */
function colorTableBytes(flags: number): number {
  return flags & 0x80 ? 3 << ((flags & 0x07) + 1) : 0;
}

/** The usual case, for one small read: the end of the last block, the trailer, perhaps padding. */
async function endsWithTrailer(reader: ByteReader, firstBlock: number): Promise<boolean> {
  const length = Math.min(4096, reader.bytes - firstBlock);
  if (length < 2) return false;
  const tail = await reader.take(reader.bytes - length, length);
  let end = tail.length;
  while (end > 0 && tail[end - 1] === 0) end -= 1;
  return tail[end - 1] === block.trailer && tail[end - 2] === 0;
}

/** Where something follows the trailer, or nothing does: block by block, until the trailer or the end of the file. */
async function walkToTrailer(reader: ByteReader, firstBlock: number): Promise<void> {
  const bytes = new Cursor(reader, firstBlock);
  for (;;) {
    const kind = await bytes.next();
    if (kind === block.trailer) return;
    if (kind === block.extension) bytes.skip(1);
    else if (kind === block.image) {
      bytes.skip(8);
      bytes.skip(colorTableBytes(await bytes.next()) + 1);
    } else throw damaged();
    for (let length = await bytes.next(); length > 0; length = await bytes.next()) bytes.skip(length);
  }
}

/** Sub-blocks hold at most 255 bytes each, so a big file is read in big chunks. */
class Cursor {
  #chunk = new Uint8Array(0) as Uint8Array;
  #chunkStart = 0;
  #steps = 0;

  constructor(
    private readonly reader: ByteReader,
    private offset: number,
  ) {}

  skip(bytes: number): void {
    this.offset += bytes;
  }

  async next(): Promise<number> {
    this.#steps += 1;
    if (this.#steps > maxSteps) throw damaged();
    if (this.offset - this.#chunkStart >= this.#chunk.length) {
      if (this.offset >= this.reader.bytes) throw damaged();
      this.#chunkStart = this.offset;
      this.#chunk = await this.reader.take(
        this.offset,
        Math.min(chunkBytes, this.reader.bytes - this.offset),
      );
    }
    const byte = this.#chunk[this.offset - this.#chunkStart];
    if (byte === undefined) throw damaged();
    this.offset += 1;
    return byte;
  }
}
