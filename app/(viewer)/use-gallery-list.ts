import { useEffect, useRef, useState } from "react";
import type { GalleryImage } from "@/lib/images/contract";
import type { PictureList } from "./_timeline/picture-list";

/** The pictures that a gallery has fetched, as a list for the viewer; it ends where nothing further has come yet. */
export function useGalleryList(
  all: GalleryImage[],
  hasMore: boolean,
  loadMore: () => Promise<void>,
  album: string | null,
): PictureList {
  const now = useRef({ all, hasMore, loadMore });
  const [listeners] = useState(() => new Set<() => void>());
  useEffect(() => {
    now.current = { all, hasMore, loadMore };
    for (const listener of listeners) listener();
  }, [all, hasMore, loadMore, listeners]);
  const [list] = useState<PictureList>(() => ({
    album,
    count: () => now.current.all.length,
    indexOf: (id) => {
      const index = now.current.all.findIndex((image) => image.id === id);
      return index < 0 ? null : index;
    },
    at: (index) => now.current.all[index] ?? null,
    load: async (index) => {
      if (now.current.hasMore && index >= now.current.all.length) await now.current.loadMore();
      return now.current.all[index] ?? null;
    },
    between: async (from, to) => now.current.all.slice(Math.min(from, to), Math.max(from, to) + 1),
    show: (index) => {
      const tile = document.querySelector<HTMLElement>(`a[href^="/images/${now.current.all[index]?.id}"]`);
      tile?.scrollIntoView({ block: "nearest" });
      tile?.focus({ preventScroll: true });
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  }));
  return list;
}
