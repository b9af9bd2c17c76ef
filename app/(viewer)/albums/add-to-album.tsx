import type { PictureSize } from "@/lib/images/contract";

/** Asks into which album these pictures are to go, and puts them there. */
export function openAddToAlbum(_pictures: PictureSize[]): void {}
