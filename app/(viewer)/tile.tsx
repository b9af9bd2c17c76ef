import Link from "next/link";
import { memo } from "react";
import type { GalleryImage } from "@/lib/images/contract";
import { ThumbhashImage } from "../_ui/thumbhash-image";
import { imagePath } from "./image-path";
import { ratioOf, shareOfRow } from "./row";

interface TileProps {
  image: GalleryImage;
  album: string | null;
  lazy: boolean;
  onDelete(image: GalleryImage): unknown;
}

/** One picture in a justified row. The Delete key deletes it; the toast can undo that. */
export const Tile = memo(function Tile({ image, album, lazy, onDelete }: TileProps) {
  const ratio = ratioOf(image);
  return (
    <li className="relative min-w-0" style={{ ...shareOfRow(ratio), aspectRatio: ratio }}>
      <Link
        href={imagePath(image.id, album)}
        prefetch={false}
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
