import PhotoSwipe from "photoswipe";
import type { GalleryImage } from "@/lib/images/contract";
import { isLong } from "@/lib/images/variants";
import type { PictureList } from "../_timeline/picture-list";
import { type Frame, type FrameStatus, wantsStillness } from "./frame";
import { Frames } from "./frames";
import { growFrom } from "./grow-from";
import { tidy } from "./tidy";
import { tileImageOf } from "./tile-of";
import { turnWheel } from "./turn-wheel";
import { initialLevel, maxLevel, secondaryLevel } from "./zoom-levels";

type Slide = NonNullable<PhotoSwipe["currSlide"]>;

interface StageEvents {
  /** Another picture stands there, or the same one at another place, or it came or failed. */
  onChange(): void;
  /** It was swiped away, or pinched away, or there are no pictures left. */
  onClose(): void;
  /** a finger's single tap */
  onTap(): void;
}

const zoomMs = 180;
const panPixels = 80;

/** What stands in for a picture that is not here yet. */
const unknownSize = { width: 1500, height: 1000 };

/**
 * Where the pictures are shown, swiped and zoomed. PhotoSwipe does the gestures; what is in a slide is a Frame. Its index counts from the
 * left, which in a language from right to left is the end of the list.
 */
export class Stage {
  private readonly pswp: PhotoSwipe;
  private readonly frames = new Frames(() => this.onFrame());
  private readonly stopListening: () => void;
  /** of the picture that is shown */
  private id: string | null;
  private isOpen = false;
  /** Whether what is not here yet did not come. */
  private hasFailed = false;

  constructor(
    private readonly element: HTMLElement,
    private readonly list: PictureList,
    private index: number,
    private readonly events: StageEvents,
  ) {
    this.id = list.at(index)?.id ?? null;
    this.pswp = new PhotoSwipe({
      appendToEl: element,
      index: this.placeOf(index),
      loop: false,
      // One behind and two ahead, whichever way one goes.
      preload: [1, 2],
      bgOpacity: 1,
      showHideAnimationType: "none",
      zoomAnimationDuration: zoomMs,
      // Its buttons, its focus, its keys and its clicks.
      arrowPrev: false,
      arrowNext: false,
      close: false,
      zoom: false,
      trapFocus: false,
      returnFocus: false,
      escKey: false,
      arrowKeys: false,
      imageClickAction: false,
      bgClickAction: false,
      ...{ counter: false, preloader: false },
      tapAction: () => this.events.onTap(),
      getViewportSizeFn: () => ({ x: element.clientWidth, y: element.clientHeight }),
      initialZoomLevel: initialLevel,
      secondaryZoomLevel: secondaryLevel,
      maxZoomLevel: maxLevel,
    });
    this.listen();
    const tile = this.id === null ? null : tileImageOf(this.id);
    this.pswp.init();
    this.isOpen = true;
    tidy(this.pswp);
    if (tile !== null && this.frame !== null && !wantsStillness()) growFrom(tile, this.frame.element);
    this.stopListening = list.subscribe(() => this.refresh());
  }

  get at(): number {
    return this.index;
  }

  get frame(): Frame | null {
    return this.frames.find(this.id);
  }

  get status(): FrameStatus {
    return this.frame?.status ?? (this.hasFailed ? "failed" : "loading");
  }

  retry(): void {
    if (this.frame === null) this.rebuild(this.pswp.currIndex);
    else this.frame.retry();
  }

  has(by: 1 | -1): boolean {
    return this.index + by >= 0 && this.index + by < this.list.count();
  }

  go(by: 1 | -1): void {
    if (this.has(by)) this.pswp.goTo(this.placeOf(this.index + by));
  }

  zoom(how: "in" | "out" | "reset"): void {
    const slide = this.pswp.currSlide;
    if (slide === undefined) return;
    const { currZoomLevel, zoomLevels } = slide;
    const level = { in: currZoomLevel * 1.5, out: currZoomLevel / 1.5, reset: zoomLevels.initial }[how];
    slide.zoomTo(level, this.pswp.getViewportCenterPoint(), wantsStillness() ? 0 : zoomMs);
  }

  /** Moves within the picture, to steps or to an end. Whether there was anywhere to move to. */
  pan(x: number, y: number): boolean {
    const slide = this.pswp.currSlide;
    if (slide === undefined || !slide.isPannable()) return false;
    const { x: beforeX, y: beforeY } = slide.pan;
    slide.panTo(beforeX - x * panPixels, beforeY - y * panPixels);
    return slide.pan.x !== beforeX || slide.pan.y !== beforeY;
  }

  resize(): void {
    this.pswp.updateSize();
  }

  destroy(): void {
    this.isOpen = false;
    this.stopListening();
    this.pswp.destroy();
    this.frames.destroy();
  }

  /** After pictures have come or gone: the one that is shown stays, wherever it stands now. */
  private refresh(): void {
    // A swipe that is under way ends first, and then it is called again.
    if (!this.isOpen || this.pswp.mainScroll.isShifted()) return;
    const count = this.list.count();
    if (count === 0) {
      this.events.onClose();
      return;
    }
    const now = this.id === null ? this.index : this.list.indexOf(this.id);
    this.index = Math.min(now ?? this.index, count - 1);
    const place = this.placeOf(this.index);
    const isSame =
      place === this.pswp.currIndex && this.shown().every((id, n) => id === this.idAt(place - 1 + n));
    if (!isSame) this.rebuild(place);
    this.events.onChange();
  }

