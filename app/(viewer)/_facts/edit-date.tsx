import type { PictureSize } from "@/lib/images/contract";

/** Asks for another date of these pictures, and sets it. */
export function openEditDate(_pictures: PictureSize[]): void {}
