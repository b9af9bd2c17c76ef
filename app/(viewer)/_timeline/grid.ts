/** Cookies: so the first HTML is as it was chosen. */
export const gridCookie = "grid";
export const orderCookie = "order";

export const gridSizes = ["small", "medium", "large"] as const;
export type GridSize = (typeof gridSizes)[number];

export const gridSizeOf = (cookie: string | undefined): GridSize =>
  gridSizes.find((size) => size === cookie) ?? "medium";

/**
 * How high rows should be, which are a little higher to be full; on very wide windows they hold no more than elsewhere. `--least` is
 * what a month takes at least, as a part of that: 6.5rem, so that its name can be read.
 */
export const rowHeights: Record<GridSize, string> = {
  small:
    "[--row:4rem] [--least:1.6250] sm:[--row:7rem] sm:[--least:0.9286] lg:[--row:8.5rem] lg:[--least:0.7647] min-[120rem]:[--row:11rem] min-[120rem]:[--least:0.5909]",
  medium:
    "[--row:6rem] [--least:1.0833] sm:[--row:10rem] sm:[--least:0.6500] lg:[--row:13rem] lg:[--least:0.5000] min-[120rem]:[--row:16rem] min-[120rem]:[--least:0.4062]",
  large:
    "[--row:10rem] [--least:0.6500] sm:[--row:15rem] sm:[--least:0.4333] lg:[--row:20rem] lg:[--least:0.3250] min-[120rem]:[--row:24rem] min-[120rem]:[--least:0.2708]",
};
