import { useEffect } from "react";
import type { PictureList } from "../_timeline/picture-list";

/** The lists whose pictures are on the page, with how many of them are: of all of which “select all” means one. */
const lists = new Map<PictureList, number>();

/** For each tile of a list. */
export function useListOnPage(list: PictureList): void {
  useEffect(() => {
    lists.set(list, (lists.get(list) ?? 0) + 1);
    return () => {
      const count = (lists.get(list) ?? 1) - 1;
      if (count > 0) lists.set(list, count);
      else lists.delete(list);
    };
  }, [list]);
}

/** The one that came last; null where there is none. */
export const listOnPage = (): PictureList | null => [...lists.keys()].at(-1) ?? null;

export const isOnPage = (list: PictureList): boolean => lists.has(list);
