"use client";

import type { GalleryImage } from "@/lib/images/contract";
import { useTexts } from "../../_texts/provider";
import { useIsRunning } from "../../_ui/use-is-running";
import type { PictureList } from "../_timeline/picture-list";
import { Check } from "./check";
import { useListOnPage } from "./lists";
import { beginMarkDrag } from "./mark-drag";
import { selectTo, toggle } from "./select-range";
import { useIsSelected, useIsSelecting } from "./selection";

interface SelectMarkProps {
  image: GalleryImage;
  index: number;
  list: PictureList;
}

/**
 * The mark on a tile that selects its picture: seen on hover, with the focus, and while any is selected. The tile's `li` holds it
 * beside its link, which takes the keys: Tab goes from tile to tile.
 */
export function SelectMark({ image, index, list }: SelectMarkProps) {
  const texts = useTexts("selection");
  const isRunning = useIsRunning();
  const isSelected = useIsSelected(image.id);
  const isSelecting = useIsSelecting();
  useListOnPage(list);
  if (!isRunning) return null;
  const here = () => list.indexOf(image.id) ?? index;
  return (
    <button
      type="button"
      tabIndex={-1}
      aria-pressed={isSelected}
      aria-label={texts("select", { title: image.title })}
      className={`select-mark ${isSelecting ? "" : "select-mark-at-rest"}`}
      onPointerDown={(event) => beginMarkDrag(event.nativeEvent, image.id, list)}
      onClick={(event) => (event.shiftKey ? void selectTo(image, here(), list) : toggle(image, here(), list))}
    >
      <Check state={isSelected} on="picture" />
    </button>
  );
}
