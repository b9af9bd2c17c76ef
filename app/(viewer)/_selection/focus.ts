import type { PictureList } from "../_timeline/picture-list";
import { isOnPage } from "./lists";
import { tileOf } from "./neighbour";
import { selection } from "./selection";

/** The place of the first of those that are selected and here: what comes after them will be there. */
export function placeOfSelection(list: PictureList | null): number | null {
  const places = [...selection().keys()].flatMap((id) => list?.indexOf(id) ?? []);
  return places.length === 0 ? null : Math.min(...places);
}

/** After something has gone: where the focus went with it, it goes to what has come into its place. */
export function goOnAt(list: PictureList | null, index: number | null): void {
  // Once the pages have been shown without it.
  setTimeout(() => {
    if (!isFocusLost()) return;
    const last = (list?.count() ?? 0) - 1;
    if (list !== null && isOnPage(list) && last >= 0) return list.show(Math.min(index ?? 0, last));
    focusMain();
  }, 100);
}

/** From the bar back to a picture, without scrolling where it is in the document. */
export function focusPicture(list: PictureList | null, picture: { id: string; index: number } | null): void {
  const tile = picture && tileOf(picture.id);
  if (tile) tile.focus({ preventScroll: true });
  else if (list !== null && picture !== null) list.show(picture.index);
  else focusMain();
}

/** On nothing, or on what is about to go. */
function isFocusLost(): boolean {
  const { activeElement } = document;
  return (
    activeElement === null ||
    activeElement === document.body ||
    activeElement.closest(".selection-bar") !== null
  );
}

function focusMain(): void {
  const main = document.querySelector("main");
  main?.setAttribute("tabindex", "-1");
  main?.focus({ preventScroll: true });
}
