import type { Clock } from "../clock";
import { hasEnded, isBlocked, sentFraction, type UploadItem } from "./upload-item";

/**
 * All files together; cancelled ones do not count, nor those that an earlier page left and nobody has chosen again. Bytes are those of the chosen files, known from the start, so that
 * the total does not move while the sizes that are sent along are still being made.
 */
export interface Totals {
  files: number;
  /** ready or duplicate */
  done: number;
  duplicates: number;
  failed: number;
  active: number;
  sentBytes: number;
  totalBytes: number;
  bytesPerSecond: number;
  /** null until there is something to estimate from */
  secondsLeft: number | null;
}

export function totalsOf(items: Iterable<UploadItem>, speed: SpeedMeter): Totals {
  const sum = { files: 0, done: 0, duplicates: 0, failed: 0, active: 0, sentBytes: 0, totalBytes: 0 };
  let isHeldUp = false;
  for (const { state, bytes } of items) {
    if (state.status === "cancelled" || state.status === "interrupted") continue;
    sum.files += 1;
    if (state.status === "failed") sum.failed += 1;
    if (state.status === "ready" || state.status === "duplicate") sum.done += 1;
    if (state.status === "duplicate") sum.duplicates += 1;
    if (!hasEnded(state)) sum.active += 1;
    if (isBlocked(state)) isHeldUp = true;
    // What need not or cannot be sent is no part of the way.
    if (state.status === "failed" || state.status === "duplicate") continue;
    sum.totalBytes += bytes;
    sum.sentBytes += bytes * sentFraction(state);
  }
  const bytesPerSecond = isHeldUp ? 0 : speed.bytesPerSecond();
  const canEstimate = sum.active > 0 && bytesPerSecond > 0;
  return {
    ...sum,
    sentBytes: Math.round(sum.sentBytes),
    bytesPerSecond: Math.round(bytesPerSecond),
    secondsLeft: canEstimate ? Math.ceil((sum.totalBytes - sum.sentBytes) / bytesPerSecond) : null,
  };
}

const sampleMs = 500;
/** How far back the average reaches, more or less. */
const memoryMs = 6000;
/** What is left of an average long after the last byte is no speed. */
const leastBytesPerSecond = 1000;

/** A moving average that starts right, instead of at zero. */
export class SpeedMeter {
  #sampledAtMs: number;
  #pendingBytes = 0;
  #average = 0;
  #weight = 0;

  constructor(private readonly clock: Clock) {
    this.#sampledAtMs = clock.now();
  }

  /** A pause is no slowness. */
  restart(): void {
    this.#sampledAtMs = this.clock.now();
    this.#pendingBytes = 0;
    this.#average = 0;
    this.#weight = 0;
  }

  moved(bytes: number): void {
    this.#pendingBytes += Math.max(0, bytes);
  }

  bytesPerSecond(): number {
    const elapsedMs = this.clock.now() - this.#sampledAtMs;
    if (elapsedMs >= sampleMs) {
      const share = 1 - Math.exp(-elapsedMs / memoryMs);
      this.#average += share * ((1000 * this.#pendingBytes) / elapsedMs - this.#average);
      this.#weight += share * (1 - this.#weight);
      this.#sampledAtMs += elapsedMs;
      this.#pendingBytes = 0;
    }
    const speed = this.#weight === 0 ? 0 : this.#average / this.#weight;
    return speed < leastBytesPerSecond ? 0 : speed;
  }
}
