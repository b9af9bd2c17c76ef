"use client";

import { useEffect, useRef, useState } from "react";
import { thumbHashToAverageRGBA, thumbHashToRGBA } from "thumbhash";
import { whenSeen } from "./when-seen";

/** A picture that fills its frame: its average colour comes with the page, its blurred self once it is looked at, then itself. */
export function ThumbhashImage(props: {
  thumbhash: string;
  src: string;
  /** shown instead, but to whoever wants nothing to move */
  movingSrc?: string | null;
  alt: string;
  lazy?: boolean;
  whole?: boolean;
}) {
  const { thumbhash, src, movingSrc = null, alt, lazy = false, whole = false } = props;
  const [shows, setShows] = useState<"colour" | "blurred" | "picture">("colour");
  const image = useRef<HTMLImageElement>(null);

  useEffect(() => {
    if (image.current === null || shows !== "colour") return;
    // It may have arrived before the script did.
    if (image.current.complete && image.current.naturalWidth > 0) setShows("picture");
    else return whenSeen(image.current, () => setShows("blurred"));
  }, [shows]);

  const fit = whole ? "object-contain" : "object-cover";
  return (
    <span
      className="absolute inset-0 block"
      style={whole ? undefined : { backgroundColor: averageColour(thumbhash) }}
    >
      {shows === "blurred" ? (
        <canvas
          ref={(canvas) => {
            if (canvas !== null) drawThumbhash(canvas, thumbhash);
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
          ref={image}
          src={src}
          alt={alt}
          loading={lazy ? "lazy" : "eager"}
          decoding="async"
          onLoad={() => setShows("picture")}
          className={`absolute inset-0 size-full ${fit}`}
        />
      </picture>
    </span>
  );
}

const bytesOf = (thumbhash: string): Uint8Array => Uint8Array.from(atob(thumbhash), (c) => c.charCodeAt(0));

function averageColour(thumbhash: string): string {
  const { r, g, b, a } = thumbHashToAverageRGBA(bytesOf(thumbhash));
  const [red, green, blue] = [r, g, b].map((part) => Math.round(part * 255));
  return `rgb(${red} ${green} ${blue} / ${Math.round(a * 100)}%)`;
}

function drawThumbhash(canvas: HTMLCanvasElement, thumbhash: string): void {
  const { w, h, rgba } = thumbHashToRGBA(bytesOf(thumbhash));
  canvas.width = w;
  canvas.height = h;
  canvas.getContext("2d")?.putImageData(new ImageData(new Uint8ClampedArray(rgba), w, h), 0, 0);
}
