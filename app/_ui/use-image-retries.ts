import { useCallback, useEffect, useState } from "react";

const firstWaitMs = 1000;
const maxWaitMs = 30_000;
/** Together some five minutes. */
const maxRetries = 12;

interface Load {
  src: string;
  /** Each fetch of it has a number of its own. */
  attempt: number;
  retries: number;
  hasFailed: boolean;
}

/**
 * A picture that does not come, as the network is away, is fetched again: for a few minutes, ever more seldom, and from the
 * beginning once its URL is another, someone comes back to the page, or there is a network again.
 */
export function useImageRetries(src: string) {
  const [load, setLoad] = useState<Load>({ src, attempt: 0, retries: 0, hasFailed: false });
  if (load.src !== src) setLoad({ ...load, src, retries: 0, hasFailed: false });
  const { attempt, retries, hasFailed } = load;
  useEffect(() => {
    if (!hasFailed) return;
    const again = (tried: number) => () =>
      setLoad((before) => ({ ...before, attempt: before.attempt + 1, retries: tried, hasFailed: false }));
    if (retries === maxRetries) {
      const stop = new AbortController();
      window.addEventListener("online", again(0), { signal: stop.signal });
      document.addEventListener("visibilitychange", again(0), { signal: stop.signal });
      return () => stop.abort();
    }
    const timer = setTimeout(again(retries + 1), Math.min(maxWaitMs, firstWaitMs * 2 ** retries));
    return () => clearTimeout(timer);
  }, [retries, hasFailed]);
  const onError = useCallback(
    () => setLoad((before) => (before.hasFailed ? before : { ...before, hasFailed: true })),
    [],
  );
  return { attempt, hasFailed, onError };
}
