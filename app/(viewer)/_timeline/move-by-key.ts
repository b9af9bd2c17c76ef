import type { KeyboardEvent } from "react";
import type { LiveTimeline } from "./live-timeline";

/**
 * The arrows lead from tile to tile, Home and End to the first and the last, Page up and down a window further. Each tile is reached
 * by Tab as well, as in any list of links: a screen reader says how many there are, and nobody has to know of the arrows.
 */
export function moveByKey(event: KeyboardEvent, live: LiveTimeline): void {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const tile = (event.target as Element).closest<HTMLElement>("[data-id]");
  const index = tile === null ? null : live.indexOf(tile.dataset.id ?? "");
  if (tile === null || index === null) return;
  if (!vertical.includes(event.key)) column = null;
  const next = nextIndex(event.key, index, live, getComputedStyle(tile).direction === "rtl");
  if (next === null) return;
  event.preventDefault();
  const last = live.count() - 1;
  if (next !== index) live.show(Math.min(Math.max(next, 0), last));
}

function nextIndex(key: string, index: number, live: LiveTimeline, isRtl: boolean): number | null {
  switch (key) {
    case "ArrowLeft":
      return index + (isRtl ? 1 : -1);
    case "ArrowRight":
      return index + (isRtl ? -1 : 1);
    case "ArrowUp":
      return indexBeside(live, index, -1);
    case "ArrowDown":
      return indexBeside(live, index, 1);
    case "PageUp":
      return indexBeside(live, index, -live.windowHeight * 0.9);
    case "PageDown":
      return indexBeside(live, index, live.windowHeight * 0.9);
    case "Home":
      return 0;
    case "End":
      return live.count() - 1;
    default:
      return null;
  }
}

const vertical = ["ArrowUp", "ArrowDown", "PageUp", "PageDown"];

/** Where steps up and down began, from a row's beginning: a step back leads to where one was. */
let column: { index: number; middle: number } | null = null;

/** The index of the picture above or below another: in the next row, or so many pixels further; its own at either end. */
function indexBeside(live: LiveTimeline, index: number, pixels: number): number {
  const { geometry, pictures } = live;
  const place = pictures.placeOf(index);
  const box = place && geometry?.boxOfPlace(place);
  if (!geometry || !box) return index;
  const isBelow = pixels > 0;
  const [edge, step] = isBelow ? [box.top + box.height, Math.max(0, pixels - box.height)] : [box.top, pixels];
  const middle = column?.index === index ? column.middle : box.start + box.width / 2;
  const found = geometry.indexBeyond(edge + step, isBelow, middle);
  if (found === null) return Math.abs(pixels) <= 1 ? index : isBelow ? live.count() - 1 : 0;
  column = { index: found, middle };
  return found;
}
