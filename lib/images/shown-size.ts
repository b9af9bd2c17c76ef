import type { Size } from "./formats/header";
import type { Inspection } from "./inspect";

/**
 * The size of a picture that is kept already, as it is shown. An older Pail turned or cropped some in another way than it said, and
 * their variants stayed as it made them: what one of them is, the picture is.
 * @param variant null where the picture has none that can be read
 */
export function sizeAsShown({ width, height, decoding }: Inspection, variant: Size | null): Size {
  const sizes = [{ width, height }, decoding.crop?.whole ?? { width, height }];
  const possible = [...sizes, ...sizes.map((size) => ({ width: size.height, height: size.width }))];
  return possible.find((size) => variant !== null && isShapeOf(variant, size)) ?? { width, height };
}

/** To within a pixel of the smaller one. */
const isShapeOf = (small: Size, { width, height }: Size): boolean =>
  small.width >= small.height
    ? Math.abs(small.height - (height * small.width) / width) <= 1
    : Math.abs(small.width - (width * small.height) / height) <= 1;
