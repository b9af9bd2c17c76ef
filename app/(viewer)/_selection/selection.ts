import { useSyncExternalStore } from "react";
import type { PictureSize } from "@/lib/images/contract";
import { makeListeners } from "../../_ui/listeners";

/** So many pictures can be selected at a time. */
export const maxSelected = 10_000;

/** The pictures that are selected in this tab, by id. It outlives no page: leaving a place clears it. */
let selected: ReadonlyMap<string, PictureSize> = new Map();
const { subscribe, tell } = makeListeners();
export const subscribeToSelection = subscribe;

/** Returns how many of them found no room, and are not selected. */
export function select(pictures: Iterable<PictureSize>, on: boolean): number {
  if (on) return selectExactly([...selected.values()], pictures);
  deselect(Array.from(pictures, ({ id }) => id));
  return 0;
}

/** These and no others, the former before the latter. Returns how many of them found no room. */
export function selectExactly(...lists: Iterable<PictureSize>[]): number {
  const next = new Map<string, PictureSize>();
  let left = 0;
  for (const picture of lists.flatMap((list) => [...list])) {
    if (next.size < maxSelected || next.has(picture.id)) next.set(picture.id, picture);
    else left += 1;
  }
  set(next);
  return left;
}

export function deselect(ids: string[]): void {
  const next = new Map(selected);
  for (const id of ids) next.delete(id);
  set(next);
}

export const clearSelection = (): void => set(new Map());

export const selection = (): ReadonlyMap<string, PictureSize> => selected;

/** Of what says to whoever hears a picture's link that it is selected. */
export const selectedNoteId = "selected-note";

const none: ReadonlyMap<string, PictureSize> = new Map();
export const useSelection = (): ReadonlyMap<string, PictureSize> =>
  useSyncExternalStore(subscribe, selection, () => none);

export const useIsSelected = (id: string): boolean =>
  useSyncExternalStore(
    subscribe,
    () => selected.has(id),
    () => false,
  );

/** Whether any is: then a click selects, and opens nothing. */
export const isSelecting = (): boolean => selected.size > 0;
export const useIsSelecting = (): boolean => useSyncExternalStore(subscribe, isSelecting, () => false);

function set(next: ReadonlyMap<string, PictureSize>): void {
  if (next.size === 0 && selected.size === 0) return;
  selected = next;
  tell();
}
