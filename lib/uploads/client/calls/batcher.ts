import type { Clock } from "../clock";

interface Entry<I, O> {
  input: I;
  signal: AbortSignal;
  resolve(output: O): void;
  reject(reason: unknown): void;
  giveUp(): void;
}

interface BatcherOptions<I, O> {
  maxSize: number;
  /** "A moment" is no longer than this. */
  maxGatherMs: number;
  clock: Clock;
  /** Is there a reason to wait for more? "must" waits until `reconsider`, "may" for a moment. */
  shouldWait(): "must" | "may" | "no";
  /** Outputs have the order of the inputs. The signal is aborted once nobody waits for the outputs any more. */
  run(inputs: I[], signal: AbortSignal): Promise<O[]>;
}

const firstGatherMs = 250;

/**
 * Gathers what single files ask for into one call at a time. The first call comes soon, further ones gather longer. See
 * "Batching" in lib/uploads/README.md.
 */
export class Batcher<I, O> {
  #entries: Entry<I, O>[] = [];
  #isRunning = false;
  #gatherMs = firstGatherMs;
  #oldestMs = 0;
  #timer: unknown = null;

  constructor(private readonly options: BatcherOptions<I, O>) {}

  /** Rejects at once when aborted while it gathers; once the call is under way, its outcome counts. */
  add(input: I, signal: AbortSignal): Promise<O> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const giveUp = () => {
        this.#entries.splice(this.#entries.indexOf(entry), 1);
        reject(signal.reason);
      };
      const entry: Entry<I, O> = { input, signal, resolve, reject, giveUp };
      signal.addEventListener("abort", giveUp, { once: true });
      if (this.#entries.length === 0) this.#oldestMs = this.options.clock.now();
      this.#entries.push(entry);
      this.reconsider();
    });
  }

  /** To be called when the answer of `shouldWait` may have changed. */
  reconsider(): void {
    const { clock } = this.options;
    clock.clearTimeout(this.#timer);
    this.#timer = null;
    const waitMs = this.#waitMs();
    if (waitMs !== null) this.#timer = clock.setTimeout(() => void this.#run(), waitMs);
  }

  #waitMs(): number | null {
    if (this.#isRunning || this.#entries.length === 0) return null;
    if (this.#entries.length >= this.options.maxSize) return 0;
    const shouldWait = this.options.shouldWait();
    if (shouldWait === "must") return null;
    return shouldWait === "no" ? 0 : Math.max(0, this.#oldestMs + this.#gatherMs - this.options.clock.now());
  }

  async #run(): Promise<void> {
    const { maxSize, maxGatherMs, clock, shouldWait } = this.options;
    if (this.#entries.length === 0) return;
    this.#gatherMs = shouldWait() === "no" ? firstGatherMs : Math.min(maxGatherMs, this.#gatherMs * 2);
    const batch = this.#entries.splice(0, maxSize);
    this.#oldestMs = clock.now();
    this.#isRunning = true;
    try {
      await this.#settle(batch);
    } finally {
      this.#isRunning = false;
      this.reconsider();
    }
  }

  async #settle(batch: Entry<I, O>[]): Promise<void> {
    const everyone = new AbortController();
    const leave = () => {
      if (batch.every(({ signal }) => signal.aborted)) everyone.abort(batch[0]?.signal.reason);
    };
    for (const { signal, giveUp } of batch) {
      signal.removeEventListener("abort", giveUp);
      signal.addEventListener("abort", leave);
    }
    try {
      const outputs = await this.options.run(
        batch.map(({ input }) => input),
        everyone.signal,
      );
      for (const [index, output] of outputs.entries()) batch[index]?.resolve(output);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      for (const { signal } of batch) signal.removeEventListener("abort", leave);
    }
  }
}
