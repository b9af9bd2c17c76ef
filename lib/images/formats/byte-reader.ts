import { AppError } from "@/lib/errors";

/** Bytes that can be read in part: a File in the browser, ranged GETs on the server. `end` is exclusive. */
export interface ByteSource {
  bytes: number;
  read(start: number, end: number): Promise<Uint8Array>;
}

/** A file, as browsers and Node have it. */
export const blobSource = (blob: Blob): ByteSource => ({
  bytes: blob.size,
  read: async (start, end) => new Uint8Array(await blob.slice(start, end).arrayBuffer()),
});

export const headBytes = 64 * 1024;
/**
 * What is read ahead of a small structure, so that walking a chain does not cost a request per link: more with each read, as a
 * long chain is mostly of long links.
 */
const aheadBytes = { first: 16 * 1024, most: 1024 * 1024 };
/** No header structure that matters is longer; a file that claims one is hostile. */
const maxTakeBytes = 1024 * 1024;
/** Bounds for hostile files: requests to the source, and steps within what was read. */
export const maxSourceReads = 256;
const maxTakes = 100_000;

export function damaged(cause?: unknown): AppError {
  return new AppError("damaged_image", undefined, { cause });
}

/** Reads parts of a source with bounds: past the end, or past the budget, the picture counts as damaged. */
export class ByteReader {
  #head = new Uint8Array(0);
  #window = { start: 0, bytes: new Uint8Array(0) };
  #aheadBytes = aheadBytes.first;
  #reads = 0;
  #takes = 0;

  constructor(private readonly source: ByteSource) {}

  get bytes(): number {
    return this.source.bytes;
  }

  /** The beginning of the source, kept for as long as the reader lives. */
  async head(): Promise<Uint8Array> {
    if (this.#head.length === 0) this.#head = await this.#read(0, Math.min(headBytes, this.bytes));
    return this.#head;
  }

  async take(start: number, length: number): Promise<Uint8Array> {
    const end = start + length;
    if (!Number.isSafeInteger(start) || start < 0 || end > this.bytes || length > maxTakeBytes)
      throw damaged();
    this.#takes += 1;
    if (this.#takes > maxTakes) throw damaged();
    const head = await this.head();
    if (end <= head.length) return head.subarray(start, end);
    const window = this.#window;
    const isInWindow = start >= window.start && end <= window.start + window.bytes.length;
    if (!isInWindow) {
      const readEnd = Math.min(this.bytes, start + Math.max(length, this.#aheadBytes));
      this.#aheadBytes = Math.min(aheadBytes.most, this.#aheadBytes * 2);
      this.#window = { start, bytes: await this.#read(start, readEnd) };
    }
    const offset = start - this.#window.start;
    return this.#window.bytes.subarray(offset, offset + length);
  }

  async view(start: number, length: number): Promise<DataView> {
    return viewOf(await this.take(start, length));
  }

  async #read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
    this.#reads += 1;
    if (this.#reads > maxSourceReads) throw damaged();
    const bytes = await this.source.read(start, end);
    if (bytes.length !== end - start) throw damaged();
    return bytes as Uint8Array<ArrayBuffer>;
  }
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The bytes as text, one character per byte: for magic words, not for people. */
export function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** Where `pattern` first starts in `bytes`, or -1. */
export function indexOf(bytes: Uint8Array, pattern: readonly number[]): number {
  const [first = 0] = pattern;
  let start = bytes.indexOf(first);
  while (start >= 0 && !pattern.every((byte, offset) => bytes[start + offset] === byte))
    start = bytes.indexOf(first, start + 1);
  return start;
}

/** Where `pattern` last starts in `bytes`, or -1. */
export function lastIndexOf(bytes: Uint8Array, pattern: readonly number[]): number {
  const [first = 0] = pattern;
  let start = bytes.lastIndexOf(first);
  while (start >= 0 && !pattern.every((byte, offset) => bytes[start + offset] === byte))
    start = start === 0 ? -1 : bytes.lastIndexOf(first, start - 1);
  return start;
}

const tailBytes = 64 * 1024;
const searchBytes = 1024 * 1024;

/** Looks for `pattern` from the end of the source back to `from`: in the last 64 KiB first, where it nearly always is. */
export async function findFromEnd(
  reader: ByteReader,
  from: number,
  pattern: readonly number[],
): Promise<boolean> {
  let end = reader.bytes;
  let size = tailBytes;
  while (end - from >= pattern.length) {
    const start = Math.max(from, end - size);
    if (lastIndexOf(await reader.take(start, end - start), pattern) >= 0) return true;
    if (start === from) return false;
    end = start + pattern.length - 1;
    size = searchBytes;
  }
  return false;
}
