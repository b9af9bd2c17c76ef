import { AppError } from "@/lib/errors";
import type { UploadLimits } from "@/lib/uploads/contract";
import { ByteReader, type ByteSource, damaged } from "./formats/byte-reader";
import type { Header, Size } from "./formats/header";
import { formats, type ImageType } from "./formats/table";
import { unsupported } from "./formats/unsupported";
import { sayBytes, sayPixels } from "./limits";

export type { ByteSource };
export { damaged };

/** What a file is by its content, and what its headers say. */
export interface Inspection extends Omit<Header, "isAnimated"> {
  type: ImageType;
}

/** No encoder of these formats goes beyond it on purpose, and no browser decodes it: JPEG and GIF cannot say more. */
const maxSide = 65_535;

/**
 * Says what a picture's bytes really are, without decoding them: the type by content, the upright size, when it was
 * taken, and that nothing is missing at the end. Reads little, and a bounded amount of any file.
 * Throws an AppError: empty_file, too_large, too_many_pixels, side_too_long, unsupported_type or damaged_image.
 */
export async function inspect(source: ByteSource, limits: UploadLimits): Promise<Inspection> {
  if (source.bytes === 0) {
    throw new AppError("empty_file");
  }
  if (source.bytes > limits.maxBytes) {
    throw new AppError(
      "too_large",
      `This file is too large: ${sayBytes(limits.maxBytes)} is the most. Save it smaller and try again.`,
      { values: { maxBytes: limits.maxBytes } },
    );
  }
  const inspection = await read(new ByteReader(source));
  requireSize(inspection, limits);
  // It is decoded whole.
  if (inspection.decoding.crop !== null) requireSize(inspection.decoding.crop.whole, limits);
  return inspection;
}

async function read(reader: ByteReader): Promise<Inspection> {
  const head = await reader.head();
  const format = formats.find(({ matches }) => matches(head));
  if (format === undefined) throw unsupported(head);
  try {
    const { isAnimated, facts, ...header } = await format.read(reader);
    return { type: format.type, ...header, facts: { ...facts, ...(isAnimated && { isAnimated }) } };
  } catch (error) {
    // A length inside the file pointed past what it describes.
    throw error instanceof RangeError ? damaged(error) : error;
  }
}

function requireSize({ width, height }: Size, { maxPixels }: UploadLimits): void {
  if (width === 0 || height === 0) throw damaged();
  if (width > maxSide || height > maxSide) {
    throw new AppError(
      "side_too_long",
      `One side of this picture is too long (${width} × ${height}): ${maxSide.toLocaleString("en")} pixels is the most. Cut it into shorter pictures and try again.`,
      { values: { width, height, max: maxSide } },
    );
  }
  if (width * height > maxPixels) {
    throw new AppError(
      "too_many_pixels",
      `This picture has too many pixels (${width} × ${height}): ${sayPixels(maxPixels)} is the most. Make it smaller and try again.`,
      { values: { width, height, maxPixels } },
    );
  }
}
