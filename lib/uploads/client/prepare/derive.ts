import { rgbaToThumbHash } from "thumbhash";
import { formatOf, type ImageType } from "@/lib/images/formats/table";
import { damaged, type Inspection } from "@/lib/images/inspect";
import {
  byKind,
  byKindInTurn,
  largestFirst,
  largestSide,
  type VariantKind,
  type VariantType,
  variantKinds,
  variants,
} from "@/lib/images/variants";
import { toBase64 } from "./base64";

interface Size {
  width: number;
  height: number;
}

/** rgbaToThumbHash takes no more, and needs no more. */
const thumbhashSide = 100;
/** A largest size so much smaller is no worse to look at, where it is had for nothing. */
const largeEnough = 0.95;

/** The chosen file, and its bytes where they are in memory: the decoder takes them over. */
interface Source {
  file: Blob;
  bytes: ArrayBuffer | null;
}

/**
 * Decodes a picture once and makes what a gallery shows from it; each size from the one above it. One picture at a time. See
 * "JPEG at half its size" and "WebP or JPEG" in lib/images/README.md.
 */
export async function derive(source: Source, inspection: Inspection) {
  const bitmaps = await decode(source, inspection);
  try {
    return {
      thumbhash: toBase64(thumbhashOf(bitmaps.thumb)),
      variants: await byKindInTurn(variantKinds, (kind) => encode(bitmaps[kind], kind, inspection.type)),
    };
  } finally {
    for (const bitmap of Object.values(bitmaps)) bitmap.close();
  }
}

/** At the size of each variant. Frees the full size at once: it is 200 MB for 50 megapixels. */
async function decode(source: Source, inspection: Inspection): Promise<Record<VariantKind, ImageBitmap>> {
  const full = await bitmapOf(source, inspection);
  try {
    if (!isSameShape(full, inspection)) throw damaged();
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

/** Some formats only some browsers decode by themselves, like HEIC Safari. */
async function bitmapOf({ file, bytes }: Source, inspection: Inspection): Promise<ImageBitmap> {
  const small = bytes !== null && inspection.type === "image/jpeg" && (await decodeSmall(bytes, inspection));
  if (small) return small;
  try {
    return await createImageBitmap(file);
  } catch (error) {
    const { decode } = formatOf(inspection.type);
    if (decode === null) throw damaged(error);
    const { data, width, height } = await decode(new Uint8Array(await file.arrayBuffer()));
    return createImageBitmap(new ImageData(data, width, height));
  }
}

/**
 * A JPEG's blocks can be decoded straight to a half, a quarter or an eighth of their size, in half the time. Null where that
 * would be too small, or the browser does not do it.
 */
async function decodeSmall(bytes: ArrayBuffer, { width, height }: Size): Promise<ImageBitmap | null> {
  const longest = Math.max(width, height);
  const scale = [1 / 8, 1 / 4, 1 / 2].find((part) => longest * part >= largestSide * largeEnough);
  if (scale === undefined || typeof ImageDecoder === "undefined") return null;
  // Whether the file's width is the upright one, only the decoder knows: it goes by the area.
  const desired = { desiredWidth: Math.ceil(width * scale), desiredHeight: Math.ceil(height * scale) };
  const decoder = new ImageDecoder({ data: bytes, transfer: [bytes], type: "image/jpeg", ...desired });
  try {
    const { image } = await decoder.decode();
    return await createImageBitmap(image).finally(() => image.close());
  } catch {
    return null;
  } finally {
    decoder.close();
  }
}

/** Either way round, as browsers disagree on which orientations to honour; and at any scale, to within a pixel. */
function isSameShape(one: Size, other: Size): boolean {
  const [longer, shorter] = sidesOf(one);
  const [otherLonger, otherShorter] = sidesOf(other);
  return Math.abs(shorter - (otherShorter * longer) / otherLonger) <= 1;
}

const sidesOf = ({ width, height }: Size) => [Math.max(width, height), Math.min(width, height)] as const;

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

/** The pixels are read back at once, so they had better stay out of the graphics card. */
function contextOf(canvas: OffscreenCanvas): OffscreenCanvasRenderingContext2D {
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) throw new Error("this browser draws no canvas in a worker");
  return context;
}

/** In order of preference; a browser that cannot encode a type gives PNG instead. */
function typesFor(kind: VariantKind, original: ImageType): readonly VariantType[] {
  const { photograph, other } = variants[kind].types;
  return formatOf(original).isPhotograph ? photograph : other;
}

/** Takes the bitmap over, without copying it. */
async function encode(bitmap: ImageBitmap, kind: VariantKind, original: ImageType) {
  const types = typesFor(kind, original);
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
