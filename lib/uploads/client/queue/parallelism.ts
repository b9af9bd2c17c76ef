import type { Clock } from "../clock";

/** Browsers open no more than six connections to one host. */
const most = 6;
const windowMs = 3000;
const restMs = 30_000;
/** So much faster must one more file at a time make it. */
const gain = 1.1;

/**
 * How many files to send at a time: now and then one more, which stays if all together are sent faster. A bucket that wants
 * less gets half.
 */
export class Parallelism {
  #places = 4;
  #bytes = 0;
  #sinceMs: number;
  #restUntilMs = 0;
  #before: { places: number; bytesPerMs: number } | null = null;

  constructor(private readonly clock: Clock) {
    this.#sinceMs = clock.now();
  }

  get places(): number {
    return this.#places;
  }

  /** To be called for all bytes that were sent while every place was taken. */
  moved(bytes: number): void {
    this.#bytes += bytes;
    const elapsedMs = this.clock.now() - this.#sinceMs;
    if (elapsedMs < windowMs) return;
    this.#decide(this.#bytes / elapsedMs);
    this.restart();
  }

  /** What was sent while places were free says nothing. */
  restart(): void {
    this.#bytes = 0;
    this.#sinceMs = this.clock.now();
  }

  slowDown(): void {
    this.#places = Math.max(1, Math.floor(this.#places / 2));
    this.#rest();
  }

  #decide(bytesPerMs: number): void {
    if (this.#before === null) {
      if (this.#places === most || this.clock.now() < this.#restUntilMs) return;
      this.#before = { places: this.#places, bytesPerMs };
      this.#places += 1;
      return;
    }
    if (bytesPerMs >= this.#before.bytesPerMs * gain) {
      this.#before = null;
      return;
    }
    this.#places = this.#before.places;
    this.#rest();
  }

  #rest(): void {
    this.#before = null;
    this.#restUntilMs = this.clock.now() + restMs;
  }
}
