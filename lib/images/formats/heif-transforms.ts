import { damaged } from "./byte-reader";
import type { Orientation } from "./exif";
import { type Crop, type Decoding, plainDecoding, type Size } from "./header";
import type { Property } from "./heif";

/** A `clap`, `irot` or `imir` box: what is done to the picture, in the order of the file. */
export interface Transform extends Property {
  view: DataView;
}

/** Where a point of the stored picture comes to be: a matrix, and what EXIF calls it. */
const orientations: Record<string, Orientation> = {
  "1,0,0,1": 1,
  "-1,0,0,1": 2,
  "-1,0,0,-1": 3,
  "1,0,0,-1": 4,
  "0,1,1,0": 5,
  "0,-1,1,0": 6,
  "0,-1,-1,0": 7,
  "0,1,-1,0": 8,
};

type Matrix = readonly [number, number, number, number];
const upsideDown: Matrix = [1, 0, 0, -1];
const leftToRight: Matrix = [-1, 0, 0, 1];
const anticlockwise: Matrix = [0, 1, -1, 0];

/**
 * What is shown of a stored picture. Decoders do not agree on `clap`, which cuts a part out: some leave it out, some refuse it, some
 * measure its size against the whole. So it is taken away for them, and the part is cut out of what they give.
 */
export function applyTransforms(
  stored: Size,
  transforms: readonly Transform[],
): { size: Size; orientation: Orientation; decoding: Decoding } {
  let whole = stored;
  let matrix: Matrix = [1, 0, 0, 1];
  let crop: Omit<Crop, "whole"> | null = null;
  let edits: Decoding["edits"] = [];
  for (const { type, link, view } of transforms) {
    if (type === "clap") {
      crop = cleanAperture(view, whole);
      edits = [{ at: link.at, bytes: new Uint8Array(link.bytes) }];
    } else if (type === "imir") {
      const axis = numberIn(view, 1);
      crop = crop && mirrored(crop, whole, axis);
      matrix = times(axis === 1 ? leftToRight : upsideDown, matrix);
    } else {
      for (let quarters = numberIn(view, 3); quarters > 0; quarters -= 1) {
        crop = crop && turned(crop, whole);
        whole = { width: whole.height, height: whole.width };
        matrix = times(anticlockwise, matrix);
      }
    }
  }
  const orientation = orientations[matrix.join()] ?? 1;
  if (crop === null) return { size: whole, orientation, decoding: plainDecoding };
  const { width, height } = crop;
  return { size: { width, height }, orientation, decoding: { edits, crop: { ...crop, whole } } };
}

/** A byte whose higher bits are kept for later. */
function numberIn(view: DataView, most: number): number {
  const value = view.getUint8(0);
  if (value > most) throw damaged();
  return value;
}

const times = ([a, b, c, d]: Matrix, [e, f, g, h]: Matrix): Matrix =>
  // -0 is another text than 0.
  [a * e + b * g + 0, a * f + b * h + 0, c * e + d * g + 0, c * f + d * h + 0];

type Part = Omit<Crop, "whole">;

const mirrored = (part: Part, whole: Size, axis: number): Part =>
  axis === 1
    ? { ...part, left: whole.width - part.left - part.width }
    : { ...part, top: whole.height - part.top - part.height };

const turned = ({ left, top, width, height }: Part, whole: Size): Part => ({
  left: top,
  top: whole.width - left - width,
  width: height,
  height: width,
});

/** Its size and the distance of its middle from the picture's, as fractions. What lies outside the picture is not there. */
function cleanAperture(view: DataView, whole: Size): Part {
  const across = span(fraction(view, 0), fraction(view, 16), whole.width);
  const down = span(fraction(view, 8), fraction(view, 24), whole.height);
  return { left: across.start, top: down.start, width: across.length, height: down.length };
}

function span(length: number, offset: number, whole: number): { start: number; length: number } {
  const start = Math.floor(offset + (whole - 1) / 2 - (length - 1) / 2);
  const end = Math.round(start + length);
  const [first, last] = [Math.max(0, start), Math.min(whole, end)];
  if (!(last > first)) throw damaged();
  return { start: first, length: last - first };
}

function fraction(view: DataView, offset: number): number {
  const [above, below] = [view.getInt32(offset), view.getUint32(offset + 4)];
  if (below === 0) throw damaged();
  return above / below;
}
