import "server-only";

/**
 * So many pieces of work at a time, and of each person one. People take turns: whoever has had one waits for those who have
 * not, so that nobody's many pictures keep another's waiting.
 */
export class Turns {
  /** Who has work that waits, the next one first. */
  readonly #waiting = new Map<string, (() => void)[]>();
  readonly #working = new Set<string>();

  constructor(private readonly places: number) {}

  /** Runs `work` once it is its turn, and resolves or rejects as it does. */
  async take<T>(owner: string, work: () => Promise<T>): Promise<T> {
    await new Promise<void>((begin) => {
      const works = this.#waiting.get(owner);
      if (works === undefined) this.#waiting.set(owner, [begin]);
      else works.push(begin);
      this.#beginNext();
    });
    try {
      return await work();
    } finally {
      this.#working.delete(owner);
      this.#sendBehind(owner);
      this.#beginNext();
    }
  }

  #beginNext(): void {
    for (const [owner, [begin, ...rest]] of this.#waiting) {
      if (this.#working.size >= this.places) return;
      if (begin === undefined || this.#working.has(owner)) continue;
      this.#waiting.set(owner, rest);
      this.#sendBehind(owner);
      this.#working.add(owner);
      begin();
    }
  }

  #sendBehind(owner: string): void {
    const works = this.#waiting.get(owner) ?? [];
    this.#waiting.delete(owner);
    if (works.length > 0) this.#waiting.set(owner, works);
  }
}
