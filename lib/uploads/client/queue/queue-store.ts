import type { Clock } from "../clock";
import type { AlbumWish } from "./album-wish";
import type { Journal } from "./journal";
import { SpeedMeter, type Totals, totalsOf } from "./totals";
import { hasEnded, sentFraction, type UploadItem, type UploadItemState } from "./upload-item";

/** What the page shows. Never changed, only replaced. */
export interface QueueSnapshot {
  items: readonly UploadItem[];
  totals: Totals;
  isPaused: boolean;
  /** whether a later page could go on with what is under way */
  isLasting: boolean;
}

/**
 * Listeners hear of progress about ten times a second, as of the rest where much happens; of what happens after a rest, at once. Of
 * thousands of files they hear more seldom, as they look at all of them.
 */
const notifyIntervalMs = 100;
const notifyIntervalMsPerItem = 0.1;

/** Holds what can be seen of the queue, and notifies those who listen. */
export class QueueStore {
  readonly #items = new Map<string, UploadItem>();
  readonly #listeners = new Set<() => void>();
  readonly #speed: SpeedMeter;
  #snapshot: QueueSnapshot | null = null;
  #isNotifying = false;
  #notifiedAtMs = Number.NEGATIVE_INFINITY;
  #isPaused = false;
  /** how many are on their way */
  #active = 0;
  #timer: unknown = null;

  constructor(
    private readonly clock: Clock,
    private readonly journal: Pick<Journal, "isLasting">,
  ) {
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
      isLasting: this.journal.isLasting,
    };
    return this.#snapshot;
  };

  add(item: UploadItem): void {
    if (!this.isActive()) this.#speed.restart();
    this.#items.set(item.id, item);
    this.#active += activeOf(item.state);
    this.#notifySoon();
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
    const comesFurther = state.status === "sending" || state.status === "preparing";
    if (comesFurther && item.state.status === state.status) this.#notifyLater();
    else this.#notifySoon();
  }

  setAlbumWish(id: string, albumWish: AlbumWish): void {
    const item = this.#items.get(id);
    if (item === undefined) return;
    this.#items.set(id, { ...item, albumWish });
    this.#notifySoon();
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  setPaused(isPaused: boolean): void {
    this.#isPaused = isPaused;
    if (!isPaused) this.#speed.restart();
    this.#notifySoon();
  }

  remove(id: string): void {
    const item = this.#items.get(id);
    if (item !== undefined) this.#active -= activeOf(item.state);
    this.#items.delete(id);
    this.#notifySoon();
  }

  isActive(): boolean {
    return this.#active > 0;
  }

  get #intervalMs(): number {
    return Math.max(notifyIntervalMs, notifyIntervalMsPerItem * this.#items.size);
  }

  #notifyLater(): void {
    this.#timer ??= this.clock.setTimeout(this.#notify, this.#intervalMs);
  }

  #notifySoon(): void {
    this.#snapshot = null;
    if (this.#isNotifying) return;
    if (this.clock.now() - this.#notifiedAtMs < this.#intervalMs) this.#notifyLater();
    else {
      this.#isNotifying = true;
      queueMicrotask(this.#notify);
    }
  }

  #notify = (): void => {
    this.clock.clearTimeout(this.#timer);
    this.#timer = null;
    this.#isNotifying = false;
    this.#notifiedAtMs = this.clock.now();
    this.#snapshot = null;
    for (const listener of this.#listeners) listener();
  };
}

const activeOf = (state: UploadItemState): number =>
  hasEnded(state) || state.status === "interrupted" ? 0 : 1;
