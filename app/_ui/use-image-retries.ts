import { useCallback, useEffect, useState } from "react";

const firstWaitMs = 1000;
const maxWaitMs = 30_000;
/** Together some five minutes. */
const maxRetries = 12;

/** A picture that does not come, as the network is away, is fetched again: for a few minutes, ever more seldom. */
export function useImageRetries() {
  const [{ retries, hasFailed }, setLoad] = useState({ retries: 0, hasFailed: false });
  useEffect(() => {
    if (!hasFailed || retries === maxRetries) return;
    const waitMs = Math.min(maxWaitMs, firstWaitMs * 2 ** retries);
    const timer = setTimeout(() => setLoad({ retries: retries + 1, hasFailed: false }), waitMs);
    return () => clearTimeout(timer);
  }, [retries, hasFailed]);
  const onError = useCallback(() => setLoad((before) => ({ ...before, hasFailed: true })), []);
  return { retries, hasFailed, onError };
}
