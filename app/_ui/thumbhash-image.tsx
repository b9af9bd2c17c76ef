"use client";

import { type CSSProperties, useEffect, useRef, useState } from "react";
import type { Placeholder, VariantKind } from "@/lib/images/contract";
import { useImageSource } from "./use-image-source";
import { whenSeen } from "./when-seen";

/** A picture that fills its frame: its average colour comes with the page, its blurred self once it is looked at, then itself. */
export function ThumbhashImage(props: {
  /** of the picture */
  id: string;
  placeholder: Placeholder;
  /** which of its variants `src` is */
  kind: VariantKind;
  src: string;
  /** shown instead, but to whoever wants nothing to move */
  movingSrc?: string | null;
  alt: string;
  /** Whether it waits until it is nearly in sight; else the page fetches it before all else. */
  lazy?: boolean;
  /** Width to height, where all of it is to be seen: else it fills the frame, which cuts off what is too much. */
  wholeRatio?: number;
}) {
  const {
    id,
    placeholder,
    kind,
    src: url,
    movingSrc: movingUrl = null,
    alt,
    lazy = false,
    wholeRatio,
  } = props;
  const [shows, setShows] = useState<"colour" | "blurred" | "picture">("colour");
  const image = useRef<HTMLImageElement>(null);
  const source = useImageSource({ id, kind: `${kind}Url`, url, movingUrl });
  const { src, onLoad, onError } = source;

  useEffect(() => {
    if (image.current === null || shows !== "colour" || src === undefined) return;
    const { complete, naturalWidth } = image.current;
    // It may have arrived, or failed, before the script did.
    if (complete && naturalWidth > 0) {
      onLoad();
      return setShows("picture");
    }
    if (complete) onError();
    return whenSeen(image.current, () => setShows("blurred"));
  }, [shows, src, onLoad, onError]);

  const whole = wholeRatio !== undefined;
  const fit = whole ? "object-contain" : "object-cover";
  const img = (
    // biome-ignore lint/performance/noImgElement: next/image would pull the bytes through the app and re-key them.
    <img
      key={source.attempt}
      ref={image}
      src={src}
      alt={alt}
      loading={lazy ? "lazy" : "eager"}
      fetchPriority={lazy ? undefined : "high"}
      // The first small ones are there with the page's first frame; a large one must not hold a frame up.
      decoding={lazy || kind !== "thumb" ? "async" : "sync"}
      onLoad={() => {
        onLoad();
        setShows("picture");
      }}
      onError={onError}
      className={`absolute inset-0 size-full ${fit} ${source.hasFailed ? "opacity-0" : ""}`}
    />
  );
  return (
    <span
      className={`absolute inset-0 block ${whole ? "[container-type:size]" : placeholder.isTransparent ? "checkerboard" : ""}`}
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
      {source.movingSrc === null ? (
        img
      ) : (
        <picture>
          <source media="(prefers-reduced-motion: no-preference)" srcSet={source.movingSrc} />
          {img}
        </picture>
      )}
    </span>
  );
}

/** A picture that has come meanwhile, or a script that does not come, leaves it at the colour. */
const drawThumbhash = (canvas: HTMLCanvasElement, thumbhash: string): Promise<void> =>
  import("./draw-thumbhash").then(
    (module) => module.drawThumbhash(canvas, thumbhash),
    () => {},
  );
