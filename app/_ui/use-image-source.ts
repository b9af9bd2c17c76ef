import { useCallback, useState } from "react";
import type { ImageUrls } from "@/lib/images/contract";
import { askForFreshUrls, useFreshUrl, useKeptFresh } from "./fresh-urls";
import { useImageRetries } from "./use-image-retries";

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
  return { src: shown.src, movingSrc: shown.movingSrc, attempt, hasFailed, onLoad, onError };
}
