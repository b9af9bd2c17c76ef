import type { GalleryImage } from "@/lib/images/contract";
import { ThumbhashImage } from "./thumbhash-image";

type Thumbed = Pick<GalleryImage, "id" | "title" | "placeholder" | "thumbUrl">;

/** A picture as it is small; it fills its frame. */
export function Thumb(props: {
  image: Thumbed;
  /** else its title: empty where that is said beside it */
  alt?: string;
  lazy: boolean;
}) {
  const { image, alt = image.title, lazy } = props;
  return (
    <ThumbhashImage
      id={image.id}
      kind="thumb"
      placeholder={image.placeholder}
      src={image.thumbUrl}
      alt={alt}
      lazy={lazy}
    />
  );
}
