import { useSyncExternalStore } from "react";
import { makeListeners } from "../../_ui/listeners";
import type { PictureList } from "../_timeline/picture-list";
import { imagePath } from "../image-path";
import { pictureIdIn } from "./tile-of";

export interface OpenedViewer {
  list: PictureList;
  /** of the picture that it opened with */
  index: number;
}

let opened: OpenedViewer | null = null;
let isLeaving = false;
const { subscribe, tell } = makeListeners();

/** Opens a picture of a list over the page that shows the list: the address becomes the picture's, and Back closes it. */
export function openViewer(list: PictureList, index: number): void {
  const image = list.at(index);
  if (image === null || opened !== null) return;
  if (isLeaving) {
    // The address of the last one is about to go, and would take this one's with it.
    window.addEventListener("popstate", () => openViewer(list, index), { once: true });
    return;
  }
  // Next's own pushState: its router learns the address, and asks the server for nothing.
  window.history.pushState(null, "", imagePath(image.id, list.album));
  set({ list, index });
}

/** The same where the address is the picture's already. */
export function reopenViewer(list: PictureList, index: number): void {
  set({ list, index });
}

/** Takes it away at once, and then its address. */
export function closeViewer(): void {
  set(null);
  if (isLeaving || pictureIdIn(window.location.pathname) === null) return;
  isLeaving = true;
  window.addEventListener("popstate", () => (isLeaving = false), { once: true, capture: true });
  window.history.back();
}

/** Takes it away where the address is another's already. */
export function dropViewer(): void {
  if (opened !== null) set(null);
}

export const isViewerLeaving = (): boolean => isLeaving;

export const openedViewer = (): OpenedViewer | null => opened;

export const useOpenedViewer = (): OpenedViewer | null =>
  useSyncExternalStore(subscribe, openedViewer, () => null);

function set(next: OpenedViewer | null): void {
  opened = next;
  tell();
}
