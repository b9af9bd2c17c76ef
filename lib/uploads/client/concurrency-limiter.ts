interface Waiting {
  bytes: number;
  open(): void;
}

export interface GateOptions {
  places(): number;
  /** nobody but the first gets in while it is */
  isFull?(): boolean;
}

/** From here on a file is so large that it must not keep the small ones waiting. */
const largeBytes = 32 * 1024 * 1024;

/**
 * Lets at most `places` in at a time: the smallest first, in the order in which they came where they are alike, and nobody
 * while it is closed. The last free place is for none that is large, unless it is the only one.
 */
export class Gate {
  /** the next one first */
  readonly #waiting: Waiting[] = [];
  #inside = 0;
  #isClosed = false;

  constructor(private readonly options: GateOptions) {}

  get isCrowded(): boolean {
    return this.#inside >= this.options.places();
  }

  /** Resolves to the way out, which may be taken more than once. */
  enter(bytes: number, signal: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const waiting: Waiting = {
        bytes,
        open: () => {
          signal.removeEventListener("abort", giveUp);
          this.#inside += 1;
          resolve(this.#wayOut());
        },
      };
      const giveUp = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(signal.reason);
      };
      signal.addEventListener("abort", giveUp, { once: true });
      this.#waiting.splice(this.#placeFor(bytes), 0, waiting);
      this.#admit();
    });
  }

  /** Those who are inside go on. */
  close(): void {
    this.#isClosed = true;
  }

  open(): void {
    this.#isClosed = false;
    this.#admit();
  }

  #wayOut(): () => void {
    let isOut = false;
    return () => {
      if (isOut) return;
      isOut = true;
      this.#inside -= 1;
      this.#admit();
    };
  }

  #admit(): void {
    const { isFull } = this.options;
    while (!this.#isClosed && !this.isCrowded && !(this.#inside > 0 && isFull?.())) {
      const next = this.#takeNext();
      if (next === undefined) return;
      next.open();
    }
  }

  #takeNext(): Waiting | undefined {
    const isLastPlace = this.#inside > 0 && this.#inside === this.options.places() - 1;
    if (isLastPlace && (this.#waiting[0]?.bytes ?? 0) >= largeBytes) return undefined;
    return this.#waiting.shift();
  }

  /** Behind all that are no larger: there may be thousands. */
  #placeFor(bytes: number): number {
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
