import { useCallback, useRef, useState } from "react";
import type { Cursor, GalleryImage, GalleryPage } from "@/lib/images/contract";
import { textOf } from "./cursor";

/** What comes behind the first page, from this address, as it is asked for. */
export function useFurtherPages(first: GalleryPage, address: string) {
  const [further, setFurther] = useState<{ images: GalleryImage[]; next: Cursor | null } | null>(null);
  const [failed, setFailed] = useState(false);
  const loading = useRef(false);
  const next = further === null ? first.next : further.next;

  const loadMore = useCallback(async () => {
    if (next === null || loading.current) return;
    loading.current = true;
    setFailed(false);
    try {
      const page = await fetchPage(address, next);
      setFurther((before) => ({ images: [...(before?.images ?? []), ...page.images], next: page.next }));
    } catch {
      setFailed(true);
    } finally {
      loading.current = false;
    }
  }, [address, next]);

  const images = further === null ? first.images : [...first.images, ...further.images];
  return { images, next, failed, loadMore };
}

async function fetchPage(address: string, cursor: Cursor): Promise<GalleryPage> {
  const response = await fetch(`${address}?before=${textOf(cursor)}`, {
    headers: { accept: "application/json" },
  });
  if (response.status === 401) window.location.assign("/sign-in");
  if (!response.ok) throw new Error(`the gallery answered ${response.status}`);
  return response.json();
}
