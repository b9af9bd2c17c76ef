import type { PictureSize } from "@/lib/images/contract";

/** Downloads pictures as one file. */
export function downloadPictures(_pictures: PictureSize[], _name: string): void {}
