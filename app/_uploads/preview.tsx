import { ImageIcon } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { GalleryImage } from "@/lib/images/contract";
import { imageOf, type UploadItem } from "@/lib/uploads/client/queue/upload-item";
import type { UploadQueue } from "@/lib/uploads/client/queue/upload-queue";
import { useImageSource } from "../_ui/use-image-source";

/** of each side, as many as a dense screen shows */
const sidePx = 72;

/**
 * A file's picture beside its name: drawn from the thumb that is prepared to be sent, once it is, so that nothing large is decoded for
 * it and nothing is kept but these few pixels. A row that is made later, as one scrolls, has it from the bucket.
 */
export function Preview({ item, queue }: { item: UploadItem; queue: UploadQueue }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [isDrawn, setIsDrawn] = useState(false);
  const isAsked = useRef(false);
  useEffect(() => {
    if (isAsked.current) return;
    const thumb = queue.findThumb(item.id);
    if (thumb === null || canvas.current === null) return;
    isAsked.current = true;
    draw(canvas.current, thumb).then(
      () => setIsDrawn(true),
      // What cannot be drawn here may yet be sent, and then comes from the bucket.
      (error: unknown) => console.warn("a preview could not be drawn", error),
    );
  }, [item, queue]);
  const image = imageOf(item.state);
  return (
    <span
      aria-hidden
      className="relative grid size-9 shrink-0 place-content-center overflow-hidden rounded-md bg-sunken text-quiet"
    >
      <ImageIcon size={16} strokeWidth={1.5} />
      {isDrawn || image === null ? null : <FromBucket image={image} />}
      <canvas
        ref={canvas}
        width={sidePx}
        height={sidePx}
        className={`absolute inset-0 size-full ${isDrawn ? "" : "hidden"}`}
      />
    </span>
  );
}

/** Its URL may run out before one scrolls to it. */
function FromBucket({ image: { id, thumbUrl } }: { image: GalleryImage }) {
  const { attempt, src, hasFailed, onLoad, onError } = useImageSource({
    id,
    kind: "thumbUrl",
    url: thumbUrl,
  });
  return (
    // biome-ignore lint/performance/noImgElement: next/image would pull the bytes through the app and re-key them.
    <img
      key={attempt}
      src={src}
      alt=""
      loading="lazy"
      onLoad={onLoad}
      onError={onError}
      className={`absolute inset-0 size-full object-cover ${hasFailed ? "opacity-0" : ""}`}
    />
  );
}

/** The middle of it, as large as the square takes. */
async function draw(canvas: HTMLCanvasElement, thumb: Blob): Promise<void> {
  const bitmap = await createImageBitmap(thumb);
  const { width, height } = bitmap;
  const side = Math.min(width, height);
  canvas
    .getContext("2d")
    ?.drawImage(bitmap, (width - side) / 2, (height - side) / 2, side, side, 0, 0, sidePx, sidePx);
  bitmap.close();
}
