import "server-only";
import { readFile } from "node:fs/promises";
import sharp, { type Sharp } from "sharp";
import { rgbaToThumbHash } from "thumbhash";
import { type ImageType, type VariantKind, type VariantType, variantSides } from "./contract";
import { formatOf } from "./formats/table";
import { damaged } from "./inspect";

interface MadeVariants extends Record<VariantKind, { type: VariantType; bytes: Buffer }> {
  /** base64 */
  thumbhash: string;
}

/** rgbaToThumbHash takes no more, and needs no more. */
const thumbhashSide = 100;
const quality = { thumb: 75, display: 82 } as const;

let last: Promise<unknown> = Promise.resolve();

/**
 * What a browser makes of a picture, made here, where no script of ours prepared it: upright, in sRGB, without metadata.
 * `file` is one that `inspect` has passed. One at a time, as each takes all cores and much memory.
 * Throws AppError `damaged_image`.
 */
export function makeVariants(file: string, type: ImageType): Promise<MadeVariants> {
  const made = last.then(() => derive(file, type));
  last = Promise.allSettled([made]);
  return made;
}

async function derive(file: string, type: ImageType): Promise<MadeVariants> {
  const display = await sized(file, type).catch((error: unknown) => {
    throw damaged(error);
  });
  const pixels = () => sharp(display.data, { raw: display.info });
  const thumb = pixels().resize(within(variantSides.thumb));
  const tiny = await pixels()
    .resize(within(thumbhashSide))
    .toColourspace("srgb")
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return {
    display: { type: "image/webp", bytes: await pixels().webp({ quality: quality.display }).toBuffer() },
    thumb: { type: "image/webp", bytes: await thumb.webp({ quality: quality.thumb }).toBuffer() },
    thumbhash: Buffer.from(rgbaToThumbHash(tiny.info.width, tiny.info.height, tiny.data)).toString("base64"),
  };
}

/** The pixels of the display size, upright. */
async function sized(file: string, type: ImageType) {
  const picture = await open(file, type);
  return picture
    .autoOrient()
    .resize(within(variantSides.display))
    .raw()
    .toBuffer({ resolveWithObject: true });
}

async function open(file: string, type: ImageType): Promise<Sharp> {
  const { decode } = formatOf(type);
  if (decode === null) return sharp(file, { limitInputPixels: false });
  const { data, width, height } = await decode(await readFile(file));
  return sharp(data, { raw: { width, height, channels: 4 } });
}

const within = (side: number) =>
  ({ width: side, height: side, fit: "inside", withoutEnlargement: true }) as const;
