import { type ByteReader, damaged } from "./byte-reader";

const chunkBytes = 1024 * 1024;
/** A unit of a scan, which is at most ten blocks of 64 numbers, is shorter. */
const unitBytes = 16 * 1024;

/** A Huffman table: by the next 16 bits, how long the code is and what it means, as length * 256 + value; 0 is no code. */
export type HuffmanTable = Uint16Array;

/** @param counts how many codes there are of each length, 1 to 16 */
export function huffmanTable(counts: Uint8Array, values: Uint8Array): HuffmanTable {
  const table = new Uint16Array(65_536);
  let start = 0;
  let next = 0;
  for (const [index, count] of counts.entries()) {
    const span = 65_536 >> (index + 1);
    for (let left = count; left > 0; left -= 1) {
      if (start + span > table.length) throw damaged();
      table.fill((index + 1) * 256 + (values[next] ?? 0), start, start + span);
      start += span;
      next += 1;
    }
  }
  return table;
}

/** The bits of a JPEG's scan. Where they are used up, zeros follow, and `isShort` says so. */
export class JpegBits {
  #bytes = new Uint8Array(0) as Uint8Array;
  /** of the first of `#bytes` in the file */
  #start: number;
  #position = 0;
  #bits = 0;
  #count = 0;
  /** of the bits that are waiting, those behind the end */
  #madeUp = 0;
  /** in the file: behind each of the last bytes, of which some may be waiting */
  readonly #ends = new Float64Array(4);
  #loaded = 0;

  constructor(
    private readonly reader: ByteReader,
    start: number,
  ) {
    this.#start = start;
  }

  get isShort(): boolean {
    return this.#count < this.#madeUp;
  }

  /** in the file: behind the byte that holds the last bit that was read */
  get end(): number {
    const waiting = (this.#count - this.#madeUp) >> 3;
    return this.#ends[(this.#loaded - 1 - waiting) & 3] ?? 0;
  }

  /** Whether the next unit of the scan is at hand, or all that is left: else `read` has to be awaited first. */
  get isAtHand(): boolean {
    const left = this.#bytes.length - this.#position;
    return left >= unitBytes || this.#start + this.#bytes.length === this.reader.bytes;
  }

  async read(): Promise<void> {
    const from = this.#start + this.#position;
    this.#bytes = await this.reader.take(from, Math.min(chunkBytes, this.reader.bytes - from));
    this.#start = from;
    this.#position = 0;
  }

  /** The next value by this table, or -1 where there is no such code. */
  symbol(table: HuffmanTable): number {
    this.#fill();
    const entry = table[(this.#bits >>> (this.#count - 16)) & 0xffff] ?? 0;
    this.#count -= entry >> 8;
    return entry === 0 ? -1 : entry & 255;
  }

  /** Up to 16 bits as a number. */
  take(count: number): number {
    this.#fill();
    this.#count -= count;
    return (this.#bits >>> this.#count) & ((1 << count) - 1);
  }

  /** Goes behind the restart marker that has to stand here; false where it does not. */
  restart(number: number): boolean {
    this.#count = 0;
    this.#madeUp = 0;
    this.#bits = 0;
    while (this.#bytes[this.#position] === 0xff && this.#bytes[this.#position + 1] === 0xff)
      this.#position += 1;
    const isThere =
      this.#bytes[this.#position] === 0xff && this.#bytes[this.#position + 1] === 0xd0 + (number & 7);
    this.#position += 2;
    return isThere;
  }

  #fill(): void {
    while (this.#count < 16) {
      const byte = this.#nextByte();
      if (byte < 0) this.#madeUp += 8;
      else {
        this.#ends[this.#loaded & 3] = this.#start + this.#position;
        this.#loaded += 1;
      }
      this.#bits = (this.#bits << 8) | Math.max(0, byte);
      this.#count += 8;
    }
  }

  /** -1 at a marker, and at the end. A zero is put behind each 0xff that is none. */
  #nextByte(): number {
    const byte = this.#bytes[this.#position];
    if (byte === undefined) return -1;
    if (byte === 0xff) {
      if (this.#bytes[this.#position + 1] !== 0) return -1;
      this.#position += 1;
    }
    this.#position += 1;
    return byte;
  }
}
