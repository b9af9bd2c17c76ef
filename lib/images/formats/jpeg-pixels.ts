import { type ByteReader, damaged } from "./byte-reader";
import { type HuffmanTable, huffmanTable, JpegBits } from "./jpeg-bits";
import { findMarker, isStartOfFrame, marker, standsAlone } from "./jpeg-markers";

/** Of one picture: 350 megapixels with colours at half their size. What refines a progressive one takes 8 bytes a block. */
const maxBlocks = 8_000_000;
/** Of all scans together. */
const maxBlocksRead = 40_000_000;
/** Others get their turn after so many. */
const unitsAtOnce = 250_000;

interface Component {
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

interface Frame {
  isProgressive: boolean;
  components: Component[];
  /** of a scan that holds several components */
  units: number;
}

interface Scan {
  parts: { component: Component; dc: HuffmanTable | undefined; ac: HuffmanTable | undefined }[];
  /** the first and the last of a block's numbers that it holds */
  from: number;
  to: number;
  /** the bits that came before; 0 in the first scan of a number */
  high: number;
  /** the bits that are still to come */
  low: number;
}

/**
 * Where the pixels of a JPEG end; null where some are missing, or its way of coding is none that a browser knows. For files that
 * lack the marker of their end: nothing but reading all numbers of all blocks tells whether they are whole. See “JPEG without its
 * end” in ../README.md.
 */
export async function findEndOfPixels(reader: ByteReader): Promise<number | null> {
  const walk = new PixelWalk(reader);
  for (let offset = 2; ; ) {
    const next = await findMarker(reader, offset);
    if (next === null || next.code === marker.endOfImage) return null;
    if (standsAlone(next.code)) {
      offset = next.end;
      continue;
    }
    const length = (await reader.view(next.end, 2)).getUint16(0);
    const content = { start: next.end + 2, bytes: length - 2 };
    if (next.code !== marker.startOfScan) {
      await walk.readTables(next.code, content);
      offset = next.end + length;
      continue;
    }
    const end = await walk.readScan(content);
    if (end === null || walk.isComplete) return end;
    offset = end;
  }
}

class PixelWalk {
  #frame: Frame | null = null;
  #restartUnits = 0;
  #blocksLeft = maxBlocksRead;
  readonly #dc: HuffmanTable[] = [];
  readonly #ac: HuffmanTable[] = [];

  constructor(private readonly reader: ByteReader) {}

  get isComplete(): boolean {
    const components = this.#frame?.components ?? [];
    return components.every(({ missingBits }) => missingBits.every((bits) => bits === 0));
  }

  async readTables(code: number, { start, bytes }: { start: number; bytes: number }): Promise<void> {
    if (isStartOfFrame(code)) this.#frame = readFrame(code, await this.reader.view(start, bytes));
    if (code === marker.restartInterval)
      this.#restartUnits = (await this.reader.view(start, bytes)).getUint16(0);
    if (code === marker.huffmanTables) this.#readHuffmanTables(await this.reader.take(start, bytes));
  }

  #readHuffmanTables(content: Uint8Array): void {
    for (let at = 0; at + 17 <= content.length; ) {
      const place = content[at] ?? 0;
      const counts = content.subarray(at + 1, at + 17);
      const count = counts.reduce((sum, each) => sum + each, 0);
      const tables = place & 0x10 ? this.#ac : this.#dc;
      tables[place & 15] = huffmanTable(counts, content.subarray(at + 17, at + 17 + count));
      at += 17 + count;
    }
  }

