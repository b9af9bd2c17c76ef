import type { GalleryImage } from "@/lib/images/contract";
import { isOver } from "../../_ui/fresh-urls";

/** The picture in the tile that leads to it, where it is on the page. */
export const tileImageOf = (id: string): HTMLImageElement | null =>
  document.querySelector(`a[href^="/images/${id}"] img`);

/** The id of the picture that a tile leads to, where this is in one. */
export function tileIdOf(target: EventTarget | null): string | null {
  const link = target instanceof Element ? target.closest('a[href^="/images/"]') : null;
  return pictureIdIn(link?.getAttribute("href") ?? "");
}

/** The id of the picture that an address is of. */
export const pictureIdIn = (path: string): string | null =>
  /^\/images\/([0-9a-f-]{36})(\?|$)/.exec(path)?.[1] ?? null;

/** The thumb as its tile shows it already, else by its URL; null where that has run out. */
export const thumbSrcOf = ({ id, thumbUrl }: Pick<GalleryImage, "id" | "thumbUrl">): string | null =>
  tileImageOf(id)?.currentSrc || (isOver(thumbUrl) ? null : thumbUrl);
