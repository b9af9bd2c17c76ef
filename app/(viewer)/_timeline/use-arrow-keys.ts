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
      return live.indexBeside(index, -1);
    case "ArrowDown":
      return live.indexBeside(index, 1);
    case "PageUp":
      return live.indexBeside(index, -live.windowHeight * 0.9);
    case "PageDown":
      return live.indexBeside(index, live.windowHeight * 0.9);
    case "Home":
      return 0;
    case "End":
      return live.count() - 1;
    default:
      return null;
  }
}
