import { useEffect, useState } from "react";
import { stayAwake } from "../../_ui/stay-awake";

const showMs = 5000;

type Slideshow = "off" | "playing" | "paused";

/** Goes on by itself every five seconds, as long as there is a next one; the screen stays on meanwhile. */
export function useSlideshow(index: number, goOn: () => boolean) {
  const [state, setState] = useState<Slideshow>("off");
  const isPlaying = state === "playing";

  // biome-ignore lint/correctness/useExhaustiveDependencies: each picture has its time, however one came to it.
  useEffect(() => {
    if (!isPlaying) return;
    const timer = setTimeout(() => {
      if (!goOn()) setState("off");
    }, showMs);
    return () => clearTimeout(timer);
  }, [isPlaying, index]);

  useEffect(() => (isPlaying ? stayAwake() : undefined), [isPlaying]);

  return {
    state,
    toggle: () => setState(isPlaying ? "paused" : "playing"),
    stop: () => setState("off"),
  };
}
