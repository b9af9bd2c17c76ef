import { type RefObject, useEffect, useRef, useState } from "react";

interface DragHandlers {
  onGrab(at: number): void;
  /** The one that is held stood at `from`, and is over `to`. */
  onOver(from: number, to: number): void;
  onDrop(at: number): void;
}

const pressMs = 300;
const slackPixels = 8;
/** So near the screen's edge the page scrolls. */
const edgePixels = 72;

/**
 * Lets tiles of a list, which say their place in `data-place`, be taken to another place: with the mouse at once, with a finger after a
 * long press, as a shorter one scrolls. Escape puts it back. Returns the id of the one that is held.
 */
export function useDrag(list: RefObject<HTMLUListElement | null>, handlers: DragHandlers): string | null {
  const [heldId, setHeldId] = useState<string | null>(null);
  const latest = useRef(handlers);
  useEffect(() => {
    latest.current = handlers;
  });

  useEffect(() => {
    const { current: ul } = list;
    if (ul === null) return;
    const stop = new AbortController();
    const { signal } = stop;
    let press: { pointer: number; x: number; y: number; at: number; isTouch: boolean } | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let held: { start: number; at: number; x: number; y: number } | null = null;
    let scrolling = 0;

    const grab = () => {
      if (press === null) return;
      const { x, y, at } = press;
      held = { start: at, at, x, y };
      setHeldId(ul.querySelector<HTMLElement>(`[data-place="${at}"]`)?.dataset.id ?? null);
      latest.current.onGrab(at);
      if (press.isTouch) navigator.vibrate?.(10);
      scrolling = requestAnimationFrame(scroll);
    };
    const overTile = () => {
      if (held === null) return;
      const tile = document.elementFromPoint(held.x, held.y)?.closest<HTMLElement>("[data-place]");
      const to = Number(tile?.dataset.place ?? held.at);
      if (to === held.at || !ul.contains(tile ?? null)) return;
      latest.current.onOver(held.at, to);
      held.at = to;
    };
    const scroll = () => {
      if (held === null) return;
      const below = held.y - (window.innerHeight - edgePixels);
      const above = edgePixels - held.y;
      const step = below > 0 ? below : above > 0 ? -above : 0;
      if (step !== 0) {
        window.scrollBy(0, step / 4);
        overTile();
      }
      scrolling = requestAnimationFrame(scroll);
    };
    const end = (isKept: boolean) => {
      clearTimeout(timer);
      cancelAnimationFrame(scrolling);
      const ended = held;
      press = null;
      held = null;
      if (ended === null) return;
      setHeldId(null);
      if (ended.at === ended.start) return;
      if (isKept) latest.current.onDrop(ended.at);
      else latest.current.onOver(ended.at, ended.start);
    };

    ul.addEventListener(
      "pointerdown",
      (event) => {
        const tile = event.target instanceof Element && event.target.closest<HTMLElement>("[data-place]");
        if (!tile || event.button !== 0 || press !== null) return;
        const { pointerId: pointer, clientX: x, clientY: y } = event;
        press = { pointer, x, y, at: Number(tile.dataset.place), isTouch: event.pointerType === "touch" };
        if (press.isTouch) timer = setTimeout(grab, pressMs);
      },
      { signal },
    );
    document.addEventListener(
      "pointermove",
      ({ pointerId, clientX: x, clientY: y }) => {
        if (press === null || pointerId !== press.pointer) return;
        const isFar = Math.hypot(x - press.x, y - press.y) > slackPixels;
        if (held === null && isFar) {
          if (press.isTouch) return end(false);
          grab();
        }
        if (held === null) return;
        held.x = x;
        held.y = y;
        overTile();
      },
      { signal },
    );
    document.addEventListener("pointerup", ({ pointerId }) => pointerId === press?.pointer && end(true), {
      signal,
    });
    document.addEventListener("pointercancel", () => end(false), { signal });
    document.addEventListener("keydown", ({ key }) => key === "Escape" && end(false), { signal });
    // While one is held, the finger does not scroll; nor does the browser drag the picture, or ask what to do with it.
    ul.addEventListener("touchmove", (event) => held !== null && event.preventDefault(), {
      signal,
      passive: false,
    });
    ul.addEventListener("dragstart", (event) => event.preventDefault(), { signal });
    ul.addEventListener("contextmenu", (event) => press?.isTouch && event.preventDefault(), { signal });
    return () => {
      end(false);
      stop.abort();
    };
  }, [list]);
  return heldId;
}
