"use client";

import type { GalleryImage } from "@/lib/images/contract";
import type { PictureList } from "../_timeline/picture-list";

/** The mark on a tile that selects its picture: seen on hover, with the focus, on a touch screen, and while any is selected. */
export function SelectMark(_props: { image: GalleryImage; index: number; list: PictureList }) {
  return null;
}
