import "server-only";
import sharp from "sharp";
import { rgbaToThumbHash } from "thumbhash";
import { type VariantKind, type VariantType, variantSides } from "./contract";
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
export function makeVariants(file: string): Promise<MadeVariants> {
  const made = last.then(() => derive(file));
  last = Promise.allSettled([made]);
  return made;
}

async function derive(file: string): Promise<MadeVariants> {
  const display = await sharp(file, { limitInputPixels: false })
    .autoOrient()
    .resize(within(variantSides.display))
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch((error: unknown) => {
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

const within = (side: number) =>
  ({ width: side, height: side, fit: "inside", withoutEnlargement: true }) as const;
