import { type ByteReader, damaged, findFromEnd, latin1, viewOf } from "./byte-reader";
import type { Format } from "./format";
import { type Decoding, type Header, plainDecoding, type Size, upright } from "./header";
import { findIptc } from "./iptc";
import { findMarker, isStartOfFrame, marker, standsAlone } from "./jpeg-markers";
import { findEndOfPixels } from "./jpeg-pixels";
import { Metadata } from "./metadata";

export const jpeg = {
  type: "image/jpeg",
  extension: "jpg",
  name: "JPEG",
  alsoChosenAs: [".jpeg", ".jpe", ".jfif", ".mpo"],
  isPhotograph: true,
  moves: false,
  turnedBy: "exif",
  matches: (head) => head[0] === 0xff && head[1] === marker.startOfImage && head[2] === 0xff,
  read,
  mend: withEnd,
  decode: null,
} as const satisfies Format;

/** Walks the segments up to the first scan; what comes after it is only searched for the end of the image. */
async function read(reader: ByteReader): Promise<Header> {
  let size: Size | null = null;
  const metadata = new Metadata();
  const exif = { isFirst: true };
  for (let offset = 2; ; ) {
    const next = await findMarker(reader, offset);
    if (next === null || unreadable(next.code)) throw damaged();
    offset = next.end;
    if (standsAlone(next.code)) continue;
    const length = (await reader.view(offset, 2)).getUint16(0);
    const content = { start: offset + 2, bytes: length - 2 };
    if (length < 2) throw damaged();
    if (isStartOfFrame(next.code)) {
      // No decoder takes a second one.
      if (size !== null) throw damaged();
      size = await readFrameSize(reader, next.code, content);
    }
    if (next.code === marker.app1 || next.code === marker.app13)
      await readNotes(reader, content, metadata, exif);
    offset += length;
    if (next.code === marker.startOfScan) {
      if (size === null) throw damaged();
      const decoding = await requireEnd(reader, offset);
      return { ...metadata.read(), ...upright(size, metadata.orientation), decoding };
    }
  }
}

/** What no decoder goes on behind: the start and the end of an image, and codes that mean nothing in a photograph. */
function unreadable(code: number): boolean {
  const isKnown = code >= 0xc0 && code <= 0xfe;
  const isOfOtherProcesses =
    code === 0xc8 || code === 0xde || code === 0xdf || (code >= 0xf0 && code <= 0xfd);
  const isEdge = code === marker.startOfImage || code === marker.endOfImage;
  return (!isKnown && !standsAlone(code)) || isOfOtherProcesses || isEdge;
}

/**
 * Looks for the end of the image: cameras append films and further pictures, so it may be anywhere after the scan. Without one
 * the pixels may be there all the same: browsers show such a picture, and decode it where they are given its end.
 */
async function requireEnd(reader: ByteReader, scanStart: number): Promise<Decoding> {
  if (await findFromEnd(reader, scanStart, endOfImage)) return plainDecoding;
  return withEnd(reader);
}

const endOfImage = [0xff, marker.endOfImage] as const;

/** Puts the end where the pixels end. Throws AppError `damaged_image` where some are missing. */
async function withEnd(reader: ByteReader): Promise<Decoding> {
  const end = await findEndOfPixels(reader);
  if (end === null) throw damaged();
  return { edits: [{ at: end, bytes: new Uint8Array(endOfImage) }], crop: null };
}

/** @throws AppError `damaged_image` for a kind of JPEG that browsers do not decode: lossless, hierarchical, of 12 bits. */
async function readFrameSize(
  reader: ByteReader,
  code: number,
  { start, bytes }: { start: number; bytes: number },
): Promise<Size> {
  const frame = await reader.view(start, 6);
  const isDecoded = [0xc0, 0xc1, 0xc2, 0xc9, 0xca].includes(code) && frame.getUint8(0) === 8;
  if (!isDecoded || bytes !== 6 + 3 * frame.getUint8(5)) throw damaged();
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
  exif: { isFirst: boolean },
): Promise<void> {
  const prefix = latin1(await reader.take(start, Math.min(bytes, xmpPrefix.length)));
  const content = (from: number) => reader.take(start + from, Math.max(0, bytes - from));
  if (prefix.startsWith(exifPrefix)) {
    // A byte of padding follows. Browsers turn a picture by the first block, whatever is in it.
    metadata.addExif(viewOf(await content(exifPrefix.length + 1)), { turns: exif.isFirst });
    exif.isFirst = false;
  } else if (prefix === xmpPrefix) metadata.addXmp(await content(xmpPrefix.length));
  else if (prefix.startsWith(photoshopPrefix)) {
    const iptc = findIptc(await content(photoshopPrefix.length));
    if (iptc !== null) metadata.addIptc(iptc);
  }
}
