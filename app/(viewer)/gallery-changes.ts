import { useSyncExternalStore } from "react";
import type { GalleryImage } from "@/lib/images/contract";

/** What has happened in this tab since its pages came from the server: they are shown with these changes. */
interface Changes {
  added: ReadonlyMap<string, GalleryImage>;
  removed: ReadonlySet<string>;
}

const none: Changes = { added: new Map(), removed: new Set() };
let changes = none;
const listeners = new Set<() => void>();

export function addToGallery(images: GalleryImage[]): void {
  const ids = new Set(images.map((image) => image.id));
  change({
    added: new Map([...changes.added, ...images.map((image) => [image.id, image] as const)]),
    removed: new Set([...changes.removed].filter((id) => !ids.has(id))),
  });
}

export function removeFromGallery(id: string): void {
  change({ ...changes, removed: new Set([...changes.removed, id]) });
}

export function useGalleryChanges(): Changes {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => changes,
    () => none,
  );
}

function change(next: Changes): void {
  changes = next;
  for (const listener of listeners) listener();
}
