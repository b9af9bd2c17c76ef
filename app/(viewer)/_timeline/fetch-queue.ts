/** What of a timeline is to be fetched. */
export interface Wanted<T> {
  what: T;
  /** that it is the same as before */
  key: object;
}

/**
 * Fetches what is near, at most two at once, and gives up what is near no more. What fails is tried again, ever more seldom.
 */
export class FetchQueue<T> {
  private readonly running = new Map<object, AbortController>();
  private wanted: Wanted<T>[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** When it is to start again; at once where that is past. */
  private dueAt = 0;
  private failures = 0;
  private retryAt = 0;

  constructor(
    private readonly fetchOne: (what: T, signal: AbortSignal) => Promise<void>,
    private readonly onFailing: (isFailing: boolean) => void,
  ) {}

  /** @param delayMs how long it waits for something else to be wanted instead; with every further call no longer than that */
  want(wanted: Wanted<T>[], delayMs: number): void {
    const keys = new Set(wanted.map(({ key }) => key));
    for (const [key, stop] of this.running) if (!keys.has(key)) stop.abort();
    this.wanted = wanted.filter(({ key }) => !this.running.has(key));
    clearTimeout(this.timer);
    if (this.wanted.length === 0) return;
    const now = Date.now();
    const due = this.dueAt > now ? Math.min(this.dueAt, now + delayMs) : now + delayMs;
    this.dueAt = Math.max(due, this.retryAt);
    if (this.dueAt > now) this.timer = setTimeout(() => this.start(), this.dueAt - now);
    else this.start();
  }

  /** What has failed is tried again at once. */
  retry(): void {
    this.retryAt = 0;
    this.start();
  }

  stop(): void {
    this.want([], 0);
  }

  private start(): void {
    while (this.running.size < maxAtOnce) {
      const next = this.wanted.shift();
      if (next === undefined) return;
      void this.run(next);
    }
  }

  private async run(one: Wanted<T>): Promise<void> {
    const stop = new AbortController();
    this.running.set(one.key, stop);
    try {
      await this.fetchOne(one.what, stop.signal);
      if (this.failures > 0) this.onFailing(false);
      this.failures = 0;
    } catch (error) {
      if (!stop.signal.aborted) this.failed(one, error);
    } finally {
      this.running.delete(one.key);
      if (Date.now() >= this.retryAt) this.start();
    }
  }

  private failed(one: Wanted<T>, error: unknown): void {
    if (!(error instanceof Error)) throw error;
    this.failures += 1;
    const waitMs = Math.min(maxWaitMs, firstWaitMs * 2 ** (this.failures - 1));
    this.retryAt = Date.now() + waitMs;
    this.wanted.unshift(one);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.start(), waitMs);
    this.onFailing(true);
  }
}

const maxAtOnce = 2;
const firstWaitMs = 1000;
const maxWaitMs = 30_000;
