import { useEffect, useState } from "react";

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

  useEffect(() => {
    if (!isPlaying) return;
    const lock = new ScreenLock();
    void lock.take();
    const onVisible = () => void lock.take();
    document.addEventListener("visibilitychange", onVisible);
    return () => {
      document.removeEventListener("visibilitychange", onVisible);
      void lock.end();
    };
  }, [isPlaying]);

  return {
    state,
    toggle: () => setState(isPlaying ? "paused" : "playing"),
    stop: () => setState("off"),
  };
}

/** Keeps the screen on. A browser that cannot, or does not want to, lets it go dark. */
class ScreenLock {
  private held: WakeLockSentinel | null = null;
  private hasEnded = false;

  async take(): Promise<void> {
    if (document.visibilityState !== "visible" || !("wakeLock" in navigator)) return;
    const held = await navigator.wakeLock.request("screen").catch(() => null);
    if (this.hasEnded) return held?.release();
    this.held = held;
  }

  async end(): Promise<void> {
    this.hasEnded = true;
    await this.held?.release();
  }
}
