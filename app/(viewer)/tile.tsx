import Link from "next/link";
import { memo } from "react";
import type { GalleryImage } from "@/lib/images/contract";
import { ThumbhashImage } from "../_ui/thumbhash-image";
import type { PictureList } from "./_timeline/picture-list";
import { openViewer } from "./_viewer/open-viewer";
import { imagePath } from "./image-path";
import { ratioOf, shareOfRow } from "./row";

interface TileProps {
  image: GalleryImage;
  album: string | null;
  lazy: boolean;
  onDelete(image: GalleryImage): unknown;
  list: PictureList;
}

/** One picture in a justified row. The Delete key deletes it; the toast can undo that. */
export const Tile = memo(function Tile({ image, album, lazy, onDelete, list }: TileProps) {
  const ratio = ratioOf(image);
  return (
    <li className="relative min-w-0" style={{ ...shareOfRow(ratio), aspectRatio: ratio }}>
      <Link
        href={imagePath(image.id, album)}
        prefetch={false}
        onClick={(event) => {
          if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
          event.preventDefault();
          openViewer(list, list.indexOf(image.id) ?? 0);
        }}
        onKeyDown={(event) => event.key === "Delete" && void onDelete(image)}
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
    </li>
  );
});
