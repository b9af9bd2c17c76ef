import { tileRatios } from "@/lib/images/tile-ratios";

/** Width by height of a picture's tile. */
export const ratioOf = ({ width, height }: { width: number; height: number }): number =>
  Math.min(Math.max(width / height, tileRatios.narrowest), tileRatios.widest);
