"use client";

import { type SyntheticEvent, useEffect, useRef, useState } from "react";
import { type Size, targetSize } from "@/lib/images/variants";
import { useImageRetries } from "../../../_ui/use-image-retries";

/** The bytes of a variant are bounded: what is so much smaller than it might be was made smaller for them, or long ago. */
const reduced = 0.9;

/**
 * A picture so long that, shown whole, nothing of it could be read: it is as wide as its frame, or as high, and scrolls. Where
 * its variant is reduced, the original is shown.
 */
export function LongImage(props: {
  size: Size;
  src: string;
  originalSrc: string | null;
  alt: string;
  colour: string;
}) {
  const { size, src, originalSrc, alt, colour } = props;
  const [showsOriginal, setShowsOriginal] = useState(false);
  const image = useRef<HTMLImageElement>(null);
  const { retries, hasFailed, onError } = useImageRetries();
  const lookAt = ({ naturalWidth, naturalHeight }: HTMLImageElement) => {
    const wanted = targetSize(size, "display");
    const isReduced =
      longestOf(naturalWidth, naturalHeight) < longestOf(wanted.width, wanted.height) * reduced;
    if (originalSrc !== null && isReduced) setShowsOriginal(true);
  };
  useEffect(() => {
    // It may have arrived, or failed, before the script did.
    const { complete, naturalWidth } = image.current ?? {};
    if (complete !== true || image.current === null) return;
    if (naturalWidth === 0) onError();
    else lookAt(image.current);
  });
  const shape =
    size.width > size.height
      ? "h-full max-h-(--natural) w-auto max-w-none my-auto"
      : "w-full max-w-(--natural) h-auto mx-auto self-start";
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without it, Safari does not scroll it by keyboard.
    <section aria-label={alt} tabIndex={0} className="absolute inset-0 flex overflow-auto">
      <picture className="contents">
        <img
          key={retries}
          ref={image}
          src={showsOriginal && originalSrc !== null ? originalSrc : src}
          alt={alt}
          width={size.width}
          height={size.height}
          decoding="async"
          onLoad={(event: SyntheticEvent<HTMLImageElement>) => lookAt(event.currentTarget)}
          onError={onError}
          style={{ backgroundColor: colour, "--natural": `${Math.min(size.width, size.height)}px` } as object}
          className={`block flex-none ${shape} ${hasFailed ? "opacity-0" : ""}`}
        />
      </picture>
    </section>
  );
}

const longestOf = (width: number, height: number): number => Math.max(width, height);
