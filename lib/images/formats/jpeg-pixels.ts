import { type ByteReader, damaged } from "./byte-reader";
import { type HuffmanTable, huffmanTable, JpegBits } from "./jpeg-bits";
import { type Component, coderOf, type Scan } from "./jpeg-coders";
import { findMarker, isStartOfFrame, marker, standsAlone } from "./jpeg-markers";

/** Of one picture: 350 megapixels with colours at half their size. What refines a progressive one takes 8 bytes a block. */
const maxBlocks = 8_000_000;
/** Of all scans together. */
const maxBlocksRead = 40_000_000;
/** Others get their turn after so many. */
const unitsAtOnce = 250_000;

interface Frame {
  isProgressive: boolean;
  components: Component[];
  /** of a scan that holds several components */
  units: number;
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
    const coder = coderOf(scan, bits);
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
    if (!isProgressive) return { isProgressive, parts, from: 0, to: 63, high: 0, low: 0 };
    const [from, to, bits] = [1, 2, 3].map((offset) => view.getUint8(2 * count + offset));
    if (from === undefined || to === undefined || bits === undefined) throw damaged();
    if (from > to || to > 63 || (from === 0 && to > 0) || (from > 0 && count > 1)) throw damaged();
    return { isProgressive, parts, from, to, high: bits >> 4, low: bits & 15 };
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
