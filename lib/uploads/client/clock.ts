/** Time as the queue sees it; tests bring their own. */
export interface Clock {
  /** ms, from any beginning */
  now(): number;
  setTimeout(run: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  setTimeout: (run, ms) => setTimeout(run, ms),
  clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
};

/** Resolves after `ms`, or as soon as `wake` wakes it; rejects when the signal is aborted. */
export function sleep(
  clock: Clock,
  ms: number,
  signal: AbortSignal,
  wake: (wakeUp: () => void) => () => void = () => () => {},
): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const end = (settle: () => void) => () => {
      clock.clearTimeout(timer);
      stopWaking();
      signal.removeEventListener("abort", abort);
      settle();
    };
    const wakeUp = end(resolve);
    const abort = end(() => reject(signal.reason));
    const timer = clock.setTimeout(wakeUp, ms);
    const stopWaking = wake(wakeUp);
    signal.addEventListener("abort", abort);
  });
}
