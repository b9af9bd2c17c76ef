import type { Clock } from "../clock";

/** Browsers open no more than six connections to one host. */
const most = 6;
const windowMs = 3000;
const restMs = 30_000;
/** So much faster must one more file at a time make it. */
const gain = 1.1;

/**
 * How many files to send at a time: now and then one more, which stays if all together are sent faster. A bucket that wants
 * less gets half. See "Concurrency" in lib/uploads/README.md.
 */
export class Parallelism {
  #maxConcurrent = 4;
  #bytes = 0;
  #sinceMs: number;
  #restUntilMs = 0;
  #meetsPreflights = false;
  #before: { maxConcurrent: number; bytesPerMs: number } | null = null;

  constructor(private readonly clock: Clock) {
    this.#sinceMs = clock.now();
  }

  get maxConcurrent(): number {
    return this.#maxConcurrent;
  }

  /** To be called for all bytes that were sent while as many were sent as may be. */
  moved(bytes: number): void {
    this.#bytes += bytes;
    const elapsedMs = this.clock.now() - this.#sinceMs;
    if (elapsedMs < windowMs) return;
    this.#decide(this.#bytes / elapsedMs);
    this.restart();
  }

  /** What was sent with fewer under way says nothing. */
  restart(): void {
    this.#bytes = 0;
    this.#sinceMs = this.clock.now();
  }

  /** Each object waits for a preflight of its own: as many as may be do so together. */
  meetPreflights(): void {
    if (this.#meetsPreflights) return;
    this.#meetsPreflights = true;
    this.#maxConcurrent = most;
    this.#before = null;
  }

  slowDown(): void {
    this.#maxConcurrent = Math.max(1, Math.floor(this.#maxConcurrent / 2));
    this.#rest();
  }

  #decide(bytesPerMs: number): void {
    if (this.#before === null) {
      if (this.#maxConcurrent === most || this.clock.now() < this.#restUntilMs) return;
      this.#before = { maxConcurrent: this.#maxConcurrent, bytesPerMs };
      this.#maxConcurrent += 1;
      return;
    }
    if (bytesPerMs >= this.#before.bytesPerMs * gain) {
      this.#before = null;
      return;
    }
    this.#maxConcurrent = this.#before.maxConcurrent;
    this.#rest();
  }

  #rest(): void {
    this.#before = null;
    this.#restUntilMs = this.clock.now() + restMs;
  }
}
