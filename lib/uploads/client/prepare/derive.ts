import { rgbaToThumbHash } from "thumbhash";
import type { Size } from "@/lib/images/formats/header";
import { formatOf } from "@/lib/images/formats/table";
import type { Inspection } from "@/lib/images/inspect";
import { isTransparent } from "@/lib/images/transparency";
import {
  byKind,
  byKindInTurn,
  largestFirst,
  type VariantKind,
  type VariantType,
  variantKinds,
  variants,
} from "@/lib/images/variants";
import { toBase64 } from "./base64";
import { contextOf } from "./canvas";
import { decodePicture, type Source } from "./decode-picture";

/** rgbaToThumbHash takes no more, and needs no more. */
const thumbhashSide = 100;
/**
 * Decodes a picture once and makes what a gallery shows from it; each size from the one above it. One picture at a time. See
 * "JPEG at half its size" and "WebP or JPEG" in lib/images/README.md.
 */
export async function derive(source: Source, inspection: Inspection) {
  const bitmaps = await decode(source, inspection);
  try {
    const thumbhash = thumbhashOf(bitmaps.thumb);
    const isPhotograph = formatOf(inspection.type).isPhotograph && !isTransparent(thumbhash);
    return {
      thumbhash: toBase64(thumbhash),
      variants: await byKindInTurn(variantKinds, (kind) => encode(bitmaps[kind], kind, isPhotograph)),
    };
  } finally {
    for (const bitmap of Object.values(bitmaps)) bitmap.close();
  }
}

/** At the size of each variant. Frees the full size at once: it is 200 MB for 50 megapixels. */
async function decode(source: Source, inspection: Inspection): Promise<Record<VariantKind, ImageBitmap>> {
  const full = await decodePicture(source, inspection);
  try {
    let above = full;
    return byKind(largestFirst, (kind) => {
      const bitmap = drawn(above, kind);
      full.close();
      above = bitmap;
      return bitmap;
    });
  } finally {
    full.close();
  }
}

function sizeWithin({ width, height }: Size, maxSide: number): Size {
  const scale = Math.min(1, maxSide / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/**
 * The picture at the variant's size. A bitmap only notes how its pixels have to be turned, and what takes it over pays no heed to
 * that: drawing turns them.
 */
function drawn(bitmap: ImageBitmap, kind: VariantKind): ImageBitmap {
  const size = sizeWithin(bitmap, variants[kind].side);
  contexts[kind] ??= contextOf(new OffscreenCanvas(size.width, size.height));
  const context = contexts[kind];
  const { canvas } = context;
  if (canvas.width !== size.width || canvas.height !== size.height) Object.assign(canvas, size);
  context.imageSmoothingQuality = qualityFor(bitmap, size);
  context.drawImage(bitmap, 0, 0, size.width, size.height);
  return canvas.transferToImageBitmap();
}

/** Down to half the size, bilinear smoothing still reads every pixel, in less than half the time. */
const qualityFor = (from: Size, to: Size) => (from.width <= 2 * to.width ? "low" : "high");

// Canvases that are used again: the garbage collector sees only how small such an object is, not what it holds, and takes its time.
const contexts: Partial<Record<VariantKind, OffscreenCanvasRenderingContext2D>> = {};
let shown: OffscreenCanvas | undefined;
let tiny: OffscreenCanvasRenderingContext2D | undefined;

function thumbhashOf(thumb: ImageBitmap): Uint8Array {
  tiny ??= contextOf(new OffscreenCanvas(thumbhashSide, thumbhashSide));
  const { width, height } = sizeWithin(thumb, thumbhashSide);
  tiny.clearRect(0, 0, thumbhashSide, thumbhashSide);
  tiny.imageSmoothingQuality = "high";
  tiny.drawImage(thumb, 0, 0, width, height);
  return rgbaToThumbHash(width, height, tiny.getImageData(0, 0, width, height).data);
}

/** In order of preference; a browser that cannot encode a type gives PNG instead. */
function typesFor(kind: VariantKind, isPhotograph: boolean): readonly VariantType[] {
  const { photograph, other } = variants[kind].types;
  return isPhotograph ? photograph : other;
}

/** Takes the bitmap over, without copying it. */
async function encode(bitmap: ImageBitmap, kind: VariantKind, isPhotograph: boolean) {
  const types = typesFor(kind, isPhotograph);
  const quality = variants[kind].quality / 100;
  shown ??= new OffscreenCanvas(0, 0);
  Object.assign(shown, { width: bitmap.width, height: bitmap.height });
  const context = shown.getContext("bitmaprenderer");
  if (context === null) throw new Error("this browser shows no bitmap in a worker");
  context.transferFromImageBitmap(bitmap);
  try {
    for (const type of types) {
      const blob = await shown.convertToBlob({ type, quality });
      if (blob.type === type) return { type, blob };
    }
  } finally {
    context.transferFromImageBitmap(null);
  }
  throw new Error(`this browser encodes none of ${types.join(", ")}`);
}
