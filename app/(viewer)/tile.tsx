import Link from "next/link";
import { memo } from "react";
import type { GalleryImage } from "@/lib/images/contract";
import { ThumbhashImage } from "../_ui/thumbhash-image";
import { SelectMark } from "./_selection/select-mark";
import { tileGestures } from "./_selection/tile-gestures";
import type { PictureList } from "./_timeline/picture-list";
import { imagePath } from "./image-path";
import { ratioOf, shareOfRow } from "./row";

interface TileProps {
  image: GalleryImage;
  album: string | null;
  lazy: boolean;
  index: number;
  list: PictureList;
}

/** One picture in a justified row. */
export const Tile = memo(function Tile({ image, album, lazy, index, list }: TileProps) {
  const ratio = ratioOf(image);
  return (
    <li className="relative min-w-0" style={{ ...shareOfRow(ratio), aspectRatio: ratio }}>
      <Link
        href={imagePath(image.id, album)}
        prefetch={false}
        {...tileGestures(image, index, list)}
        className="absolute inset-0 block overflow-hidden focus-visible:z-10 focus-visible:outline-4 focus-visible:-outline-offset-4"
      >
        <ThumbhashImage
          id={image.id}
          kind="thumb"
          placeholder={image.placeholder}
          src={image.thumbUrl}
          alt={image.title}
          lazy={lazy}
        />
      </Link>
      <SelectMark image={image} index={index} list={list} />
    </li>
  );
});
