import type { PictureList } from "../_timeline/picture-list";

export const arrows = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"];

const tiles = 'li > a[href^="/images/"]';

/** The picture whose tile is at this place of the window; null where there is none. */
export function pictureAt(x: number, y: number): string | null {
  const item = document.elementFromPoint(x, y)?.closest("li");
  const link = item?.querySelector<HTMLAnchorElement>(':scope > a[href^="/images/"]') ?? null;
  return link && idOf(link);
}

/** To which picture an arrow leads from a tile; null where there is none, or none that is here yet. */
export function neighbourOf(
  tile: Element,
  key: string,
  index: number,
  list: PictureList,
): { id: string; index: number } | null {
  if (key === "ArrowUp" || key === "ArrowDown") return nearestInNextRow(tile, key === "ArrowDown", list);
  const isRtl = getComputedStyle(tile).direction === "rtl";
  const next = index + ((key === "ArrowRight") !== isRtl ? 1 : -1);
  const image = list.at(next);
  return image && { id: image.id, index: next };
}

/** Rows are of one height only within themselves: of the nearest row the tile that is the most above or below this one. */
function nearestInNextRow(
  tile: Element,
  isDown: boolean,
  list: PictureList,
): { id: string; index: number } | null {
  const from = tile.getBoundingClientRect();
  const middle = from.left + from.width / 2;
  let best: { id: string; distance: number } | null = null;
  for (const other of document.querySelectorAll<HTMLAnchorElement>(tiles)) {
    const box = other.getBoundingClientRect();
    const rows = isDown ? box.top - from.bottom : from.top - box.bottom;
    if (rows < -1) continue;
    const sideways = Math.max(box.left - middle, middle - box.right, 0);
    // A row apart is more than all the width of a screen.
    const distance = rows * 100 + sideways;
    if (best === null || distance < best.distance) best = { id: idOf(other), distance };
  }
  const index = best && list.indexOf(best.id);
  return best === null || index === null ? null : { id: best.id, index };
}

const idOf = ({ pathname }: HTMLAnchorElement): string => pathname.split("/").at(-1) ?? "";
