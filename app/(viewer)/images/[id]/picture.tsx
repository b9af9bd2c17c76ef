import type { CSSProperties, ReactNode } from "react";
import type { ImageDetails } from "@/lib/images/contract";
import { isLong } from "@/lib/images/variants";
import { ThumbhashImage } from "../../../_ui/thumbhash-image";
import { LongImage } from "./long-image";

/** The picture large, and what stands over it. */
export function Picture({ image, children }: { image: ImageDetails; children: ReactNode }) {
  const { id, width, height, displayUrl, originalUrl, movingUrl, placeholder } = image;
  const alt = image.altText || image.title;
  return (
    <div
      className="relative aspect-(--ratio) max-h-[70dvh] min-h-60 w-full bg-sunken lg:aspect-auto lg:max-h-none lg:h-full"
      style={{ "--ratio": width / height } as CSSProperties}
    >
      {isLong(image) && movingUrl === null ? (
        <LongImage
          id={id}
          size={{ width, height }}
          src={displayUrl}
          originalSrc={originalUrl}
          alt={alt}
          placeholder={placeholder}
        />
      ) : (
        <ThumbhashImage
          id={id}
          kind="display"
          placeholder={placeholder}
          src={displayUrl}
          movingSrc={movingUrl}
          alt={alt}
          wholeRatio={width / height}
        />
      )}
      {children}
    </div>
  );
}
