import { type ByteReader, damaged, headBytes, indexOf, latin1 } from "./byte-reader";
import type { Format } from "./format";
import { type Header, plainDecoding, type Size } from "./header";
import { Metadata } from "./metadata";

/** of what comes before an image: how long it is shown, and what of it shines through */
const control = { label: 0xf9, bytes: 4 } as const;
const block = { extension: 0x21, image: 0x2c, trailer: 0x3b } as const;
/** an application extension of 11 bytes and its name */
const xmpExtension = [0x21, 0xff, 0x0b, ...new TextEncoder().encode("XMP DataXMP")];
/** of the end of a file: for its trailer, and for XMP */
const tailBytes = 16 * 1024;
const chunkBytes = 1024 * 1024;
/** XMP, read as blocks, has short ones: a file of 100 MB. Tiny ones by the million are hostile. */
const maxSteps = 4_000_000;

export const gif = {
  type: "image/gif",
  extension: "gif",
  name: "GIF",
  alsoChosenAs: [],
  isPhotograph: false,
  moves: true,
  turnedBy: null,
  matches: (head) => /^GIF8[79]a$/.test(latin1(head.subarray(0, 6))),
  read,
  mend: null,
  decode: null,
} as const satisfies Format;

/** The first image may be larger than the screen, or the screen be nothing: it grows to hold it. Later images do not count. */
async function read(reader: ByteReader): Promise<Header> {
  const screen = await reader.view(6, 7);
  const blocks = new Blocks(reader, 13 + colorTableBytes(screen.getUint8(4)));
  const image = await findImage(blocks, { isFirst: true });
  if (image === null) throw damaged();
  if (!(await endsWithTrailer(reader, blocks.offset))) await walkToEnd(blocks);
  const metadata = new Metadata();
  await readXmpExtension(reader, metadata);
  return {
    ...metadata.read(),
    width: Math.max(screen.getUint16(0, true), image.width),
    height: Math.max(screen.getUint16(2, true), image.height),
    orientation: 1,
    decoding: plainDecoding,
  };
}

/** XMP is no blocks of its own but plain text, with a trailer that leads readers of blocks out of it: it is searched for at both ends. */
async function readXmpExtension(reader: ByteReader, metadata: Metadata): Promise<void> {
  const head = await reader.head();
  const tailStart = Math.max(0, reader.bytes - tailBytes);
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
async function endsWithTrailer(reader: ByteReader, from: number): Promise<boolean> {
  const length = Math.min(tailBytes, reader.bytes - from);
  if (length < 2) return false;
  const tail = await reader.take(reader.bytes - length, length);
  let end = tail.length;
  while (end > 0 && tail[end - 1] === 0) end -= 1;
  return tail[end - 1] === block.trailer && tail[end - 2] === 0;
}

/**
 * Where something follows the trailer, or there is none: image by image. Browsers show what they have where the file, or what is
 * a GIF of it, ends between two blocks.
 */
async function walkToEnd(blocks: Blocks): Promise<void> {
  do {
    blocks.skip(1);
    await blocks.skipData();
  } while ((await findImage(blocks)) !== null);
}

/** How far right and down the next image reaches, up to whose data the blocks are walked; null where there is none. */
async function findImage(blocks: Blocks, { isFirst = false } = {}): Promise<Size | null> {
  for (;;) {
    const kind = blocks.isAtEnd ? block.trailer : await blocks.next();
    if (kind === block.extension) {
      const label = await blocks.next();
      // Browsers show nothing of a first image with another one.
      if (isFirst && label === control.label) {
        if ((await blocks.next()) !== control.bytes) throw damaged();
        blocks.skip(control.bytes);
      }
      await blocks.skipData();
    } else if (kind === block.image) {
      const [left, top, width, height] = [
        await blocks.short(),
        await blocks.short(),
        await blocks.short(),
        await blocks.short(),
      ];
      blocks.skip(colorTableBytes(await blocks.next()));
      return { width: left + width, height: top + height };
    } else return null;
  }
}

/** Blocks of data hold at most 255 bytes each, so a big file is read in big chunks. Throws AppError `damaged_image` at its end. */
class Blocks {
  #chunk = new Uint8Array(0) as Uint8Array;
  #chunkStart = 0;
  #steps = 0;

  constructor(
    private readonly reader: ByteReader,
    public offset: number,
  ) {}

  get isAtEnd(): boolean {
    return this.offset >= this.reader.bytes;
  }

  async next(): Promise<number> {
    await this.#read();
    return this.#byte();
  }

  async short(): Promise<number> {
    return (await this.next()) + 256 * (await this.next());
  }

  skip(bytes: number): void {
    this.offset += bytes;
    if (this.offset > this.reader.bytes) throw damaged();
  }

  /** Over blocks of data, up to the empty one that ends them. */
  async skipData(): Promise<void> {
    for (;;) {
      await this.#read();
      while (this.#isAtHand) {
        const length = this.#byte();
        if (length === 0) return;
        this.offset += length;
      }
    }
  }

  get #isAtHand(): boolean {
    const at = this.offset - this.#chunkStart;
    return at >= 0 && at < this.#chunk.length;
  }

  async #read(): Promise<void> {
    if (this.#isAtHand) return;
    if (this.isAtEnd) throw damaged();
    this.#chunkStart = this.offset;
    // The head has been read already.
    const length = this.offset < headBytes ? headBytes - this.offset : chunkBytes;
    this.#chunk = await this.reader.take(this.offset, Math.min(length, this.reader.bytes - this.offset));
  }

  #byte(): number {
    const byte = this.#chunk[this.offset - this.#chunkStart] ?? 0;
    this.offset += 1;
    this.#steps += 1;
    if (this.#steps > maxSteps) throw damaged();
    return byte;
  }
}
