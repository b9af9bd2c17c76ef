import type { MouseEvent } from "react";
import { fetchFreshUrls, isOver, useFreshUrl, useKeptFresh } from "./fresh-urls";

interface Download {
  href: string;
  onClick(event: MouseEvent): void;
}

/**
 * For a link to a picture's original, null where there is none yet: its URL is kept fresh, and where it ran out while this device slept,
 * a click asks for another first.
 */
export function useDownload(id: string, url: string): Download;
export function useDownload(id: string, url: string | null): Download | null;
export function useDownload(id: string, url: string | null): Download | null {
  const href = useFreshUrl(id, "downloadUrl", url);
  useKeptFresh(id, href);
  if (href === null) return null;
  const onClick = async (event: MouseEvent) => {
    if (!isOver(href)) return;
    event.preventDefault();
    window.location.assign((await fetchFreshUrls(id))?.downloadUrl ?? href);
  };
  return { href, onClick };
}
