interface Waiting {
  open(): void;
}

/** Lets at most `places` in at a time, in the order in which they came, and nobody while `isFull` or closed. */
export class Gate {
  readonly #waiting: Waiting[] = [];
  #inside = 0;
  #isClosed = false;

  constructor(
    private readonly places: number,
    private readonly isFull: () => boolean = () => false,
  ) {}

  /** Resolves to the way out, which may be taken more than once. */
  enter(signal: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const waiting: Waiting = {
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
      this.#waiting.push(waiting);
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
    while (!this.#isClosed && this.#inside < this.places && !(this.#inside > 0 && this.isFull())) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      next.open();
    }
  }
}
