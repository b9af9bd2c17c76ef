import { useEffect, useRef } from "react";
import type { GalleryImage } from "@/lib/images/contract";
import { imagePath } from "../image-path";

/** Browsers refuse an address that changes too often, as when an arrow key is held. */
const settleMs = 200;

/** The address and the title are those of the picture; another picture takes the place of the last one. */
export function useAddress(image: GalleryImage | null, album: string | null): void {
  const { id, title } = image ?? {};
  const own = useRef("");
  const replacedAt = useRef(0);
  useEffect(() => {
    const before = document.title;
    return () => {
      // Another page may have its own by now.
      if (document.title === own.current) document.title = before;
    };
  }, []);
  useEffect(() => {
    if (id === undefined) return;
    document.title = `${title} · Pail`;
    own.current = document.title;
    const path = imagePath(id, album);
    if (window.location.pathname + window.location.search === path) return;
    const replace = () => {
      replacedAt.current = Date.now();
      window.history.replaceState(null, "", path);
    };
    const waitMs = replacedAt.current + settleMs - Date.now();
    if (waitMs <= 0) return replace();
    const timer = setTimeout(replace, waitMs);
    return () => clearTimeout(timer);
  }, [id, title, album]);
}
