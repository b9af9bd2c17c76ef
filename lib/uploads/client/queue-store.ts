import type { Clock } from "./clock";
import { SpeedMeter, type Totals, totalsOf } from "./totals";
import { hasEnded, sentFraction, type UploadItem, type UploadItemState } from "./upload-item";

/** What the page shows. Never changed, only replaced. */
export interface QueueSnapshot {
  items: readonly UploadItem[];
  totals: Totals;
  isPaused: boolean;
}

/** Progress is told about ten times a second; everything else at once, together for what happens at once. */
const progressIntervalMs = 100;

/** Holds what can be seen of the queue, and tells those who look. */
export class QueueStore {
  readonly #items = new Map<string, UploadItem>();
  readonly #listeners = new Set<() => void>();
  readonly #speed: SpeedMeter;
  #snapshot: QueueSnapshot | null = null;
  #isTelling = false;
  #isPaused = false;
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
    this.#speed.moved(item.bytes * (sentFraction(state) - sentFraction(item.state)));
    if (state.status === "sending" && item.state.status === "sending") this.#tellInAWhile();
    else this.#tellSoon();
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
    this.#items.delete(id);
    this.#tellSoon();
  }

  isActive(): boolean {
    for (const { state } of this.#items.values())
      if (!hasEnded(state) && state.status !== "left") return true;
    return false;
  }

  #tellInAWhile(): void {
    this.#timer ??= this.clock.setTimeout(this.#tell, progressIntervalMs);
  }

  #tellSoon(): void {
    this.#snapshot = null;
    if (this.#isTelling) return;
    this.#isTelling = true;
    queueMicrotask(this.#tell);
  }

  #tell = (): void => {
    this.clock.clearTimeout(this.#timer);
    this.#timer = null;
    this.#isTelling = false;
    this.#snapshot = null;
    for (const listener of this.#listeners) listener();
  };
}
