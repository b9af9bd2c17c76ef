// The first rows as CSS lays them out, before any script runs and without one: `LiveTimeline` then finds everything where it is.
import type { CSSProperties } from "react";
import { maxLineGrowth, slack } from "./lines";
import { leastHeight, maxGrowth } from "./rows";

/** What has so little beside it may be narrower than its name; on any screen it is one row. */
const narrowRatios = 2;

/** A month of few pictures shares its line with the next ones. */
export function monthInFlow({ ratios, count }: { ratios: number; count: number }): CSSProperties {
  const wide = ratios > narrowRatios ? `${ratios}` : `max(${ratios}, var(--least))`;
  const gaps = (count - 1) * 4;
  return {
    flexGrow: wide,
    flexBasis: `calc(var(--row) * ${wide} + ${gaps + slack}px)`,
    maxWidth: `min(100%, calc(var(--row) * ${wide} * ${maxLineGrowth} + ${gaps}px))`,
  };
}

/** Behind the last picture of a month: takes what is free, or where that is little, nothing. */
export const hasFiller = (ratios: number): boolean => ratios > narrowRatios;

/** @param ratios of the whole month */
export function tileInFlow(ratio: number, ratios: number): CSSProperties {
  return {
    flexGrow: ratio * 100,
    flexBasis: `calc(var(--row) * ${ratio.toFixed(4)})`,
    aspectRatio:
      ratios > narrowRatios
        ? ratio
        : `calc(${ratio.toFixed(4)} * max(1, var(--least) / ${ratios.toFixed(4)}))`,
    minHeight: `calc(var(--row) * ${leastHeight})`,
    maxHeight: `calc(var(--row) * ${maxGrowth})`,
  };
}
