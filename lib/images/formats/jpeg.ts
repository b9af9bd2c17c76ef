import { type ByteReader, damaged, findFromEnd, latin1, viewOf } from "./byte-reader";
import type { Format } from "./format";
import { type Header, upright } from "./header";
import { findIptc } from "./iptc";
import { Metadata } from "./metadata";

const marker = { startOfImage: 0xd8, endOfImage: 0xd9, startOfScan: 0xda, app1: 0xe1, app13: 0xed } as const;

export const jpeg = {
  type: "image/jpeg",
  extension: "jpg",
  name: "JPEG",
  alsoChosenAs: [".jpeg", ".jpe", ".jfif", ".mpo"],
  isPhotograph: true,
  moves: false,
  matches: (head) => head[0] === 0xff && head[1] === marker.startOfImage && head[2] === 0xff,
  read,
  decode: null,
} as const satisfies Format;

/** Walks the segments up to the first scan; what comes after it is only searched for the end of the image. */
async function read(reader: ByteReader): Promise<Header> {
  let size: { width: number; height: number } | null = null;
  const metadata = new Metadata();
  let offset = 2;
  for (;;) {
    const segment = await reader.view(offset, 4);
    if (segment.getUint8(0) !== 0xff) throw damaged();
    const code = segment.getUint8(1);
    if (isFill(code)) {
      offset += 1;
      continue;
    }
    const length = segment.getUint16(2);
    if (length < 2 || code === marker.endOfImage) throw damaged();
    if (isStartOfFrame(code)) size ??= await readFrameSize(reader, offset + 4);
    if (code === marker.app1 || code === marker.app13) {
      await readNotes(reader, { start: offset + 4, bytes: length - 2 }, metadata);
    }
    offset += 2 + length;
    if (code === marker.startOfScan) break;
  }
  if (size === null) throw damaged();
  // Cameras append films and further pictures: an end of image anywhere after the scan will do.
  if (!(await findFromEnd(reader, offset, [0xff, marker.endOfImage]))) throw damaged();
  return { ...metadata.read(), ...upright(size, metadata.orientation) };
}

/** Any number of 0xff may stand before a marker's code. */
function isFill(code: number): boolean {
  return code === 0xff;
}

/** SOF0 to SOF15, without the three codes in between that mean something else (DHT, JPG, DAC). */
function isStartOfFrame(code: number): boolean {
  return code >= 0xc0 && code <= 0xcf && code !== 0xc4 && code !== 0xc8 && code !== 0xcc;
}

async function readFrameSize(reader: ByteReader, start: number): Promise<{ width: number; height: number }> {
  const frame = await reader.view(start, 5);
  return { width: frame.getUint16(3), height: frame.getUint16(1) };
}

const exifPrefix = "Exif\0";
const xmpPrefix = "http://ns.adobe.com/xap/1.0/\0";
const photoshopPrefix = "Photoshop 3.0\0";

/** An application's segment: its prefix says what is in it. */
async function readNotes(
  reader: ByteReader,
  { start, bytes }: { start: number; bytes: number },
  metadata: Metadata,
): Promise<void> {
  const prefix = latin1(await reader.take(start, Math.min(bytes, xmpPrefix.length)));
  const content = (from: number) => reader.take(start + from, Math.max(0, bytes - from));
  // A byte of padding follows.
  if (prefix.startsWith(exifPrefix)) metadata.addExif(viewOf(await content(exifPrefix.length + 1)));
  else if (prefix === xmpPrefix) metadata.addXmp(await content(xmpPrefix.length));
  else if (prefix.startsWith(photoshopPrefix)) {
    const iptc = findIptc(await content(photoshopPrefix.length));
    if (iptc !== null) metadata.addIptc(iptc);
  }
}
