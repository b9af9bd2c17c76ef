import { rgbaToThumbHash } from "thumbhash";
import { type ImageType, type VariantKind, type VariantType, variantSides } from "@/lib/images/contract";
import { decodeHeic } from "@/lib/images/heic";
import { damaged, type Inspection } from "@/lib/images/inspect";
import { toBase64 } from "./base64";

interface Size {
  width: number;
  height: number;
}

/** rgbaToThumbHash takes no more, and needs no more. */
const thumbhashSide = 100;
const quality = { thumb: 0.75, display: 0.82 } as const;

/** Decodes a picture once and makes what a gallery shows from it; each size from the one above it. */
export async function derive(file: Blob, inspection: Inspection) {
  const display = await decode(file, inspection);
  const thumb = draw(display, sizeWithin(display, variantSides.thumb));
  const tiny = draw(thumb, sizeWithin(thumb, thumbhashSide));
  try {
    return {
      display: await encode(display, typesFor("display", inspection.type), quality.display),
      thumb: await encode(thumb, typesFor("thumb", inspection.type), quality.thumb),
      thumbhash: toBase64(thumbhashOf(tiny)),
    };
  } finally {
    for (const canvas of [display, thumb, tiny]) free(canvas);
  }
}

/** The garbage collector sees only how small the object is, not its pixels, and takes its time. */
function free(canvas: OffscreenCanvas): void {
  canvas.width = 0;
  canvas.height = 0;
}

/** Frees the full size as soon as the display size is drawn: it is 200 MB for 50 megapixels. */
async function decode(file: Blob, inspection: Inspection): Promise<OffscreenCanvas> {
  const bitmap = await bitmapOf(file, inspection.type).catch((error: unknown) => {
    throw damaged(error);
  });
  try {
    if (!isSameSize(bitmap, inspection)) throw damaged();
    return draw(bitmap, sizeWithin(bitmap, variantSides.display));
  } finally {
    bitmap.close();
  }
}

/** Of the browsers only Safari decodes HEIC by itself. */
async function bitmapOf(file: Blob, type: ImageType): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(file);
  } catch (error) {
    if (type !== "image/heic") throw error;
    const { data, width, height } = await decodeHeic(new Uint8Array(await file.arrayBuffer()));
    return createImageBitmap(new ImageData(data, width, height));
  }
}

/** Browsers disagree on which orientations to honour, so either way round will do. */
function isSameSize(a: Size, b: Size): boolean {
  return (a.width === b.width && a.height === b.height) || (a.width === b.height && a.height === b.width);
}

function sizeWithin({ width, height }: Size, maxSide: number): Size {
  const scale = Math.min(1, maxSide / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** Down to half the size, bilinear smoothing still reads every pixel, in less than half the time. */
function draw(source: ImageBitmap | OffscreenCanvas, { width, height }: Size): OffscreenCanvas {
  const canvas = new OffscreenCanvas(width, height);
  const context = contextOf(canvas);
  context.imageSmoothingQuality = source.width <= 2 * width ? "low" : "high";
  context.drawImage(source, 0, 0, width, height);
  return canvas;
}

/** The pixels are read back at once, so they had better stay out of the graphics card. */
function contextOf(canvas: OffscreenCanvas): OffscreenCanvasRenderingContext2D {
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) throw new Error("this browser draws no canvas in a worker");
  return context;
}

function thumbhashOf(canvas: OffscreenCanvas): Uint8Array {
  const { width, height, data } = contextOf(canvas).getImageData(0, 0, canvas.width, canvas.height);
  return rgbaToThumbHash(width, height, data);
}

/**
 * In order of preference; a browser that cannot encode a type gives PNG instead. A photograph's display size is JPEG:
 * WebP would be a third smaller, but takes ten times as long to encode: longer than all other steps together.
 */
function typesFor(kind: VariantKind, original: ImageType): VariantType[] {
  if (original !== "image/jpeg" && original !== "image/heic") return ["image/webp", "image/png"];
  return kind === "display" ? ["image/jpeg"] : ["image/webp", "image/jpeg"];
}

async function encode(canvas: OffscreenCanvas, types: VariantType[], quality: number) {
  for (const type of types) {
    const blob = await canvas.convertToBlob({ type, quality });
    if (blob.type === type) return { type, blob };
  }
  throw new Error(`this browser encodes none of ${types.join(", ")}`);
}
