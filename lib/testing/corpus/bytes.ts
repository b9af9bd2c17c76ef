/** What files are made of, for tests: numbers, texts and bytes, one after another. */

type Part = Uint8Array | string | readonly number[];

/** Of a text each character is a byte. */
export const join = (...parts: Part[]): Buffer =>
  Buffer.concat(
    parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : Buffer.from(part))),
  );

export const uint16 = (value: number): number[] => [(value >> 8) & 255, value & 255];
export const uint32 = (value: number): number[] => [...uint16(value >>> 16), ...uint16(value & 0xffff)];
export const little16 = (value: number): number[] => uint16(value).reverse();
export const little32 = (value: number): number[] => uint32(value).reverse();
