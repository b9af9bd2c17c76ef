/** Why nothing comes at the moment. */
export type Wait = "connection" | "busy" | "signed_out" | "other_viewer";

/** The first try after something has arrived is made at once. */
const pausesMs = [0, 1000, 2000, 5000, 10_000, 15_000];

/**
 * What everything that fetches passes: a person can shut it, and what has failed waits here until another try is worth it: a while
 * later, or once the network or the person is back. All of it ends when `signal` says so, by throwing its reason.
 */
export class Gate {
  /** null while all is well */
  wait: Wait | null = null;
  isPaused = false;
  private tries = 0;
  private readonly waiters = new Set<() => void>();

  constructor(
    readonly signal: AbortSignal,
    private readonly onChange: () => void,
  ) {}

  pause(): void {
    this.isPaused = true;
    this.onChange();
  }

  resume(): void {
    this.isPaused = false;
    this.wake();
    this.onChange();
  }

  /** Resolves once nobody holds it shut. */
  async pass(): Promise<void> {
    this.signal.throwIfAborted();
    while (this.isPaused) await this.sleep(Number.POSITIVE_INFINITY);
  }

  /** Resolves when it may be tried again. */
  async untilNextTry(wait: Wait): Promise<void> {
    this.signal.throwIfAborted();
    const pauseMs = pausesMs[Math.min(this.tries, pausesMs.length - 1)] ?? 0;
    this.tries += 1;
    if (pauseMs > 0) this.show(wait);
    await this.sleep(pauseMs);
  }

  /** Something has come: whatever was waited for is over. */
  arrived(): void {
    this.tries = 0;
    this.show(null);
  }

  private show(wait: Wait | null): void {
    if (this.wait === wait) return;
    this.wait = wait;
    this.onChange();
  }

  private wake(): void {
    for (const waiter of [...this.waiters]) waiter();
  }

  private sleep(ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const { waiters, signal } = this;
      const over = new AbortController();
      const isPause = !Number.isFinite(ms);
      const timer = isPause ? undefined : setTimeout(wake, ms);
      function end(): void {
        clearTimeout(timer);
        over.abort();
        waiters.delete(wake);
      }
      function wake(): void {
        end();
        resolve();
      }
      function stop(): void {
        end();
        reject(signal.reason);
      }
      waiters.add(wake);
      signal.addEventListener("abort", stop, { signal: over.signal });
      // A pause is the person's: nobody else ends it.
      if (isPause) return;
      globalThis.addEventListener?.("online", wake, { signal: over.signal });
      globalThis.document?.addEventListener("visibilitychange", wake, { signal: over.signal });
    });
  }
}
