import type { HuffmanTable, JpegBits } from "./jpeg-bits";

export interface Component {
  id: number;
  /** blocks in a row and in a column of a scan that holds it alone */
  columns: number;
  rows: number;
  /** in a unit of a scan that holds several */
  blocksInUnit: number;
  /** Of each of a block's 64 numbers, how many low bits are still to come; -1 where nothing has. */
  missingBits: Int8Array;
  /** Which of a block's numbers are not zero, a bit for each: what refines them goes by that. */
  isSet: { low: Uint32Array; high: Uint32Array } | null;
}

export interface Scan {
  isProgressive: boolean;
  parts: { component: Component; dc: HuffmanTable | undefined; ac: HuffmanTable | undefined }[];
  /** the first and the last of a block's numbers that it holds */
  from: number;
  to: number;
  /** the bits that came before; 0 in the first scan of a number */
  high: number;
  /** the bits that are still to come */
  low: number;
}

/** Reads a scan block by block, without minding what its numbers are. */
interface Coder {
  /** Reads a block; false where there is no such code. */
  read(part: Scan["parts"][number], block: number): boolean;
  restart(): void;
}

export function coderOf(scan: Scan, bits: JpegBits): Coder {
  if (!scan.isProgressive) return { read: (part) => readSequential(part, bits), restart: () => {} };
  if (scan.from === 0) {
    return {
      read: ({ dc }) => (scan.high === 0 ? readFirst(dc, bits) : bits.take(1) >= 0),
      restart: () => {},
    };
  }
  return new AlternatingCoder(scan, bits);
}

/** The first number of a block: how many bits it has, then the bits. */
function readFirst(table: HuffmanTable | undefined, bits: JpegBits): boolean {
  const length = table === undefined ? -1 : bits.symbol(table);
  if (length < 0 || length > 16) return false;
  bits.take(length);
  return true;
}

function readSequential({ dc, ac }: Scan["parts"][number], bits: JpegBits): boolean {
  if (ac === undefined || !readFirst(dc, bits)) return false;
  for (let at = 1; at < 64; at += 1) {
    const symbol = bits.symbol(ac);
    if (symbol < 0) return false;
    const length = symbol & 15;
    if (length === 0 && symbol !== 0xf0) return true;
    at += symbol >> 4;
    bits.take(length);
  }
  return true;
}

/** The other 63 numbers of a progressive JPEG's blocks: a band of them, some of their bits. */
class AlternatingCoder implements Coder {
  /** Blocks from here on that end at once. */
  #ended = 0;

  constructor(
    private readonly scan: Scan,
    private readonly bits: JpegBits,
  ) {}

  restart(): void {
    this.#ended = 0;
  }

  read({ component, ac }: Scan["parts"][number], block: number): boolean {
    if (ac === undefined) return false;
    const blocks = component.columns * component.rows;
    component.isSet ??= { low: new Uint32Array(blocks), high: new Uint32Array(blocks) };
    return this.scan.high === 0
      ? this.#readFirst(ac, component.isSet, block)
      : this.#refine(ac, component.isSet, block);
  }

  #readFirst(table: HuffmanTable, isSet: NonNullable<Component["isSet"]>, block: number): boolean {
    if (this.#ended > 0) {
      this.#ended -= 1;
      return true;
    }
    for (let at = this.scan.from; at <= this.scan.to; at += 1) {
      const symbol = this.bits.symbol(table);
      if (symbol < 0) return false;
      const [run, length] = [symbol >> 4, symbol & 15];
      if (length === 0 && run < 15) {
        this.#ended = (1 << run) + this.bits.take(run) - 1;
        return true;
      }
      at += run;
      if (length > 0) {
        this.bits.take(length);
        set(isSet, block, at);
      }
    }
    return true;
  }

  #refine(table: HuffmanTable, isSet: NonNullable<Component["isSet"]>, block: number): boolean {
    let at = this.scan.from;
    if (this.#ended === 0) {
      for (; at <= this.scan.to; at += 1) {
        const symbol = this.bits.symbol(table);
        if (symbol < 0) return false;
        const [run, length] = [symbol >> 4, symbol & 15];
        if (length === 0 && run < 15) {
          this.#ended = (1 << run) + this.bits.take(run);
          break;
        }
        if (length > 0) this.bits.take(1);
        at = this.#skip(isSet, block, at, run);
        if (length > 0) set(isSet, block, at);
      }
    }
    if (this.#ended > 0) {
      this.#skip(isSet, block, at, 64);
      this.#ended -= 1;
    }
    return true;
  }

  /** Over so many numbers that are zero, up to the next one; each that is not has one more bit here. */
  #skip(isSet: NonNullable<Component["isSet"]>, block: number, from: number, zeros: number): number {
    let left = zeros;
    let at = from;
    for (; at <= this.scan.to; at += 1) {
      if (has(isSet, block, at)) this.bits.take(1);
      else if (left === 0) break;
      else left -= 1;
    }
    return at;
  }
}

function set({ low, high }: NonNullable<Component["isSet"]>, block: number, at: number): void {
  const half = at < 32 ? low : high;
  half[block] = (half[block] ?? 0) | (1 << (at & 31));
}

const has = ({ low, high }: NonNullable<Component["isSet"]>, block: number, at: number): boolean =>
  (((at < 32 ? low[block] : high[block]) ?? 0) & (1 << (at & 31))) !== 0;