  /** The frames stay as they are, and so does the zoom. */
  private rebuild(place: number): void {
    const { pswp } = this;
    const { id } = this;
    const { currZoomLevel, zoomLevels, pan } = pswp.currSlide ?? {};
    const at = pan && { ...pan };
    for (const holder of pswp.mainScroll.itemHolders) {
      holder.slide?.destroy();
      delete holder.slide;
    }
    pswp.contentLoader.destroy();
    pswp.currIndex = place;
    pswp.potentialIndex = place;
    for (const [n, holder] of pswp.mainScroll.itemHolders.entries())
      pswp.setContent(holder, place - 1 + n, true);
    this.id = this.idAt(place);
    if (this.id === id && at && currZoomLevel !== undefined && currZoomLevel !== zoomLevels?.initial) {
      pswp.currSlide?.zoomTo(currZoomLevel);
      pswp.currSlide?.panTo(at.x, at.y);
    }
    pswp.contentLoader.updateLazy();
  }

  private shown(): (string | null)[] {
    return this.pswp.mainScroll.itemHolders.map(({ slide }) => slide?.data.id ?? null);
  }

  private listen(): void {
    const { pswp, list } = this;
    pswp.addFilter("numItems", () => list.count());
    pswp.addFilter("itemData", (_, place) => {
      const image = list.at(this.indexOf(place));
      return { type: "picture", id: image?.id ?? null, ...sizeOf(image) };
    });
    pswp.addFilter("isContentZoomable", (_, { data }) => data.id !== null);
    pswp.on("gettingData", ({ index }) => this.dropStale(index));
    pswp.on("contentLoad", (event) => {
      event.preventDefault();
      event.content.element = this.elementOf(event.content);
    });
    // PhotoSwipe waits for its own opening animation; the thumb is there at once.
    pswp.on("slideLoad", ({ slide }) => {
      slide.heavyAppended = true;
      slide.content.append();
    });
    pswp.on("initialZoomPan", ({ slide }) => startOfLong(slide, this.isReversed()));
    pswp.on("zoomPanUpdate", ({ slide }) => this.sharpen(slide));
    pswp.on("slideDeactivate", ({ slide }) => this.frames.find(slide.data.id)?.dropOriginal());
    pswp.on("updateScrollOffset", () => {
      const { left, top } = this.element.getBoundingClientRect();
      pswp.offset = { x: left + window.scrollX, y: top + window.scrollY };
    });
    // Keys are the viewer's.
    pswp.on("keydown", (event) => event.preventDefault());
    pswp.on("wheel", (event) => {
      event.preventDefault();
      turnWheel(event.originalEvent, pswp.currSlide, this.element);
    });
    pswp.events.add(this.element, "dblclick", (event) => {
      const { left, top } = this.element.getBoundingClientRect();
      const { clientX, clientY } = event as MouseEvent;
      pswp.currSlide?.toggleZoom({ x: clientX - left, y: clientY - top });
    });
    pswp.on("change", () => {
      this.index = this.indexOf(pswp.currIndex);
      this.id = this.idAt(pswp.currIndex);
      this.refresh();
    });
    pswp.on("close", () => this.events.onClose());
  }

  private elementOf({ data, index }: Slide["content"]): HTMLDivElement {
    const image = data.id === null ? null : this.list.at(this.indexOf(index));
    if (image === null) {
      void this.fetch(this.indexOf(index));
      return document.createElement("div");
    }
    return this.frames.of(image).element;
  }

  private onFrame(): void {
    if (this.isOpen && this.pswp.currSlide !== undefined) this.sharpen(this.pswp.currSlide);
    this.events.onChange();
  }

  private async fetch(index: number): Promise<void> {
    try {
      await this.list.load(index);
      this.hasFailed = false;
    } catch {
      this.hasFailed = true;
    }
    this.refresh();
    if (this.isOpen && this.list.at(index) !== null) {
      this.dropStale(this.placeOf(index));
      this.pswp.contentLoader.loadSlideByIndex(this.placeOf(index));
    }
  }

  /** What PhotoSwipe keeps for a place where another picture stands by now. */
  private dropStale(place: number): void {
    const { contentLoader } = this.pswp;
    const kept = contentLoader.getContentByIndex(place);
    if (kept !== undefined && kept.data.id !== this.idAt(place)) contentLoader.removeByIndex(place);
  }

  /** Beyond the pixels of its display size, once someone has zoomed. */
  private sharpen({ data, currZoomLevel, zoomLevels, width }: Slide): void {
    if (currZoomLevel > zoomLevels.initial * 1.01)
      this.frames.find(data.id)?.needWidth(width * currZoomLevel * window.devicePixelRatio);
  }

  isReversed = (): boolean => getComputedStyle(this.element).direction === "rtl";
  private placeOf = (index: number): number => (this.isReversed() ? this.list.count() - 1 - index : index);
  private indexOf = (place: number): number => this.placeOf(place);
  private idAt = (place: number): string | null => this.list.at(this.indexOf(place))?.id ?? null;
}

const sizeOf = (image: GalleryImage | null) => {
  const { width, height } = image ?? unknownSize;
  return { width, height };
};

/** A long picture is read from its beginning. */
function startOfLong({ pan, bounds, width, height }: Slide, isReversed: boolean): void {
  if (!isLong({ width, height })) return;
  pan.y = bounds.min.y;
  pan.x = isReversed ? bounds.max.x : bounds.min.x;
}
