import { type RefObject, useLayoutEffect } from "react";

const focusable = "a[href], button:not(:disabled), input, select, textarea, [tabindex='0']";
/** Toasts stay at hand: they undo what is done here. */
const alsoReachable = "[data-toasts]";

/**
 * Makes the rest of the page inert, keeps Tab within, and keeps the focus: where what has it goes away, it returns to `home`.
 */
export function useModal(dialog: RefObject<HTMLElement | null>, home: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const element = dialog.current;
    if (element === null) return;
    const rest = [...document.body.children].filter(
      (other): other is HTMLElement =>
        other instanceof HTMLElement &&
        !other.contains(element) &&
        !other.matches(alsoReachable) &&
        !other.inert,
    );
    for (const other of rest) other.inert = true;
    const root = document.documentElement;
    root.style.setProperty("--scrollbar-width", `${window.innerWidth - root.clientWidth}px`);
    root.classList.add("viewer-open");
    home.current?.focus({ preventScroll: true });

    const stop = new AbortController();
    const onFocusOut = () =>
      requestAnimationFrame(() => {
        const { activeElement } = document;
        const isLost = activeElement === null || activeElement === document.body;
        if (isLost && element.isConnected) home.current?.focus({ preventScroll: true });
      });
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== "Tab" || document.querySelector("dialog[open]") !== null) return;
      const within = [element, ...document.querySelectorAll(alsoReachable)].flatMap((part) =>
        [...part.querySelectorAll<HTMLElement>(focusable)].filter((one) => one.getClientRects().length > 0),
      );
      const at = within.indexOf(document.activeElement as HTMLElement);
      const next = within.at(event.shiftKey ? at - 1 : (at + 1) % within.length);
      event.preventDefault();
      next?.focus();
    };
    document.addEventListener("focusout", onFocusOut, { signal: stop.signal });
    document.addEventListener("keydown", onKeyDown, { signal: stop.signal });
    return () => {
      stop.abort();
      for (const other of rest) other.inert = false;
      root.classList.remove("viewer-open");
    };
  }, [dialog, home]);
}
