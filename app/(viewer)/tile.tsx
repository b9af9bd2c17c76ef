import Link from "next/link";
import type { GalleryImage } from "@/lib/images/contract";
import { ThumbhashImage } from "../_ui/thumbhash-image";

/**
 * One picture in a justified row. Width and growth follow its shape, so all tiles of a row get the same height, before
 * anything has loaded and without any script.
 */
export function Tile({ image }: { image: GalleryImage }) {
  const ratio = Math.min(Math.max(image.width / image.height, 0.2), 10);
  return (
    <li
      className="relative min-w-0 [--row:7.5rem] sm:[--row:11rem] lg:[--row:14rem]"
      style={{ flexGrow: ratio * 100, flexBasis: `calc(var(--row) * ${ratio})`, aspectRatio: ratio }}
    >
      <Link
        href={`/images/${image.id}`}
        prefetch={false}
        className="absolute inset-0 block overflow-hidden focus-visible:z-10 focus-visible:outline-4 focus-visible:-outline-offset-4"
      >
        <ThumbhashImage thumbhash={image.thumbhash} src={image.thumbUrl} alt={image.title} lazy />
      </Link>
    </li>
  );
}
