/** EXIF's eight ways to hold a camera; 1 is upright, 5 to 8 lie on their side. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

export interface Size {
  width: number;
  height: number;
}

/** What the headers of a picture say. `width` and `height` are upright: as the browser shows them. */
export interface Header extends Size {
  orientation: Orientation;
  /** ms since the epoch: when it was taken, where the picture says so */
  capturedAt: number | null;
}

export function upright(stored: Size, orientation: Orientation): Size & { orientation: Orientation } {
  return orientation < 5
    ? { width: stored.width, height: stored.height, orientation }
    : { width: stored.height, height: stored.width, orientation };
}
