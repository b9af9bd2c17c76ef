import type { PictureSize } from "@/lib/images/contract";
import { setAddition } from "./addition";

/** Asks into which album these pictures are to go, and puts them there. Resolves to whether they are in one. */
export function openAddToAlbum(pictures: PictureSize[]): Promise<boolean> {
  if (pictures.length === 0) return Promise.resolve(false);
  return new Promise((resolve) => {
    setAddition({ pictures, end: resolve });
  });
}
