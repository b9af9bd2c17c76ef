import type PhotoSwipe from "photoswipe";
import { isLong } from "@/lib/images/variants";

/** What a line counts for, in pixels. */
const linePixels = 18;
/** A touchpad's pinch comes in small steps. */
const [stepOfPinch, stepOfWheel] = [0.01, 0.002];

/** With ctrl, as a touchpad's pinch comes, it zooms; without, it reads a long picture, and zooms any other. */
export function turnWheel(event: WheelEvent, slide: PhotoSwipe["currSlide"], element: HTMLElement): void {
  if (slide === undefined) return;
  const unit = [1, linePixels, element.clientHeight][event.deltaMode] ?? 1;
  const [x, y] = [event.deltaX * unit, event.deltaY * unit];
  const isLongOne = isLong({ width: slide.width, height: slide.height });
  if (event.ctrlKey || (!isLongOne && Math.abs(y) >= Math.abs(x))) {
    const { left, top } = element.getBoundingClientRect();
    const step = event.ctrlKey && Math.abs(y) < 50 ? stepOfPinch : stepOfWheel;
    slide.zoomTo(slide.currZoomLevel * 2 ** (-y * step), { x: event.clientX - left, y: event.clientY - top });
    return;
  }
  if (!slide.isPannable()) return;
  const isPanorama = isLongOne && slide.width > slide.height;
  slide.panTo(slide.pan.x - x - (isPanorama ? y : 0), slide.pan.y - (isPanorama ? 0 : y));
}
