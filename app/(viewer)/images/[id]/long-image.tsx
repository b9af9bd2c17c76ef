"use client";

import { type SyntheticEvent, useEffect, useRef, useState } from "react";
import type { Placeholder } from "@/lib/images/contract";
import { type Size, targetSize } from "@/lib/images/variants";
import { useImageSource } from "../../../_ui/use-image-source";

/** The bytes of a variant are bounded: what is so much smaller than it might be was made smaller for them, or long ago. */
const reduced = 0.9;

/**
 * A picture so long that, shown whole, nothing of it could be read: it is as wide as its frame, or as high, and scrolls. Where
 * its variant is reduced, the original is shown.
 */
export function LongImage(props: {
  /** of the picture */
  id: string;
  size: Size;
  src: string;
  originalSrc: string | null;
  alt: string;
  placeholder: Placeholder;
}) {
  const { id, size, src, originalSrc, alt, placeholder } = props;
  const [showsOriginal, setShowsOriginal] = useState(false);
  const image = useRef<HTMLImageElement>(null);
  const source = useImageSource(
    showsOriginal && originalSrc !== null
      ? { id, kind: "originalUrl", url: originalSrc }
      : { id, kind: "displayUrl", url: src },
  );
  const { attempt, hasFailed, onError } = source;
  const lookAt = ({ naturalWidth, naturalHeight }: HTMLImageElement) => {
    const wanted = targetSize(size, "display");
    const isReduced =
      longestOf(naturalWidth, naturalHeight) < longestOf(wanted.width, wanted.height) * reduced;
    if (originalSrc !== null && isReduced) setShowsOriginal(true);
  };
  useEffect(() => {
    // It may have arrived, or failed, before the script did.
    const { complete, naturalWidth } = image.current ?? {};
    if (complete !== true || image.current === null || source.src === undefined) return;
    if (naturalWidth === 0) onError();
    else {
      source.onLoad();
      lookAt(image.current);
    }
  });
  const shape =
    size.width > size.height
      ? "h-full max-h-(--natural) w-auto max-w-none my-auto"
      : "w-full max-w-(--natural) h-auto mx-auto self-start";
  const ground = placeholder.isTransparent ? {} : { backgroundColor: placeholder.colour };
  const board = placeholder.isTransparent ? "checkerboard" : "";
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without it, Safari does not scroll it by keyboard.
    <section aria-label={alt} tabIndex={0} className="absolute inset-0 flex overflow-auto">
      <picture className="contents">
        <img
          key={attempt}
          ref={image}
          src={source.src}
          alt={alt}
          width={size.width}
          height={size.height}
          fetchPriority="high"
          decoding="async"
          onLoad={(event: SyntheticEvent<HTMLImageElement>) => {
            source.onLoad();
            lookAt(event.currentTarget);
          }}
          onError={onError}
          style={{ ...ground, "--natural": `${Math.min(size.width, size.height)}px` } as object}
          className={`block flex-none ${shape} ${board} ${hasFailed ? "opacity-0" : ""}`}
        />
      </picture>
    </section>
  );
}

const longestOf = (width: number, height: number): number => Math.max(width, height);
