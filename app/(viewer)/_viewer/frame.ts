import type { GalleryImage, ImageUrls } from "@/lib/images/contract";
import { isLong, partOf, targetSize } from "@/lib/images/variants";
import { urlsOf } from "../../_ui/fresh-urls";

export type FrameStatus = "loading" | "shown" | "failed";

/** The bytes of a variant are bounded: what is so much smaller than it might be was made smaller for them, or long ago. */
const reduced = 0.9;

/** One picture as the viewer shows it: its thumb at once, then its display size, and the original where that is too small. */
export class Frame {
  readonly element: HTMLDivElement = document.createElement("div");
  status: FrameStatus = "loading";
  downloadUrl: string | null = null;
  private readonly thumb: HTMLImageElement;
  private urls: ImageUrls | null = null;
  private main: HTMLImageElement | null = null;
  private original: HTMLImageElement | "coming" | null = null;
  private isDestroyed = false;

  /** @param thumbSrc of what is shown already, so that it is there at once; null where it has yet to be asked for */
  constructor(
    private readonly image: GalleryImage,
    thumbSrc: string | null,
    private readonly onStatus: () => void,
  ) {
    this.element.className = `picture-frame${image.placeholder.isTransparent ? " checkerboard" : ""}`;
    if (!image.placeholder.isTransparent) this.element.style.backgroundColor = image.placeholder.colour;
    this.thumb = pictureOf(thumbSrc, image.title);
    const part = partOf(image, "thumb");
    const percent = (length: number, of: number) => `${(100 * length) / of}%`;
    Object.assign(this.thumb.style, {
      left: percent(part.left, image.width),
      top: percent(part.top, image.height),
      width: percent(part.width, image.width),
      height: percent(part.height, image.height),
    });
    this.element.append(this.thumb);
    void this.load(false);
  }

  retry(): void {
    if (this.status === "failed") void this.load(true);
  }

  /** Fetches the original where the picture is shown with more pixels than its display size has. */
  needWidth(pixels: number): void {
    if (this.main !== null && pixels > this.main.naturalWidth * 1.02) void this.loadOriginal();
  }

  /** It may take hundreds of megabytes: away with it once nobody looks. */
  dropOriginal(): void {
    if (this.original instanceof HTMLImageElement && !isLong(this.image)) {
      this.original.remove();
      this.original = null;
    }
  }

  destroy(): void {
    this.isDestroyed = true;
    for (const shown of this.element.querySelectorAll("img")) shown.removeAttribute("src");
    this.element.remove();
  }

  private async load(anew: boolean): Promise<void> {
    this.setStatus("loading");
    this.urls = await urlsOf(this.image.id, anew);
    if (this.isDestroyed) return;
    if (this.urls === null) return this.setStatus("failed");
    this.downloadUrl = this.urls.downloadUrl;
    this.thumb.src ||= this.urls.thumbUrl;
    const moving = wantsStillness() ? null : this.urls.movingUrl;
    const main = await arrived(pictureOf(moving ?? this.urls.displayUrl, this.image.title));
    if (this.isDestroyed) return;
    // What has run out meanwhile is asked for anew.
    if (main === null) return anew ? this.setStatus("failed") : this.load(true);
    this.main = main;
    this.thumb.alt = "";
    this.element.append(main);
    // Through what is transparent the thumb would shine.
    if (this.image.placeholder.isTransparent) this.thumb.remove();
    this.setStatus("shown");
    if (isLong(this.image) && moving === null && this.isReduced(main)) void this.loadOriginal();
  }

  private isReduced({ naturalWidth, naturalHeight }: HTMLImageElement): boolean {
    const wanted = targetSize(this.image, "display");
    return Math.max(naturalWidth, naturalHeight) < Math.max(wanted.width, wanted.height) * reduced;
  }

  private async loadOriginal(): Promise<void> {
    if (this.original !== null || this.main === null) return;
    const isMoving = this.urls?.movingUrl !== null && !wantsStillness();
    const isLarger = this.image.width > this.main.naturalWidth;
    if (isMoving || !isLarger || !this.urls?.originalUrl) return;
    this.original = "coming";
    // Someone may have looked at it for longer than a URL lives.
    const urls = (await urlsOf(this.image.id)) ?? this.urls;
    const original = await arrived(pictureOf(urls.originalUrl, ""));
    if (this.isDestroyed) return;
    // What a browser leaves lying, or does not get, stays as its display size has it.
    if (original === null || !hasShapeOf(this.image, original)) return;
    this.original = original;
    this.main.after(original);
    if (this.image.placeholder.isTransparent) this.main.style.opacity = "0";
  }

  private setStatus(status: FrameStatus): void {
    this.status = status;
    this.onStatus();
  }
}

function pictureOf(src: string | null, alt: string): HTMLImageElement {
  const image = new Image();
  image.decoding = "async";
  image.draggable = false;
  image.alt = alt;
  if (src !== null) image.src = src;
  return image;
}

/** Decoded, so that it appears at once; null where it does not come. */
async function arrived(image: HTMLImageElement): Promise<HTMLImageElement | null> {
  const came = await new Promise<boolean>((resolve) => {
    image.onload = () => resolve(true);
    image.onerror = () => resolve(false);
  });
  if (!came) return null;
  // A browser that does not decode it beforehand does so later.
  await Promise.allSettled([image.decode()]);
  return image;
}

const hasShapeOf = (size: { width: number; height: number }, shown: HTMLImageElement): boolean =>
  Math.abs(Math.log((shown.naturalWidth / shown.naturalHeight) * (size.height / size.width))) < 0.05;

export const wantsStillness = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;
