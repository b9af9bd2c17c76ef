import { rgbaToThumbHash } from "thumbhash";
import { formatOf } from "@/lib/images/formats/table";
import type { Inspection } from "@/lib/images/inspect";
import { isTransparent } from "@/lib/images/transparency";
import {
  byKind,
  byKindInTurn,
  largestFirst,
  longestSides,
  partOf,
  type Size,
  sizesOf,
  targetSize,
  thumbhashSide,
  thumbhashSize,
  type VariantKind,
  type VariantType,
  variantKinds,
  variants,
} from "@/lib/images/variants";
import { toBase64 } from "./base64";
import { contextOf } from "./canvas";
import { decodePicture, type Source } from "./decode-picture";

/**
 * Decodes a picture once and makes what a gallery shows from it; each size from the one above it. One picture at a time. Tells of
 * the sizes which share is made. See "JPEG at half its size" and "WebP or JPEG" in lib/images/README.md.
 */
export async function derive(source: Source, inspection: Inspection, tellShare: (share: number) => void) {
  const bitmaps = await decode(source, inspection);
  let encoded = 0;
  const encodeNext = async (kind: VariantKind, isPhotograph: boolean) => {
    tellShare(encoded / variantKinds.length);
    encoded += 1;
    return await encode(bitmaps[kind], kind, isPhotograph);
  };
  try {
    const thumbhash = thumbhashOf(bitmaps.thumb);
    const isPhotograph = formatOf(inspection.type).isPhotograph && !isTransparent(thumbhash);
    return {
      thumbhash: toBase64(thumbhash),
      variants: await byKindInTurn(variantKinds, (kind) => encodeNext(kind, isPhotograph)),
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

const sidesOf = ({ width, height }: Size) => [Math.max(width, height), Math.min(width, height)] as const;

/**
 * The picture at the variant's size. A bitmap only notes how its pixels have to be turned, and what takes it over pays no heed to
 * that: drawing turns them.
 */
function drawn(bitmap: ImageBitmap, kind: VariantKind): ImageBitmap {
  const { left, top, width, height } = partOf(bitmap, kind);
  const size = targetSize(bitmap, kind);
  const context = canvasFor(kind, size);
  context.imageSmoothingQuality = qualityFor(width, size.width);
  context.drawImage(bitmap, left, top, width, height, 0, 0, size.width, size.height);
  return context.canvas.transferToImageBitmap();
}

/** Down to half the size, bilinear smoothing still reads every pixel, in less than half the time. */
const qualityFor = (from: number, to: number) => (from <= 2 * to ? "low" : "high");

function canvasFor(kind: VariantKind, size: Size): OffscreenCanvasRenderingContext2D {
  contexts[kind] ??= contextOf(new OffscreenCanvas(size.width, size.height));
  const { canvas } = contexts[kind];
  if (canvas.width !== size.width || canvas.height !== size.height) Object.assign(canvas, size);
  return contexts[kind];
}

// Canvases that are used again: the garbage collector sees only how small such an object is, not what it holds, and takes its time.
const contexts: Partial<Record<VariantKind, OffscreenCanvasRenderingContext2D>> = {};
let shown: ReturnType<typeof shownOn> | undefined;
let tiny: OffscreenCanvasRenderingContext2D | undefined;

function thumbhashOf(thumb: ImageBitmap): Uint8Array {
  tiny ??= contextOf(new OffscreenCanvas(thumbhashSide, thumbhashSide));
  const { width, height } = thumbhashSize(thumb);
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

interface Encoded {
  type: VariantType;
  blob: Blob;
}

/** Takes the bitmap over, without copying it. Only a long picture can be too much, and is tried at lesser sizes. */
async function encode(bitmap: ImageBitmap, kind: VariantKind, isPhotograph: boolean): Promise<Encoded> {
  const types = typesFor(kind, isPhotograph);
  const [size, ...lesser] = sizesOf(bitmap, kind);
  shown ??= shownOn(new OffscreenCanvas(0, 0));
  const { canvas, context: frame } = shown;
  try {
    Object.assign(canvas, size);
    frame.transferFromImageBitmap(bitmap);
    let encoded = await encodeAs(types, canvas, kind);
    for (const { width, height } of lesser) {
      if (encoded !== null && encoded.blob.size <= variants[kind].maxBytes) break;
      const context = canvasFor(kind, { width, height });
      context.imageSmoothingQuality = "high";
      context.drawImage(canvas, 0, 0, width, height);
      Object.assign(canvas, { width, height });
      frame.transferFromImageBitmap(context.canvas.transferToImageBitmap());
      encoded = await encodeAs(types, canvas, kind);
    }
    if (encoded !== null) return encoded;
  } finally {
    frame.transferFromImageBitmap(null);
  }
  throw new Error(`this browser encodes none of ${types.join(", ")}`);
}

async function encodeAs(
  types: readonly VariantType[],
  canvas: OffscreenCanvas,
  kind: VariantKind,
): Promise<Encoded | null> {
  const [longest] = sidesOf(canvas);
  for (const type of types.filter((type) => longestSides[type] >= longest)) {
    const blob = await canvas.convertToBlob({ type, quality: variants[kind].quality / 100 });
    if (blob.type === type) return { type, blob };
  }
  return null;
}

function shownOn(canvas: OffscreenCanvas) {
  const context = canvas.getContext("bitmaprenderer");
  if (context === null) throw new Error("this browser shows no bitmap in a worker");
  return { canvas, context };
}
