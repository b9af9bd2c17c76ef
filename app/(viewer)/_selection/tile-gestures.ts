import type { DragEvent, KeyboardEvent, MouseEvent, PointerEvent } from "react";
import type { GalleryImage } from "@/lib/images/contract";
import type { PictureList } from "../_timeline/picture-list";
import { openViewer } from "../_viewer/open-viewer";
import { whenLoaded } from "../when-loaded";
import { beginPress, endsLongPress, isPressed, onLongPressMenu } from "./long-press";
import { arrows, neighbourOf } from "./neighbour";
import { selectTo, toggle } from "./select-range";
import { isSelecting } from "./selection";

/** For the link of a tile. */
interface TileGestures {
  onClick(event: MouseEvent): void;
  onKeyDown(event: KeyboardEvent): void;
  onPointerDown(event: PointerEvent): void;
  onContextMenu(event: MouseEvent): void;
  onDragStart(event: DragEvent): void;
}

/** What a click, a long press, Space, Shift and Delete do on a tile: they select, or open the picture, or delete it. */
export function tileGestures(image: GalleryImage, index: number, list: PictureList): TileGestures {
  const here = () => list.indexOf(image.id) ?? index;
  return {
    onClick(event) {
      const isPlain = !event.altKey && !event.shiftKey && !event.ctrlKey && !event.metaKey;
      if (endsLongPress()) return event.preventDefault();
      if (event.altKey) return;
      event.preventDefault();
      if (event.shiftKey) void selectTo(image, here(), list);
      else if (!isPlain || isSelecting()) toggle(image, here(), list);
      else openViewer(list, here());
    },
    onKeyDown(event) {
      if (event.key === " ") {
        event.preventDefault();
        if (event.shiftKey) void selectTo(image, here(), list);
        else toggle(image, here(), list);
      } else if (event.shiftKey && arrows.includes(event.key)) {
        event.preventDefault();
        extend(event.currentTarget, event.key, image, here(), list);
      } else if (event.key === "Delete" && !event.repeat && !isSelecting()) {
        event.preventDefault();
        void whenLoaded(import("./verbs"), ({ deleteOne }) => deleteOne(image));
      }
    },
    onPointerDown: ({ nativeEvent }) => beginPress(nativeEvent, () => toggle(image, here(), list)),
    onContextMenu: onLongPressMenu,
    onDragStart: (event) => isPressed() && event.preventDefault(),
  };
}

/** One picture further: the focus goes there, and the range with it. */
function extend(tile: Element, key: string, image: GalleryImage, index: number, list: PictureList): void {
  const next = neighbourOf(tile, key, index, list);
  if (next === null) return;
  if (!isSelecting()) toggle(image, index, list);
  const picture = list.at(next.index);
  if (picture !== null) void selectTo(picture, next.index, list);
  list.show(next.index);
}
