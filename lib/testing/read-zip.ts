import zlib from "node:zlib";

/** A file in a zip, as its directory at the end says and as it is there. */
export interface ZipEntry {
  name: string;
  bytes: Buffer;
  /** as a clock shows it: 2026-11-29T15:04:06, to two seconds */
  clock: string;
}

/** Reads a small zip whose files are not compressed, and holds its two directories and its checksums against each other. */
export function readZip(zip: Buffer): ZipEntry[] {
  const end = zip.length - 22;
  if (zip.readUInt32LE(end) !== 0x06054b50) throw new Error("the zip has no end");
  const entries: ZipEntry[] = [];
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    if (zip.readUInt32LE(at) !== 0x02014b50) throw new Error("the zip’s directory is broken");
    if (zip.readUInt16LE(at + 10) !== 0) throw new Error("a file in the zip is compressed");
    const [size, nameBytes] = [zip.readUInt32LE(at + 24), zip.readUInt16LE(at + 28)];
    const local = zip.readUInt32LE(at + 42);
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const bytes = zip.subarray(start, start + size);
    const name = zip.toString("utf8", at + 46, at + 46 + nameBytes);
    if (zlib.crc32(bytes) !== zip.readUInt32LE(at + 16)) throw new Error(`the checksum of ${name} is wrong`);
    entries.push({ name, bytes, clock: clockOf(zip.readUInt16LE(at + 14), zip.readUInt16LE(at + 12)) });
    at += 46 + nameBytes + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  if (at !== end) throw new Error("the zip’s directory does not lead to its end");
  return entries;
}

function clockOf(date: number, time: number): string {
  const two = (number: number) => String(number).padStart(2, "0");
  const day = `${1980 + (date >> 9)}-${two((date >> 5) & 15)}-${two(date & 31)}`;
  return `${day}T${two(time >> 11)}:${two((time >> 5) & 63)}:${two(2 * (time & 31))}`;
}
