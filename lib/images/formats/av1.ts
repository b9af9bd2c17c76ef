import type { Size } from "./header";

const obu = { sequenceHeader: 1 } as const;

/**
 * The size that AV1's own sequence header announces, at the beginning of a picture's bytes; null where it does not stand there.
 * Browsers scale to what the file says elsewhere, others refuse where the two differ.
 */
export function findAv1Size(bytes: Uint8Array): Size | null {
  try {
    return readUnits(bytes);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function readUnits(bytes: Uint8Array): Size | null {
  for (let offset = 0; offset < bytes.length; ) {
    const bits = new Bits(bytes, offset);
    bits.take(1);
    const type = bits.take(4);
    const hasExtension = bits.take(1) === 1;
    const hasLength = bits.take(1) === 1;
    bits.take(hasExtension ? 9 : 1);
    const length = hasLength ? bits.leb128() : bytes.length - bits.byteOffset;
    if (type === obu.sequenceHeader) return readSequenceHeader(bits);
    offset = bits.byteOffset + length;
  }
  return null;
}

/** Section 5.5 of AV1's specification, up to the size. */
function readSequenceHeader(bits: Bits): Size {
  bits.take(4); // seq_profile, still_picture
  const isReduced = bits.take(1) === 1;
  if (isReduced) bits.take(5);
  else skipOperatingPoints(bits);
  const [widthBits, heightBits] = [bits.take(4) + 1, bits.take(4) + 1];
  return { width: bits.take(widthBits) + 1, height: bits.take(heightBits) + 1 };
}

function skipOperatingPoints(bits: Bits): void {
  let delayBits = 0;
  const hasTiming = bits.take(1) === 1;
  if (hasTiming) {
    bits.skip(64);
    const isEven = bits.take(1) === 1;
    if (isEven) bits.skipVariable();
    const hasDecoderModel = bits.take(1) === 1;
    if (hasDecoderModel) {
      delayBits = bits.take(5) + 1;
      bits.skip(32 + 5 + 5);
    }
  }
  const hasDisplayDelay = bits.take(1) === 1;
  for (let points = bits.take(5) + 1; points > 0; points -= 1) {
    bits.take(12);
    const level = bits.take(5);
    if (level > 7) bits.take(1);
    if (delayBits > 0 && bits.take(1) === 1) bits.skip(2 * delayBits + 1);
    if (hasDisplayDelay && bits.take(1) === 1) bits.take(4);
  }
}

/** Past the end it throws a RangeError. */
class Bits {
  #at: number;

  constructor(
    private readonly bytes: Uint8Array,
    offset: number,
  ) {
    this.#at = offset * 8;
  }

  get byteOffset(): number {
    return Math.ceil(this.#at / 8);
  }

  take(count: number): number {
    let value = 0;
    for (let left = count; left > 0; left -= 1) {
      const byte = this.bytes[this.#at >> 3];
      if (byte === undefined) throw new RangeError("the sequence header ends early");
      value = value * 2 + ((byte >> (7 - (this.#at & 7))) & 1);
      this.#at += 1;
    }
    return value;
  }

  skip(count: number): void {
    this.#at += count;
  }

  /** A number that says first, in zeros, how many bits it has. */
  skipVariable(): void {
    let zeros = 0;
    while (zeros < 32 && this.take(1) === 0) zeros += 1;
    this.skip(zeros);
  }

  leb128(): number {
    let value = 0;
    for (let index = 0; index < 8; index += 1) {
      const byte = this.take(8);
      value += (byte & 127) * 128 ** index;
      if (byte < 128) break;
    }
    return value;
  }
}
