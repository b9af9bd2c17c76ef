import type { ByteReader } from "./byte-reader";

export const marker = {
  startOfImage: 0xd8,
  endOfImage: 0xd9,
  startOfScan: 0xda,
  huffmanTables: 0xc4,
  restartInterval: 0xdd,
  app1: 0xe1,
  app13: 0xed,
} as const;

const searchBytes = 64 * 1024;

/**
 * The next marker from here on, and where it ends. Decoders skip whatever stands between segments, and any number of 0xff
 * before a marker's code. Null where there is none up to the end of the file.
 */
export async function findMarker(
  reader: ByteReader,
  from: number,
): Promise<{ code: number; end: number } | null> {
  let offset = from;
  while (offset + 2 <= reader.bytes) {
    const [first, code = 0] = await reader.take(offset, 2);
    if (first === 0xff && code !== 0xff && code !== 0) return { code, end: offset + 2 };
    offset += 1;
    if (first === 0xff && code === 0xff) continue;
    const bytes = await reader.take(offset, Math.min(searchBytes, reader.bytes - offset));
    const next = bytes.indexOf(0xff);
    offset += next < 0 ? bytes.length : next;
  }
  return null;
}

/** TEM and RST0 to RST7: a code and nothing else. */
export const standsAlone = (code: number): boolean => code === 0x01 || (code >= 0xd0 && code <= 0xd7);

/** SOF0 to SOF15, without the three codes in between that mean something else (DHT, JPG, DAC). */
export function isStartOfFrame(code: number): boolean {
  return code >= 0xc0 && code <= 0xcf && code !== marker.huffmanTables && code !== 0xc8 && code !== 0xcc;
}
