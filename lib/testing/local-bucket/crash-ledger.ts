/** What an object can be recognized by. Every write has bytes of its own. */
export interface Content {
  sha256: string;
  /** Without quotes. */
  etag: string;
  size: number;
  metadata: Record<string, string>;
}

/** null: there is no object. */
export type Held = Content | null;

export interface Write {
  /** What it leaves under its key; one of several where only the answer tells. */
  leaves: () => readonly Held[];
  sentAt: number;
  acknowledgedAt: number;
}

/**
 * What was sent to a server and what it acknowledged. Writes of one key may overlap: then any of them may have been the
 * last.
 */
export class Ledger {
  #now = 0;
  readonly #writes = new Map<string, Write[]>();

  keys(): string[] {
    return [...this.#writes.keys()];
  }

  knows(key: string): boolean {
    return this.#writes.has(key);
  }

  /** Notes a write that is about to be sent. */
  send(key: string, leaves: Write["leaves"]): Write {
    const write = { leaves, sentAt: this.#tick(), acknowledgedAt: Number.POSITIVE_INFINITY };
    this.#writes.set(key, [...this.#writesOf(key), write]);
    return write;
  }

  acknowledge(write: Write): void {
    write.acknowledgedAt = this.#tick();
  }

  /** Takes back a write that the server refused. */
  refuse(key: string, write: Write): void {
    this.#writes.set(
      key,
      this.#writesOf(key).filter((other) => other !== write),
    );
  }

  /** Whether a key was written since it was last settled. */
  isTouched(key: string): boolean {
    return this.#writesOf(key).length > 1;
  }

  /** Everything that a key may have held at any time since it was settled. */
  contentsOf(key: string): Content[] {
    return this.#writesOf(key)
      .flatMap((write) => write.leaves())
      .filter((held) => held !== null);
  }

  /**
   * What a key may hold after the server has ended: what any write leaves, unless another was sent after its
   * acknowledgement and was acknowledged itself.
   */
  allowed(key: string): Held[] {
    const writes = this.#writesOf(key);
    const lastSent = Math.max(
      ...writes
        .filter(({ acknowledgedAt }) => acknowledgedAt < Number.POSITIVE_INFINITY)
        .map(({ sentAt }) => sentAt),
    );
    return writes
      .filter(({ acknowledgedAt }) => acknowledgedAt >= lastSent)
      .flatMap((write) => write.leaves());
  }

  /** How many writes were not acknowledged. */
  get unanswered(): number {
    return [...this.#writes.values()]
      .flat()
      .filter(({ acknowledgedAt }) => acknowledgedAt === Number.POSITIVE_INFINITY).length;
  }

  /** From here on, the key holds what was found there. */
  settle(key: string, found: Held): void {
    if (found === null) this.#writes.delete(key);
    else this.#writes.set(key, [{ leaves: () => [found], sentAt: 0, acknowledgedAt: 0 }]);
  }

  #writesOf(key: string): Write[] {
    return this.#writes.get(key) ?? [{ leaves: () => [null], sentAt: 0, acknowledgedAt: 0 }];
  }

  #tick(): number {
    this.#now += 1;
    return this.#now;
  }
}
