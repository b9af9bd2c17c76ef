import { type RefObject, useEffect } from "react";
import type { Anchor } from "./anchor";
import type { LiveTimeline } from "./live-timeline";
import { useBeforePaint } from "./use-live-timeline";

/** Where somebody was on a page. */
interface Saved {
  anchor: Anchor | null;
  /** of the window; where the top of the list was in sight */
  scrollY: number;
  focus: { id: string; index: number } | null;
}

/** By address: since this tab loaded its first page. */
const places = new Map<string, Saved>();
/** In a history entry's state: for Back, and after a reload. */
const inHistory = "timelinePlace";
const saveAfterMs = 200;

/**
 * Comes back to the same place and the same focus, before anything is painted: by Back, by a link, after a reload. The browser's own
 * way would look for a height that the page has not got yet.
 */
export function usePlace(live: LiveTimeline, list: RefObject<HTMLElement | null>): void {
  useBeforePaint(() => {
    const address = addressNow();
    const saved: Saved | undefined = window.history.state?.[inHistory] ?? places.get(address);
    window.history.scrollRestoration = "manual";
    if (saved !== undefined && list.current !== null) {
      live.returnTo(saved.anchor, saved.focus);
      if (saved.anchor === null) queueMicrotask(() => window.scrollTo(0, saved.scrollY));
    }
    return () => {
      window.history.scrollRestoration = "auto";
    };
  }, [live, list]);

  useEffect(() => {
    const address = addressNow();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let last = "";
    let focus = focusNow(live);
    const save = () => {
      clearTimeout(timer);
      // Something else may be open above the list, under an address of its own.
      if (addressNow() !== address) return;
      // Who goes on by a link elsewhere comes back to the picture that they had the focus on before.
      focus = focusNow(live) ?? focus;
      const saved: Saved = { anchor: live.place(), scrollY: window.scrollY, focus };
      const text = JSON.stringify(saved);
      if (text === last) return;
      last = text;
      places.set(address, saved);
      window.history.replaceState({ ...window.history.state, [inHistory]: saved }, "");
    };
    const saveSoon = () => {
      clearTimeout(timer);
      timer = setTimeout(save, saveAfterMs);
    };
    const stop = new AbortController();
    const { signal } = stop;
    for (const moved of ["scroll", "focusin", "focusout"])
      window.addEventListener(moved, saveSoon, { passive: true, signal });
    // Before what leads away is heard of.
    for (const leaving of ["click", "pagehide"])
      window.addEventListener(leaving, save, { capture: true, signal });
    document.addEventListener("visibilitychange", save, { signal });
    // WebKit scrolls a page that it has kept to where the entry before began, and the list may stand elsewhere by now.
    const onShow = ({ persisted }: PageTransitionEvent) => {
      const saved: Saved | undefined = window.history.state?.[inHistory];
      if (persisted && saved?.anchor) live.returnTo(saved.anchor, saved.focus);
    };
    window.addEventListener("pageshow", onShow, { signal });
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [live]);
}

const addressNow = () => window.location.pathname + window.location.search;

function focusNow(live: LiveTimeline): Saved["focus"] {
  const id = document.activeElement?.closest<HTMLElement>("[data-id]")?.dataset.id;
  const index = id === undefined ? null : live.indexOf(id);
  return id === undefined || index === null ? null : { id, index };
}
