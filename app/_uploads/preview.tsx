import { ImageIcon } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { imageOf, type UploadItem } from "@/lib/uploads/client/queue/upload-item";
import type { UploadQueue } from "@/lib/uploads/client/queue/upload-queue";

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
      {isDrawn || image === null ? null : (
        // biome-ignore lint/performance/noImgElement: next/image would pull the bytes through the app and re-key them.
        <img src={image.thumbUrl} alt="" loading="lazy" className="absolute inset-0 size-full object-cover" />
      )}
      <canvas
        ref={canvas}
        width={sidePx}
        height={sidePx}
        className={`absolute inset-0 size-full ${isDrawn ? "" : "hidden"}`}
      />
    </span>
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
