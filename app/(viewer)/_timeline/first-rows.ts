import { ratioOf } from "./ratio";

/** Widths by heights, together: two rows of a phone, one of a desktop. */
const firstRatios = 7;

/** The ids of the pictures in the first rows. */
export function firstRows(images: { id: string; width: number; height: number }[]): ReadonlySet<string> {
  const ids = new Set<string>();
  let ratios = 0;
  for (const image of images) {
    if (ratios >= firstRatios) break;
    ids.add(image.id);
    ratios += ratioOf(image);
  }
  return ids;
}
