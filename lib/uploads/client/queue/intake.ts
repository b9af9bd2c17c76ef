import type { Clock } from "../clock";
import type { Chosen } from "./upload-queue";

interface IntakeOptions {
  clock: Clock;
  take(chosen: Chosen): void;
  onAllTaken(): void;
}

/** Asked for its size the first time, the browser looks at the disk and lets the page wait: a millisecond or more for each file. */
const maxTakenAtOnce = 10;
const maxTakingMs = 10;

/** Takes chosen files in slices, so that thousands do not stop the page. */
export class Intake {
  #waiting: Chosen[] = [];

  constructor(private readonly options: IntakeOptions) {}

  get isTaking(): boolean {
    return this.#waiting.length > 0;
  }

  add(chosen: readonly Chosen[]): void {
    const wasTaking = this.isTaking;
    this.#waiting = this.#waiting.concat(chosen);
    if (!wasTaking) this.#takeSome();
  }

  /** Those that wait are not taken any more. */
  clear(): void {
    this.#waiting = [];
  }

  #takeSome(): void {
    const { clock, take, onAllTaken } = this.options;
    const beganMs = clock.now();
    for (let n = 0; n < maxTakenAtOnce && clock.now() - beganMs < maxTakingMs; n += 1) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      take(next);
    }
    if (this.isTaking) clock.setTimeout(() => this.#takeSome(), 0);
    else onAllTaken();
  }
}
