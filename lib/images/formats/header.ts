import type { Orientation } from "./exif";
import type { Noted } from "./metadata";

export interface Size {
  width: number;
  height: number;
}

/**
 * What the headers of a picture say: its size upright, as the browser shows it, and what is noted in it. `orientation` is the one
 * that browsers go by, which is not EXIF's in every format.
 */
export interface Header extends Size, Noted {
  orientation: Orientation;
}

export function upright(stored: Size, orientation: Orientation): Size & { orientation: Orientation } {
  return orientation < 5
    ? { width: stored.width, height: stored.height, orientation }
    : { width: stored.height, height: stored.width, orientation };
}
