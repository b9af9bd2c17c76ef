interface Line {
  inside: number;
  readonly waiting: (() => void)[];
}

/** Of each sender so many may be inside at once; others wait in line. */
export class Slots {
  readonly #count: number;
  readonly #lines = new Map<string, Line>();

  constructor(count: number) {
    this.#count = count;
  }

  /** Resolves, once there is room for this sender, to how one leaves again. */
  async enter(sender: string): Promise<() => void> {
    const line = this.#lines.get(sender) ?? { inside: 0, waiting: [] };
    this.#lines.set(sender, line);
    if (line.inside < this.#count) line.inside += 1;
    else await new Promise<void>((resolve) => line.waiting.push(resolve));
    let isInside = true;
    return () => {
      if (!isInside) return;
      isInside = false;
      const next = line.waiting.shift();
      if (next !== undefined) {
        next();
        return;
      }
      line.inside -= 1;
      if (line.inside === 0) this.#lines.delete(sender);
    };
  }
}
