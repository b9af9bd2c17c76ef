import type { KeyboardEvent } from "react";
import type { Stage } from "./stage";
import type { useSlideshow } from "./use-slideshow";

interface Reach {
  stage: Stage | null;
  slideshow: ReturnType<typeof useSlideshow>;
  runAction(name: string): void;
  onClose(): void;
}

const actionsByKey: Record<string, string> = { f: "full-screen", i: "facts", Delete: "delete" };
const zoomByKey = { "+": "in", "=": "in", "-": "out", "0": "reset" } as const;
/** To the end of any picture. */
const far = 10_000;
const panByKey: Record<string, [x: number, y: number]> = {
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  PageUp: [0, -6],
  PageDown: [0, 6],
  Home: [-far, -far],
  End: [far, far],
};

/** What keys do while the viewer is open: the list of keys tells them. */
export function pressInViewer(event: KeyboardEvent, reach: Reach): void {
  // Held, these would flicker, or take more than one meant.
  if (event.repeat && Object.hasOwn(actionsByKey, event.key)) return;
  if (event.ctrlKey || event.metaKey || event.altKey || isElsewhere(event.target)) return;
  if (press(event, reach)) event.preventDefault();
}

/** Whether the key means anything here. */
function press({ key, target }: KeyboardEvent, { stage, slideshow, runAction, onClose }: Reach): boolean {
  if (key === "Escape") onClose();
  else if (key === " ") {
    // On a button it presses the button, but for a slideshow that runs.
    if (slideshow.state === "off" && target instanceof Element && target.matches("button, a")) return false;
    slideshow.toggle();
  } else if (Object.hasOwn(actionsByKey, key)) runAction(actionsByKey[key] ?? "");
  else if (key in zoomByKey) {
    slideshow.stop();
    stage?.zoom(zoomByKey[key as keyof typeof zoomByKey]);
  } else if (Object.hasOwn(panByKey, key)) {
    slideshow.stop();
    const [x, y] = panByKey[key] ?? [0, 0];
    // Within a picture that is larger than the screen first, at its edge to the next one.
    if (!stage?.pan(x, y) && Math.abs(x) === 1)
      stage?.go(stage.isReversed() ? (-x as 1 | -1) : (x as 1 | -1));
  } else return false;
  return true;
}

/** Or is in a dialog of what the facts offer, which has keys of its own. */
const isElsewhere = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest("input, textarea, select, dialog") !== null;
