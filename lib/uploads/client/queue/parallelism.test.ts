import { expect, it } from "vitest";
import { SimulatedClock } from "@/lib/testing/simulated-clock";
import { Parallelism } from "./parallelism";

/** Sends at this rate for so long, in steps of 100 ms. */
function send(parallelism: Parallelism, clock: SimulatedClock, seconds: number, bytesPerMs: () => number) {
  return Array.from({ length: seconds * 10 }).reduce<Promise<void>>(async (before) => {
    await before;
    await clock.advance(100);
    parallelism.moved(100 * bytesPerMs());
  }, Promise.resolve());
}

it("sends more at a time where that is faster, up to six", async () => {
  const clock = new SimulatedClock();
  const parallelism = new Parallelism(clock);
  await send(parallelism, clock, 120, () => 100 * parallelism.maxConcurrent);
  expect(parallelism.maxConcurrent).toBe(6);
});

it("sends no more at a time where that is not faster, and tries again later", async () => {
  const clock = new SimulatedClock();
  const parallelism = new Parallelism(clock);
  const seen = new Set<number>();
  for (let second = 0; second < 120; second += 1) {
    await send(parallelism, clock, 1, () => 500);
    seen.add(parallelism.maxConcurrent);
  }
  expect([...seen].sort()).toEqual([4, 5]);
  expect(parallelism.maxConcurrent).toBe(4);
});

it("halves at once for a bucket that is busy, and never stops", async () => {
  const clock = new SimulatedClock();
  const parallelism = new Parallelism(clock);
  for (const expected of [2, 1, 1]) {
    parallelism.slowDown();
    expect(parallelism.maxConcurrent).toBe(expected);
  }
  await send(parallelism, clock, 300, () => 100 * parallelism.maxConcurrent);
  expect(parallelism.maxConcurrent).toBe(6);
});

it("sends as many as may be at once where each object has a preflight, and less to a bucket that is busy", async () => {
  const parallelism = new Parallelism(new SimulatedClock());
  parallelism.meetPreflights();
  expect(parallelism.maxConcurrent).toBe(6);
  parallelism.slowDown();
  parallelism.meetPreflights();
  expect(parallelism.maxConcurrent).toBe(3);
});
