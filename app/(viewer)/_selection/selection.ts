import { useSyncExternalStore } from "react";
import type { PictureSize } from "@/lib/images/contract";

/** The pictures that are selected in this tab, by id. It outlives no page: leaving a place clears it. */
let selected: ReadonlyMap<string, PictureSize> = new Map();
const listeners = new Set<() => void>();

export function select(pictures: PictureSize[], on: boolean): void {
  const next = new Map(selected);
  for (const picture of pictures) {
    if (on) next.set(picture.id, picture);
    else next.delete(picture.id);
  }
  set(next);
}

export const clearSelection = (): void => set(new Map());

export const selection = (): ReadonlyMap<string, PictureSize> => selected;

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
export const useIsSelecting = (): boolean =>
  useSyncExternalStore(
    subscribe,
    () => selected.size > 0,
    () => false,
  );

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function set(next: ReadonlyMap<string, PictureSize>): void {
  selected = next;
  for (const listener of listeners) listener();
}