  /** Where its numbers end; null where they are not all there. */
  async readScan({ start, bytes }: { start: number; bytes: number }): Promise<number | null> {
    if (this.#frame === null) throw damaged();
    const scan = this.#readScanHeader(this.#frame, await this.reader.view(start, bytes));
    const [only] = scan.parts;
    const isAlone = scan.parts.length === 1 && only !== undefined;
    const units = isAlone ? only.component.columns * only.component.rows : this.#frame.units;
    const blocks = isAlone ? 1 : scan.parts.reduce((sum, { component }) => sum + component.blocksInUnit, 0);
    this.#blocksLeft -= units * blocks;
    if (this.#blocksLeft < 0) return null;
    const bits = new JpegBits(this.reader, start + bytes);
    const coder = coderOf(this.#frame, scan, bits);
    for (let unit = 0; unit < units; unit += 1) {
      if (!bits.isAtHand) await bits.read();
      if (unit % unitsAtOnce === unitsAtOnce - 1) await pause();
      if (this.#restartUnits > 0 && unit > 0 && unit % this.#restartUnits === 0) {
        if (bits.isShort || !bits.restart(unit / this.#restartUnits - 1)) return null;
        coder.restart();
      }
      for (const part of scan.parts) {
        const count = isAlone ? 1 : part.component.blocksInUnit;
        for (let block = 0; block < count; block += 1) if (!coder.read(part, unit)) return null;
      }
      if (bits.isShort) return null;
    }
    for (const { component } of scan.parts) component.missingBits.fill(scan.low, scan.from, scan.to + 1);
    return bits.end;
  }

  #readScanHeader({ isProgressive, components }: Frame, view: DataView): Scan {
    const count = view.getUint8(0);
    const parts = Array.from({ length: count }, (_, index) => {
      const id = view.getUint8(1 + 2 * index);
      const tables = view.getUint8(2 + 2 * index);
      const component = components.find((candidate) => candidate.id === id);
      if (component === undefined) throw damaged();
      return { component, dc: this.#dc[tables >> 4], ac: this.#ac[tables & 15] };
    });
    // What other scans than progressive ones say of the rest, decoders leave out, and Samsung's cameras get wrong.
    if (!isProgressive) return { parts, from: 0, to: 63, high: 0, low: 0 };
    const [from, to, bits] = [1, 2, 3].map((offset) => view.getUint8(2 * count + offset));
    if (from === undefined || to === undefined || bits === undefined) throw damaged();
    if (from > to || to > 63 || (from === 0 && to > 0) || (from > 0 && count > 1)) throw damaged();
    return { parts, from, to, high: bits >> 4, low: bits & 15 };
  }
}

function readFrame(code: number, view: DataView): Frame {
  const [height, width] = [view.getUint16(1), view.getUint16(3)];
  // Baseline, extended and progressive, with Huffman's code.
  if (code > 0xc2) throw damaged();
  const sampled = Array.from({ length: view.getUint8(5) }, (_, index) => {
    const factors = view.getUint8(7 + 3 * index);
    return { id: view.getUint8(6 + 3 * index), across: factors >> 4, down: factors & 15 };
  });
  const across = Math.max(...sampled.map((component) => component.across));
  const down = Math.max(...sampled.map((component) => component.down));
  const units = Math.ceil(width / (8 * across)) * Math.ceil(height / (8 * down));
  if (units * sampled.reduce((sum, component) => sum + component.across * component.down, 0) > maxBlocks)
    throw damaged();
  return {
    isProgressive: code === 0xc2,
    units,
    components: sampled.map((component) => ({
      id: component.id,
      columns: Math.ceil(Math.ceil((width * component.across) / across) / 8),
      rows: Math.ceil(Math.ceil((height * component.down) / down) / 8),
      blocksInUnit: component.across * component.down,
      missingBits: new Int8Array(64).fill(-1),
      isSet: null,
    })),
  };
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

interface Coder {
  /** Reads a block; false where there is no such code. */
  read(part: Scan["parts"][number], block: number): boolean;
  restart(): void;
}

function coderOf({ isProgressive }: Frame, scan: Scan, bits: JpegBits): Coder {
  if (!isProgressive) return { read: (part) => readSequential(part, bits), restart: () => {} };
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
