import Link from "next/link";
import { type CSSProperties, memo } from "react";
import type { GalleryImage } from "@/lib/images/contract";
import { Thumb } from "../../_ui/thumb";
import { SelectMark } from "../_selection/select-mark";
import { selectedNoteId, useIsSelected } from "../_selection/selection";
import { tileGestures } from "../_selection/tile-gestures";
import { imagePath } from "../image-path";
import { tileInFlow } from "./flow";
import type { PictureList } from "./picture-list";
import { ratioOf } from "./ratio";

interface TileProps {
  image: GalleryImage;
  index: number;
  /** its place in its month, counted from one, and how many that has */
  number: number;
  of: number;
  list: PictureList;
  lazy: boolean;
  /** where the page is laid out by CSS: of the whole month */
  ratios: number;
  /** where it is laid out already; else null */
  top: number | null;
  start: number;
  width: number;
  height: number;
}

/** One picture in a row. */
export const Tile = memo(function Tile(props: TileProps) {
  const { image, index, number, of, list, lazy, ratios, top, start, width, height } = props;
  const isSelected = useIsSelected(image.id);
  const style: CSSProperties =
    top === null ? tileInFlow(ratioOf(image), ratios) : { top, insetInlineStart: start, width, height };
  return (
    <li
      data-id={image.id}
      aria-posinset={number}
      aria-setsize={of}
      className={top === null ? "relative mb-1 min-w-0" : "absolute"}
      style={style}
    >
      <Link
        href={imagePath(image.id, list.album)}
        prefetch={false}
        {...tileGestures(image, index, list)}
        aria-describedby={isSelected ? selectedNoteId : undefined}
        className="absolute inset-0 block overflow-hidden focus-visible:z-10 focus-visible:outline-4 focus-visible:-outline-offset-4"
      >
        <Thumb image={image} lazy={lazy} />
      </Link>
      <SelectMark image={image} index={index} list={list} />
    </li>
  );
});
