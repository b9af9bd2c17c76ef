import { useCallback } from "react";
import { giveFocusBack } from "./panes";

/**
 * For what lies over the page at its bottom: says how much room it takes, so that the page has as much below its end and what else lies
 * there is above it, and gives focus back to the page where it goes.
 */
export function useRoomBelow(
  room: "--tray" | "--cards",
): (element: HTMLElement | null) => (() => void) | undefined {
  return useCallback(
    (element: HTMLElement | null) => {
      if (element === null) return;
      const { style } = document.documentElement;
      const observer = new ResizeObserver(() => {
        const gapPx = Number.parseFloat(getComputedStyle(element).marginBottom);
        style.setProperty(room, `${Math.ceil(element.offsetHeight + gapPx)}px`);
      });
      observer.observe(element);
      return () => {
        observer.disconnect();
        style.removeProperty(room);
        giveFocusBack(element);
      };
    },
    [room],
  );
}
