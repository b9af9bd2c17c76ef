import { ByteReader, blobSource } from "@/lib/images/formats/byte-reader";
import type { Orientation } from "@/lib/images/formats/exif";
import { type Crop, type Decoding, type Size, upright } from "@/lib/images/formats/header";
import { formatOf } from "@/lib/images/formats/table";
import { damaged, type Inspection } from "@/lib/images/inspect";
import { largestKind, targetSize } from "@/lib/images/variants";
import { contextOf } from "./canvas";
import { turnsUpright } from "./turns-upright";

/** A largest size so much smaller is no worse to look at, where it is had for nothing. */
const largeEnough = 0.95;

/** The chosen file, and its bytes where they are in memory: the decoder takes them over. */
export interface Source {
  file: Blob;
  bytes: ArrayBuffer | null;
}

/**
 * The picture as it was inspected: upright and cropped, at its own size, or at a part of it that is large enough for all
 * variants. Throws AppError `damaged_image`, also where it is another picture to this browser.
 */
export async function decodePicture(source: Source, inspection: Inspection): Promise<ImageBitmap> {
  const { orientation, decoding } = inspection;
  const small = await decodeSmall(source, inspection);
  if (small !== null) return checked(small, orientation, isShape(inspection));
  const bitmap = await decodeWhole(source, inspection);
  const isExpected = isSize(decoding.crop?.whole ?? inspection);
  const liesSurely = orientation !== 1 && !(await turnsUpright(inspection.type));
  const whole = checked(liesSurely ? turned(bitmap, orientation) : bitmap, orientation, isExpected);
  return decoding.crop === null ? whole : cut(whole, decoding.crop);
}

/** Some formats only some browsers decode by themselves, like HEIC Safari; and some files only once they are mended. */
async function decodeWhole({ file }: Source, { type, decoding }: Inspection): Promise<ImageBitmap> {
  const { decode, mend } = formatOf(type);
  const helped = edited(file, decoding.edits);
  try {
    return await createImageBitmap(helped);
  } catch (error) {
    if (decode !== null) {
      const { data, width, height } = await decode(new Uint8Array(await helped.arrayBuffer()));
      return createImageBitmap(new ImageData(data, width, height));
    }
    if (mend === null || decoding.edits.length > 0) throw damaged(error);
    const { edits } = await mend(new ByteReader(blobSource(file)));
    return createImageBitmap(edited(file, edits)).catch((reason: unknown) => {
      throw damaged(reason);
    });
  }
}

const edited = (file: Blob, edits: Decoding["edits"]): Blob =>
  edits.reduce(
    (blob, { at, bytes }) => new Blob([blob.slice(0, at), bytes, blob.slice(at + bytes.length)]),
    file,
  );

/**
 * A JPEG's blocks can be decoded straight to a half, a quarter or an eighth of their size, in half the time. Null where that
 * would be too small, or the browser does not do it.
 */
async function decodeSmall({ bytes }: Source, inspection: Inspection): Promise<ImageBitmap | null> {
  const { type, width, height } = inspection;
  const scale = smallScale(inspection);
  if (bytes === null || scale === null) return null;
  // Whether the file's width is the upright one, only the decoder knows: it goes by the area.
  const desired = { desiredWidth: Math.ceil(width * scale), desiredHeight: Math.ceil(height * scale) };
  const decoder = new ImageDecoder({ data: bytes, transfer: [bytes], type, ...desired });
  try {
    const { image } = await decoder.decode();
    return await createImageBitmap(image).finally(() => image.close());
  } catch {
    return null;
  } finally {
    decoder.close();
  }
}

function smallScale({ type, width, height, decoding }: Inspection): number | null {
  if (type !== "image/jpeg" || decoding.edits.length > 0 || typeof ImageDecoder === "undefined") return null;
  const needed = longestOf(targetSize({ width, height }, largestKind)) * largeEnough;
  return [1 / 8, 1 / 4, 1 / 2].find((part) => longestOf({ width, height }) * part >= needed) ?? null;
}

const longestOf = ({ width, height }: Size): number => Math.max(width, height);

/** How many pixels decoding it takes at once. Of a progressive JPEG that comes smaller, it takes them all in another form. */
export function pixelsHeld(inspection: Inspection): number {
  const { width, height } = inspection.decoding.crop?.whole ?? inspection;
  return smallScale(inspection) === null ? width * height : (width * height) / 4;
}

/** The bitmap, turned where this browser has not turned it; closed and refused where it is another picture. */
function checked(
  bitmap: ImageBitmap,
  orientation: Orientation,
  isExpected: (size: Size) => boolean,
): ImageBitmap {
  if (isExpected(bitmap)) return bitmap;
  const isLying = isExpected({ width: bitmap.height, height: bitmap.width });
  if (isLying && orientation > 4) return turned(bitmap, orientation);
  bitmap.close();
  throw damaged();
}

const isSize =
  (expected: Size) =>
  ({ width, height }: Size): boolean =>
    width === expected.width && height === expected.height;

/** To within a pixel. */
const isShape =
  (expected: Size) =>
  ({ width, height }: Size): boolean =>
    width >= height
      ? Math.abs(height - (expected.height * width) / expected.width) <= 1
      : Math.abs(width - (expected.width * height) / expected.height) <= 1;

/** Where a stored point comes to be: the canvas's matrix, and how far that is moved, in parts of the canvas. */
const turns: Record<Orientation, { matrix: [number, number, number, number]; right: number; down: number }> =
  {
    1: { matrix: [1, 0, 0, 1], right: 0, down: 0 },
    2: { matrix: [-1, 0, 0, 1], right: 1, down: 0 },
    3: { matrix: [-1, 0, 0, -1], right: 1, down: 1 },
    4: { matrix: [1, 0, 0, -1], right: 0, down: 1 },
    5: { matrix: [0, 1, 1, 0], right: 0, down: 0 },
    6: { matrix: [0, 1, -1, 0], right: 1, down: 0 },
    7: { matrix: [0, -1, -1, 0], right: 1, down: 1 },
    8: { matrix: [0, -1, 1, 0], right: 0, down: 1 },
  };

/** Closes what it turns. */
function turned(stored: ImageBitmap, orientation: Orientation): ImageBitmap {
  const { matrix, right, down } = turns[orientation];
  const { width, height } = upright(stored, orientation);
  const context = contextOf(new OffscreenCanvas(width, height));
  context.setTransform(...matrix, right * width, down * height);
  context.drawImage(stored, 0, 0);
  stored.close();
  return context.canvas.transferToImageBitmap();
}

/** A bitmap only notes how its pixels have to be turned, and a part of it is cut out of them as they are: drawing turns them. */
function cut(whole: ImageBitmap, { left, top, width, height }: Crop): ImageBitmap {
  const context = contextOf(new OffscreenCanvas(width, height));
  context.drawImage(whole, -left, -top);
  whole.close();
  return context.canvas.transferToImageBitmap();
}
