import { useCallback } from "react";
import { giveFocusBack } from "../_ui/panes";

/**
 * For the tray: says to the page how high it is, so that there is room below what one looks at, and gives focus back to the page where
 * it goes.
 */
export function usePlaceOfTray(): (tray: HTMLElement | null) => (() => void) | undefined {
  return useCallback((tray: HTMLElement | null) => {
    if (tray === null) return;
    const root = document.documentElement;
    const observer = new ResizeObserver(() => {
      // From its upper edge down to the bar of the places, or to the end of the window.
      const heightPx = tray.offsetHeight + Number.parseFloat(getComputedStyle(tray).marginBottom);
      root.style.setProperty("--tray", `${Math.ceil(heightPx)}px`);
    });
    observer.observe(tray);
    return () => {
      observer.disconnect();
      root.style.removeProperty("--tray");
      giveFocusBack(tray);
    };
  }, []);
}
