/** The directories of a TIFF block, which is what EXIF is. Nothing in it is trusted: what cannot be read is not there. */

const tagOf = { exifIfd: 0x8769, subIfds: 0x014a, interoperabilityIfd: 0xa005, gpsIfd: 0x8825 } as const;

/** A hostile block can claim any number of either. */
const maxDirectories = 32;
const maxEntries = 1000;
const maxTextBytes = 1000;

const type = { byte: 1, ascii: 2, short: 3, undefined: 7, utf8: 129 } as const;
const textTypes: readonly number[] = [type.ascii, type.utf8, type.undefined, type.byte];
/** by EXIF's number of a type */
const bytesOfType: Partial<Record<number, number>> = {
  ...{ 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 129: 1 },
};

interface Entry {
  type: number;
  count: number;
  /** of the value, from the beginning of the block */
  start: number;
}

type Directory = ReadonlyMap<number, Entry>;

export class Tiff {
  readonly #isLittle: boolean;
  /** Whether 42 stands behind the order of its bytes. */
  readonly #isMarked: boolean;
  readonly #main: Directory;
  /** the one that EXIF means, the main one, then all others but that of the place */
  readonly #directories: Directory[];
  /** of the place, whose tags have numbers that mean something else elsewhere */
  readonly #gps: Directory | undefined;

  constructor(private readonly view: DataView) {
    const order = view.byteLength < 8 ? 0 : view.getUint16(0);
    this.#isLittle = order === 0x4949;
    const isTiff = this.#isLittle || order === 0x4d4d;
    this.#isMarked = isTiff && view.getUint16(2, this.#isLittle) === 42;
    const all = isTiff ? this.#walk(view.getUint32(4, this.#isLittle)) : [];
    const found = all.filter(({ by }) => by !== tagOf.gpsIfd);
    this.#gps = all.find(({ by }) => by === tagOf.gpsIfd)?.directory;
    this.#main = found[0]?.directory ?? new Map();
    this.#directories = [
      ...found.filter(({ by }) => by === tagOf.exifIfd),
      ...found.filter(({ by }) => by !== tagOf.exifIfd),
    ].map(({ directory }) => directory);
  }

  get isEmpty(): boolean {
    return this.#directories.every(({ size }) => size === 0) && this.#gps === undefined;
  }

  /** Its texts, in whichever directory they are. */
  texts(tag: number): string[] {
    return this.#found(tag, (entry) => this.#text(entry));
  }

  /** Its first number, in whichever directory that is. */
  number(tag: number): number | undefined {
    return this.#found(tag, (entry) => this.#numbers(entry, 1)[0])[0];
  }

  /** Of the main directory, and only where it is one SHORT, as browsers read it. */
  mainShort(tag: number): number | undefined {
    const entry = this.#main.get(tag);
    const isRead = this.#isMarked && entry?.type === type.short && entry.count === 1;
    return isRead ? this.#numbers(entry, 1)[0] : undefined;
  }

  /** Of the directory of the place: its texts, its first numbers, its bytes. */
  placeText(tag: number): string | undefined {
    const entry = this.#gps?.get(tag);
    return entry && this.#text(entry);
  }

  placeNumbers(tag: number, most: number): number[] {
    const entry = this.#gps?.get(tag);
    return entry === undefined ? [] : this.#numbers(entry, most);
  }

  placeByte(tag: number): number | undefined {
    const entry = this.#gps?.get(tag);
    return entry?.type === type.byte ? this.view.getUint8(entry.start) : undefined;
  }

  #found<T>(tag: number, read: (entry: Entry) => T | undefined): T[] {
    return this.#directories.flatMap((directory) => {
      const entry = directory.get(tag);
      const value = entry && read(entry);
      return value === undefined ? [] : [value];
    });
  }

  #walk(mainStart: number): { by: number; directory: Directory }[] {
    const found: { by: number; directory: Directory }[] = [];
    const seen = new Set<number>();
    const waiting = [{ by: 0, start: mainStart }];
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { by, start } = next;
      if (seen.has(start) || seen.size === maxDirectories) continue;
      seen.add(start);
      const directory = this.#directory(start);
      if (directory === null) continue;
      found.push({ by, directory });
      for (const tag of Object.values(tagOf)) {
        const entry = directory.get(tag);
        if (entry === undefined) continue;
        for (const inner of this.#numbers(entry, maxDirectories)) waiting.push({ by: tag, start: inner });
      }
      const following = this.#uint32(start + 2 + 12 * this.view.getUint16(start, this.#isLittle));
      if (following !== undefined && following !== 0) waiting.push({ by: 0, start: following });
    }
    return found;
  }

  #directory(start: number): Directory | null {
    const { view } = this;
    if (start + 2 > view.byteLength) return null;
    const directory = new Map<number, Entry>();
    const count = Math.min(maxEntries, view.getUint16(start, this.#isLittle));
    for (let n = 0, at = start + 2; n < count && at + 12 <= view.byteLength; n += 1, at += 12) {
      const tag = view.getUint16(at, this.#isLittle);
      const entryType = view.getUint16(at + 2, this.#isLittle);
      const entryCount = view.getUint32(at + 4, this.#isLittle);
      const bytes = (bytesOfType[entryType] ?? 0) * entryCount;
      const valueStart = bytes > 4 ? view.getUint32(at + 8, this.#isLittle) : at + 8;
      const isInside = bytes > 0 && valueStart + bytes <= view.byteLength;
      if (isInside && !directory.has(tag))
        directory.set(tag, { type: entryType, count: entryCount, start: valueStart });
    }
    return directory;
  }

  #uint32(at: number): number | undefined {
    return at + 4 <= this.view.byteLength ? this.view.getUint32(at, this.#isLittle) : undefined;
  }

  #text({ type: entryType, count, start }: Entry): string | undefined {
    if (!textTypes.includes(entryType)) return undefined;
    const { buffer, byteOffset } = this.view;
    return textOf(new Uint8Array(buffer, byteOffset + start, Math.min(count, maxTextBytes)));
  }

  #numbers({ type: entryType, count, start }: Entry, most: number): number[] {
    const bytes = bytesOfType[entryType] ?? 1;
    return Array.from({ length: Math.min(count, most) }, (_, n) =>
      this.#number(entryType, start + n * bytes),
    ).filter((value) => value !== undefined);
  }

  #number(entryType: number, at: number): number | undefined {
    const { view } = this;
    const isLittle = this.#isLittle;
    switch (entryType) {
      case 3:
        return view.getUint16(at, isLittle);
      case 4:
      case 13:
        return view.getUint32(at, isLittle);
      case 5:
        return view.getUint32(at, isLittle) / view.getUint32(at + 4, isLittle);
      case 8:
        return view.getInt16(at, isLittle);
      case 9:
        return view.getInt32(at, isLittle);
      case 10:
        return view.getInt32(at, isLittle) / view.getInt32(at + 4, isLittle);
      case 11:
        return view.getFloat32(at, isLittle);
      case 12:
        return view.getFloat64(at, isLittle);
      default:
        return undefined;
    }
  }
}

/** Up to the first zero; UTF-8 where it is that, else what Windows wrote. */
function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  const text = end < 0 ? bytes : bytes.subarray(0, end);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(text);
  } catch {
    return new TextDecoder("windows-1252").decode(text);
  }
}
