import { useSyncExternalStore } from "react";
import type { GalleryImage } from "@/lib/images/contract";
import { makeListeners } from "../_ui/listeners";

/** What has happened in this tab since its pages came from the server: they are shown with these changes. */
interface Changes {
  added: ReadonlyMap<string, GalleryImage>;
  removed: ReadonlySet<string>;
  /** Counts up whenever more has changed than can be told: what is shown is then asked for anew. */
  version: number;
}

const none: Changes = { added: new Map(), removed: new Set(), version: 0 };
let changes = none;
const { subscribe, tell } = makeListeners();

/** What is new, or looks otherwise now. */
export function addToGallery(images: GalleryImage[]): void {
  const ids = new Set(images.map((image) => image.id));
  change({
    ...changes,
    added: new Map([...changes.added, ...images.map((image) => [image.id, image] as const)]),
    removed: new Set([...changes.removed].filter((id) => !ids.has(id))),
  });
}

export function removeFromGallery(ids: string[]): void {
  change({ ...changes, removed: new Set([...changes.removed, ...ids]) });
}

/** After what concerns many pictures, or their order: timelines ask for what they show anew, and stay where they are. */
export function refreshGallery(): void {
  change({ ...none, version: changes.version + 1 });
}

export function useGalleryChanges(): Changes {
  return useSyncExternalStore(
    subscribe,
    () => changes,
    () => none,
  );
}

function change(next: Changes): void {
  changes = next;
  tell();
}
