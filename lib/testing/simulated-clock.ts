import type { Clock } from "@/lib/uploads/client/clock";

/** For tests: a clock that jumps from timer to timer. */
export class SimulatedClock implements Clock {
  #nowMs = 0;
  #timers = new Map<object, { run: () => void; at: number }>();

  now = () => this.#nowMs;

  setTimeout(run: () => void, ms: number): unknown {
    const timer = {};
    this.#timers.set(timer, { run, at: this.#nowMs + ms });
    return timer;
  }

  clearTimeout(timer: unknown): void {
    this.#timers.delete(timer as object);
  }

  /** Lets everything happen that happens until then; Infinity: until nothing happens any more. */
  async advance(ms: number): Promise<void> {
    const until = this.#nowMs + ms;
    for (;;) {
      await settled();
      const next = [...this.#timers].sort(([, a], [, b]) => a.at - b.at)[0];
      if (next === undefined || next[1].at > until) break;
      this.#timers.delete(next[0]);
      this.#nowMs = next[1].at;
      next[1].run();
    }
    if (Number.isFinite(until)) this.#nowMs = until;
  }
}

/** All promises that can go on have gone on. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
