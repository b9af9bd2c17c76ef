"use client";

import { type CSSProperties, useEffect, useRef, useState } from "react";
import type { Placeholder } from "@/lib/images/contract";
import { useImageRetries } from "./use-image-retries";
import { whenSeen } from "./when-seen";

/** A picture that fills its frame: its average colour comes with the page, its blurred self once it is looked at, then itself. */
export function ThumbhashImage(props: {
  placeholder: Placeholder;
  src: string;
  /** shown instead, but to whoever wants nothing to move */
  movingSrc?: string | null;
  alt: string;
  lazy?: boolean;
  /** Width to height, where all of it is to be seen: else it fills the frame, which cuts off what is too much. */
  wholeRatio?: number;
}) {
  const { placeholder, src, movingSrc = null, alt, lazy = false, wholeRatio } = props;
  const [shows, setShows] = useState<"colour" | "blurred" | "picture">("colour");
  const image = useRef<HTMLImageElement>(null);
  const { retries, hasFailed, onError } = useImageRetries();

  useEffect(() => {
    if (image.current === null || shows !== "colour") return;
    const { complete, naturalWidth } = image.current;
    // It may have arrived, or failed, before the script did.
    if (complete && naturalWidth > 0) return setShows("picture");
    if (complete) onError();
    return whenSeen(image.current, () => setShows("blurred"));
  }, [shows, onError]);

  const whole = wholeRatio !== undefined;
  const fit = whole ? "object-contain" : "object-cover";
  return (
    <span
      className={`absolute inset-0 block [container-type:size] ${placeholder.isTransparent && !whole ? "checkerboard" : ""}`}
      style={whole || placeholder.isTransparent ? undefined : { backgroundColor: placeholder.colour }}
    >
      {placeholder.isTransparent && whole ? (
        <span
          aria-hidden
          className="checkerboard absolute inset-0 m-auto aspect-(--ratio) w-[min(100cqw,100cqh*var(--ratio))]"
          style={{ "--ratio": wholeRatio } as CSSProperties}
        />
      ) : null}
      {shows === "blurred" ? (
        <canvas
          ref={(canvas) => {
            if (canvas !== null) void drawThumbhash(canvas, placeholder.thumbhash);
          }}
          aria-hidden
          className={`absolute inset-0 size-full ${fit}`}
        />
      ) : null}
      <picture>
        {movingSrc === null ? null : (
          <source media="(prefers-reduced-motion: no-preference)" srcSet={movingSrc} />
        )}
        {/* next/image would pull the bytes through the app and re-key them. */}
        <img
          key={retries}
          ref={image}
          src={src}
          alt={alt}
          loading={lazy ? "lazy" : "eager"}
          decoding="async"
          onLoad={() => setShows("picture")}
          onError={onError}
          className={`absolute inset-0 size-full ${fit} ${hasFailed ? "opacity-0" : ""}`}
        />
      </picture>
    </span>
  );
}

/** A picture that has come meanwhile, or a script that does not come, leaves it at the colour. */
const drawThumbhash = (canvas: HTMLCanvasElement, thumbhash: string): Promise<void> =>
  import("./draw-thumbhash").then(
    (module) => module.drawThumbhash(canvas, thumbhash),
    () => {},
  );
