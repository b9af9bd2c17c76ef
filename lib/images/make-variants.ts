import "server-only";
import { readFile } from "node:fs/promises";
import sharp, { type Sharp } from "sharp";
import { rgbaToThumbHash } from "thumbhash";
import { formatOf, type ImageType } from "./formats/table";
import { damaged } from "./inspect";
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
 * `file` is one that `inspect` has passed. One at a time, as each takes all cores and much memory.
 * Throws AppError `damaged_image`.
 */
export function makeVariants<K extends VariantKind>(
  file: string,
  type: ImageType,
  kinds: readonly K[],
): Promise<MadeVariants<K>> {
  const made = last.then(() => derive(file, type, kinds));
  last = Promise.allSettled([made]);
  return made;
}

async function derive<K extends VariantKind>(file: string, type: ImageType, kinds: readonly K[]) {
  const largest = await sized(file, type).catch((error: unknown) => {
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
async function sized(file: string, type: ImageType) {
  const picture = await open(file, type);
  return picture.autoOrient().resize(within(largestSide)).raw().toBuffer({ resolveWithObject: true });
}

async function open(file: string, type: ImageType): Promise<Sharp> {
  const { decode } = formatOf(type);
  if (decode === null) return sharp(file, { limitInputPixels: false });
  const { data, width, height } = await decode(await readFile(file));
  return sharp(data, { raw: { width, height, channels: 4 } });
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
