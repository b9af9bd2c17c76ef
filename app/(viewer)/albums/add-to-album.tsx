import type { PictureSize } from "@/lib/images/contract";

/** Asks which album pictures go to. */
export function openAddToAlbum(_pictures: PictureSize[]): void {}
