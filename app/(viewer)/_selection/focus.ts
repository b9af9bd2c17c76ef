import { focusPage } from "../../_ui/panes";
import type { PictureList } from "../_timeline/picture-list";
import { isOnPage } from "./lists";
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
    focusPage();
  }, 100);
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
