import type { Clock } from "../clock";
import { SpeedMeter, type Totals, totalsOf } from "./totals";
import { hasEnded, sentFraction, type UploadItem, type UploadItemState } from "./upload-item";

/** What the page shows. Never changed, only replaced. */
export interface QueueSnapshot {
  items: readonly UploadItem[];
  totals: Totals;
  isPaused: boolean;
}

/**
 * Progress is told about ten times a second, as is the rest where much happens; what happens after a rest, at once. Of thousands
 * of files more seldom, as whoever is told looks at all of them.
 */
const tellIntervalMs = 100;
const tellIntervalMsPerItem = 0.1;

/** Holds what can be seen of the queue, and tells those who look. */
export class QueueStore {
  readonly #items = new Map<string, UploadItem>();
  readonly #listeners = new Set<() => void>();
  readonly #speed: SpeedMeter;
  #snapshot: QueueSnapshot | null = null;
  #isTelling = false;
  #toldAtMs = Number.NEGATIVE_INFINITY;
  #isPaused = false;
  /** how many are on their way */
  #active = 0;
  #timer: unknown = null;

  constructor(private readonly clock: Clock) {
    this.#speed = new SpeedMeter(clock);
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  getSnapshot = (): QueueSnapshot => {
    this.#snapshot ??= {
      items: [...this.#items.values()],
      totals: totalsOf(this.#items.values(), this.#speed),
      isPaused: this.#isPaused,
    };
    return this.#snapshot;
  };

  add(item: UploadItem): void {
    if (!this.isActive()) this.#speed.restart();
    this.#items.set(item.id, item);
    this.#active += activeOf(item.state);
    this.#tellSoon();
  }

  get(id: string): UploadItem | undefined {
    return this.#items.get(id);
  }

  items(): Iterable<UploadItem> {
    return this.#items.values();
  }

  setState(id: string, state: UploadItemState): void {
    const item = this.#items.get(id);
    if (item === undefined) return;
    this.#items.set(id, { ...item, state });
    this.#active += activeOf(state) - activeOf(item.state);
    this.#speed.moved(item.bytes * (sentFraction(state) - sentFraction(item.state)));
    if (state.status === "sending" && item.state.status === "sending") this.#tellInAWhile();
    else this.#tellSoon();
  }

  /** Nothing is offered any more. */
  clearFolder(id: string): void {
    const item = this.#items.get(id);
    if (item === undefined) return;
    this.#items.set(id, { ...item, folder: null });
    this.#tellSoon();
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  setPaused(isPaused: boolean): void {
    this.#isPaused = isPaused;
    if (!isPaused) this.#speed.restart();
    this.#tellSoon();
  }

  remove(id: string): void {
    const item = this.#items.get(id);
    if (item !== undefined) this.#active -= activeOf(item.state);
    this.#items.delete(id);
    this.#tellSoon();
  }

  isActive(): boolean {
    return this.#active > 0;
  }

  get #intervalMs(): number {
    return Math.max(tellIntervalMs, tellIntervalMsPerItem * this.#items.size);
  }

  #tellInAWhile(): void {
    this.#timer ??= this.clock.setTimeout(this.#tell, this.#intervalMs);
  }

  #tellSoon(): void {
    this.#snapshot = null;
    if (this.#isTelling) return;
    if (this.clock.now() - this.#toldAtMs < this.#intervalMs) this.#tellInAWhile();
    else {
      this.#isTelling = true;
      queueMicrotask(this.#tell);
    }
  }

  #tell = (): void => {
    this.clock.clearTimeout(this.#timer);
    this.#timer = null;
    this.#isTelling = false;
    this.#toldAtMs = this.clock.now();
    this.#snapshot = null;
    for (const listener of this.#listeners) listener();
  };
}

const activeOf = (state: UploadItemState): number => (hasEnded(state) || state.status === "left" ? 0 : 1);
