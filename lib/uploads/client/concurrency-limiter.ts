interface Waiting {
  bytes: number;
  start(): void;
}

interface LimiterOptions {
  maxConcurrent(): number;
  /** While it is, none but the first starts. */
  isFull?(): boolean;
}

/** From here on a file is so large that it must not keep the small ones waiting. */
const largeBytes = 32 * 1024 * 1024;

/**
 * Lets at most `maxConcurrent` run at a time: the smallest first, in the order in which they came where they are alike, and
 * none while it is paused. The last free place is for none that is large, unless it is the only one.
 */
export class ConcurrencyLimiter {
  /** the next one first */
  readonly #waiting: Waiting[] = [];
  #running = 0;
  #isPaused = false;

  constructor(private readonly options: LimiterOptions) {}

  get isSaturated(): boolean {
    return this.#running >= this.options.maxConcurrent();
  }

  /** Resolves to what gives the place back, which may be called more than once. Rejects with the signal's reason. */
  acquire(bytes: number, signal: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const waiting: Waiting = {
        bytes,
        start: () => {
          signal.removeEventListener("abort", giveUp);
          this.#running += 1;
          resolve(this.#releaseOnce());
        },
      };
      const giveUp = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(signal.reason);
      };
      signal.addEventListener("abort", giveUp, { once: true });
      this.#waiting.splice(this.#indexFor(bytes), 0, waiting);
      this.#startWaiting();
    });
  }

  /** What runs goes on. */
  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#startWaiting();
  }

  #releaseOnce(): () => void {
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      this.#running -= 1;
      this.#startWaiting();
    };
  }

  #startWaiting(): void {
    const { isFull } = this.options;
    while (!this.#isPaused && !this.isSaturated && !(this.#running > 0 && isFull?.())) {
      const next = this.#takeNext();
      if (next === undefined) return;
      next.start();
    }
  }

  #takeNext(): Waiting | undefined {
    const isLastPlace = this.#running > 0 && this.#running === this.options.maxConcurrent() - 1;
    if (isLastPlace && (this.#waiting[0]?.bytes ?? 0) >= largeBytes) return undefined;
    return this.#waiting.shift();
  }

  /** Behind all that are no larger: there may be thousands. */
  #indexFor(bytes: number): number {
    let from = 0;
    let to = this.#waiting.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((this.#waiting[middle]?.bytes ?? 0) <= bytes) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}
