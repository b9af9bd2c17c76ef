import type { CSSProperties } from "react";
import { tileRatios } from "@/lib/images/variants";

/** A row may become this much higher than it should be, in order to be full. */
const maxGrowth = 2;

/** Width by height of a picture's tile. */
export const ratioOf = ({ width, height }: { width: number; height: number }): number =>
  Math.min(Math.max(width / height, tileRatios.narrowest), tileRatios.widest);

/**
 * The part of a justified row that something of this shape takes. Width and growth follow the shape, so everything in a row
 * gets the same height, before anything has loaded and without any script. `--row` is the height that rows should have;
 * `gaps` are those within, of 4 px.
 */
export const shareOfRow = (ratio: number, gaps = 0): CSSProperties => ({
  flexGrow: ratio * 100,
  flexBasis: `calc(var(--row) * ${ratio.toFixed(4)} + ${gaps * 4}px)`,
  maxWidth: `calc(var(--row) * ${(ratio * maxGrowth).toFixed(4)} + ${gaps * 4}px)`,
});

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
