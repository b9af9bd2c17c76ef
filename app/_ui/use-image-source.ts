import { useCallback, useEffect, useState } from "react";
import type { ImageUrls } from "@/lib/images/contract";
import { askForFreshUrls, isOver, useFreshUrl, useKeptFresh } from "./fresh-urls";
import { useImageRetries } from "./use-image-retries";
import { useIsRunning } from "./use-is-running";

interface Wanted {
  /** of the picture */
  id: string;
  kind: Exclude<keyof ImageUrls, "movingUrl">;
  /** as the page has it */
  url: string;
  movingUrl?: string | null;
}

/** What an `img` is fetched by: kept fresh until it has come, and then left alone, since it would be fetched again. */
export function useImageSource({ id, kind, url, movingUrl = null }: Wanted) {
  const src = useFreshUrl(id, kind, url);
  const movingSrc = useFreshUrl(id, "movingUrl", movingUrl);
  const [came, setCame] = useState<{ url: string; src: string; movingSrc: string | null } | null>(null);
  const hasCome = came !== null && came.url === url;
  const shown = hasCome ? came : { url, src, movingSrc };
  useKeptFresh(id, hasCome ? null : src);
  const { attempt, hasFailed, onError: retry } = useImageRetries(shown.src);
  // Called again for what has come, it changes nothing.
  const onLoad = useCallback(
    () =>
      setCame((before) =>
        before?.url === url && before.src === shown.src
          ? before
          : { url, src: shown.src, movingSrc: shown.movingSrc },
      ),
    [url, shown.src, shown.movingSrc],
  );
  const onError = useCallback(() => {
    setCame(null);
    retry();
    askForFreshUrls(id);
  }, [id, retry]);
  const isWaiting = useWaitForFresh(id, shown.src);
  const now = isWaiting ? { src: undefined, movingSrc: null } : shown;
  return { src: now.src, movingSrc: now.movingSrc, attempt, hasFailed, onLoad, onError };
}

/** So long a picture waits for another URL: where none comes, the device's clock may be wrong. */
const patienceMs = 2000;

/** Whether it comes into a page that is older than its URL's life, as where one scrolls on after a night: it waits for a fresh one. */
function useWaitForFresh(id: string, src: string): boolean {
  const isRunning = useIsRunning();
  const [old, setOld] = useState(() => (isRunning && isOver(src) ? src : null));
  useEffect(() => {
    if (old === null) return;
    askForFreshUrls(id);
    const timer = setTimeout(() => setOld(null), patienceMs);
    return () => clearTimeout(timer);
  }, [id, old]);
  return src === old;
}
