/** Of what a page shows: where the skip link leads. */
export const contentId = "content";

/** Marks what lies over the page and is reached by F6. */
export const pane = { "data-pane": "", "aria-keyshortcuts": "F6" } as const;

/** Where focus was last in the page itself. */
let place: HTMLElement | null = null;

/** Moves focus to where it was in the page before something over it had it, or to the page's beginning where that is gone. */
export function focusPage(): void {
  const isThere = place?.isConnected === true && place.getClientRects().length > 0;
  (isThere ? place : document.getElementById(contentId))?.focus({ preventScroll: true });
}

/** For what may go while it has focus: to be called as it goes, while it is still in the document. */
export function giveFocusBack(gone: Element | null): void {
  if (gone?.contains(document.activeElement)) focusPage();
}

const toastsLast = (one: Element, other: Element): number =>
  Number(one.closest("[data-toasts]") !== null) - Number(other.closest("[data-toasts]") !== null);

/** A panel closes where one follows a link in it, and Escape closes an open one and does nothing else. */
export function listenForPanels({ signal }: { signal: AbortSignal }): void {
  const openPanel = () => document.querySelector<HTMLElement>(".panel:popover-open");
  document.addEventListener(
    "click",
    ({ target }) => {
      if (target instanceof Element && target.closest(".panel a")) openPanel()?.hidePopover();
    },
    { signal },
  );
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Escape" && openPanel()) event.stopPropagation();
    },
    { signal, capture: true },
  );
}

/** F6 goes from the page to what lies over it and round again, Shift+F6 the other way. */
export function listenForPanes({ signal }: { signal: AbortSignal }): void {
  document.addEventListener(
    "focusin",
    ({ target }) => {
      if (target instanceof HTMLElement && target.closest("[data-pane], [popover], dialog") === null)
        place = target;
    },
    { signal },
  );
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "F6" || document.querySelector("dialog:modal") !== null) return;
      const panes = [...document.querySelectorAll<HTMLElement>("[data-pane]")].sort(toastsLast);
      if (panes.length === 0) return;
      event.preventDefault();
      const at = panes.findIndex((each) => each.contains(document.activeElement));
      const next = event.shiftKey ? (at === -1 ? panes.length - 1 : at - 1) : at + 1;
      const first = panes[next]?.querySelector<HTMLElement>("button, a[href], input");
      if (first) first.focus();
      else focusPage();
    },
    { signal },
  );
}
