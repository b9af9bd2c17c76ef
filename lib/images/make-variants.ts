import "server-only";
import { openAsBlob } from "node:fs";
import { open, readFile } from "node:fs/promises";
import sharp, { type Sharp } from "sharp";
import { rgbaToThumbHash } from "thumbhash";
import { ByteReader } from "./formats/byte-reader";
import type { Orientation } from "./formats/exif";
import type { Decoding, Size } from "./formats/header";
import { formatOf } from "./formats/table";
import { type ByteSource, damaged, type Inspection } from "./inspect";
import { byKindInTurn, largestSide, type VariantKind, type VariantType, variants } from "./variants";

interface MadeVariants<K extends VariantKind> {
  variants: Record<K, { type: VariantType; bytes: Buffer }>;
  /** base64 */
  thumbhash: string;
}

/** rgbaToThumbHash takes no more, and needs no more. */
const thumbhashSide = 100;

let last: Promise<unknown> = Promise.resolve();

/**
 * What a browser makes of a picture, made here, where no script of ours prepared it: upright, in sRGB, without metadata.
 * `file` is one that `inspect` has passed, and a copy: it is changed where decoders have to be helped. One at a time, as each
 * takes all cores and much memory. Throws AppError `damaged_image`, also where it is another picture to the decoder.
 */
export function makeVariants<K extends VariantKind>(
  file: string,
  inspection: Inspection,
  kinds: readonly K[],
): Promise<MadeVariants<K>> {
  const made = last.then(() => derive(file, inspection, kinds));
  last = Promise.allSettled([made]);
  return made;
}

async function derive<K extends VariantKind>(file: string, inspection: Inspection, kinds: readonly K[]) {
  const largest = await decode(file, inspection).catch((error: unknown) => {
    throw damaged(error);
  });
  const pixels = () => sharp(largest.data, { raw: largest.info });
  const tiny = await pixels()
    .resize(within(thumbhashSide))
    .toColourspace("srgb")
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return {
    variants: await byKindInTurn(kinds, (kind) => encode(pixels(), kind)),
    thumbhash: Buffer.from(rgbaToThumbHash(tiny.info.width, tiny.info.height, tiny.data)).toString("base64"),
  };
}

/** The pixels of the largest variant, upright. */
async function decode(file: string, inspection: Inspection) {
  const { mend } = formatOf(inspection.type);
  const { edits, crop } = inspection.decoding;
  await edit(file, edits);
  try {
    return await sized(file, inspection);
  } catch (error) {
    if (mend === null || edits.length > 0) throw error;
    const { edits: more } = await mend(new ByteReader(await byteSourceOf(file)));
    await edit(file, more);
    return sized(file, { ...inspection, decoding: { edits: more, crop } });
  }
}

async function edit(file: string, edits: Decoding["edits"]): Promise<void> {
  if (edits.length === 0) return;
  const handle = await open(file, "r+");
  try {
    for (const { at, bytes } of edits) await handle.write(bytes, 0, bytes.length, at);
  } finally {
    await handle.close();
  }
}

async function byteSourceOf(file: string): Promise<ByteSource> {
  const blob = await openAsBlob(file);
  const read = async (start: number, end: number) =>
    new Uint8Array(await blob.slice(start, end).arrayBuffer());
  return { bytes: blob.size, read };
}

async function sized(file: string, inspection: Inspection) {
  const picture = await openPicture(file, inspection);
  const { crop } = inspection.decoding;
  if (crop !== null) picture.extract(crop);
  return picture.resize(within(largestSide)).raw().toBuffer({ resolveWithObject: true });
}

/** All of it, upright, and of the size that was inspected. */
async function openPicture(file: string, { type, orientation, ...inspection }: Inspection): Promise<Sharp> {
  const { turnedBy, decode: decodePixels } = formatOf(type);
  const whole = inspection.decoding.crop?.whole ?? inspection;
  if (decodePixels !== null) {
    const { data, width, height } = await decodePixels(await readFile(file));
    requireSame({ width, height }, whole);
    return sharp(data, { raw: { width, height, channels: 4 } });
  }
  const picture = sharp(file, {
    limitInputPixels: whole.width * whole.height,
    // What libpng warns of, browsers refuse; at what the others warn of, they shrug.
    failOn: type === "image/png" ? "warning" : "truncated",
  });
  const isStoredTurned = turnedBy === "exif" && orientation > 4;
  const stored = isStoredTurned ? { width: whole.height, height: whole.width } : whole;
  const found = await picture.metadata();
  if (type === "image/gif" && found.width <= whole.width && found.height <= whole.height)
    return onScreen(picture, found, whole);
  requireSame(found, stored);
  return turnedBy === "exif" ? turned(picture, orientation) : picture;
}

/** sharp leaves out a GIF's screen where that is of a size that it takes for a mistake: browsers do not. */
function onScreen(picture: Sharp, { width, height }: Size, screen: Size): Sharp {
  const [right, bottom] = [screen.width - width, screen.height - height];
  return right === 0 && bottom === 0
    ? picture
    : picture.ensureAlpha().extend({ right, bottom, background: { r: 0, g: 0, b: 0, alpha: 0 } });
}

function requireSame(decoded: Size, expected: Size): void {
  if (decoded.width !== expected.width || decoded.height !== expected.height)
    throw new Error(`it is ${decoded.width} × ${decoded.height}, not ${expected.width} × ${expected.height}`);
}

/** Mirrors, then turns, whatever the order of the calls. sharp's own way heeds notes that browsers do not. */
function turned(picture: Sharp, orientation: Orientation): Sharp {
  const degrees = { 1: 0, 2: 0, 3: 180, 4: 0, 5: 270, 6: 90, 7: 90, 8: 270 }[orientation];
  return picture
    .flip(orientation === 4)
    .flop([2, 5, 7].includes(orientation))
    .rotate(degrees);
}

async function encode(picture: Sharp, kind: VariantKind) {
  const { side, quality, types } = variants[kind];
  const resized = picture.resize(within(side));
  const encoded = encoders[types.server](resized, quality);
  return { type: types.server, bytes: await encoded.toBuffer() };
}

const encoders = {
  "image/webp": (picture: Sharp, quality: number) => picture.webp({ quality }),
  "image/jpeg": (picture: Sharp, quality: number) => picture.jpeg({ quality }),
};

const within = (side: number) =>
  ({ width: side, height: side, fit: "inside", withoutEnlargement: true }) as const;
