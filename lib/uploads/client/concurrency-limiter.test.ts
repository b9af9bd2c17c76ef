import fc from "fast-check";
import { expect, it } from "vitest";
import { SimulatedClock } from "@/lib/testing/simulation";
import { Gate } from "./concurrency-limiter";
import { Parallelism } from "./queue/parallelism";

const never = new AbortController().signal;
const MiB = 1024 * 1024;

it("lets the smallest in first, and never fills all places with large ones", async () => {
  const gate = new Gate({ places: () => 2 });
  const inside: string[] = [];
  const enter = async (name: string, bytes: number) => {
    const leave = await gate.enter(bytes, never);
    inside.push(name);
    return leave;
  };
  gate.close();
  const large = [enter("giant", 900 * MiB), enter("large", 40 * MiB)];
  gate.open();
  const leaveLarge = await large[1];
  expect(inside).toEqual(["large"]);
  const small = [enter("second", 2), enter("first", 1), enter("third", 3)];
  (await small[0])?.();
  for (const waiting of [small[1], small[2]]) (await waiting)?.();
  expect(inside).toEqual(["large", "second", "first", "third"]);
  leaveLarge?.();
  await large[0];
  expect(inside.at(-1)).toBe("giant");
});

it("lets in the smallest first, those alike as they came, and nobody who gave up", async () => {
  const waiting = fc.record({ bytes: fc.nat(5), givesUp: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(waiting), async (all) => {
      const gate = new Gate({ places: () => 1 });
      const inside: number[] = [];
      gate.close();
      const passed = all.map(async ({ bytes, givesUp }, index) => {
        const controller = new AbortController();
        const entered = gate.enter(bytes, controller.signal);
        if (givesUp) queueMicrotask(() => controller.abort());
        const leave = await entered.catch(() => () => {});
        if (!givesUp) inside.push(index);
        leave();
      });
      await Promise.resolve();
      gate.open();
      await Promise.all(passed);
      const stayed = [...all.keys()].filter((index) => !all[index]?.givesUp);
      expect(inside).toEqual(stayed.sort((a, b) => (all[a]?.bytes ?? 0) - (all[b]?.bytes ?? 0) || a - b));
    }),
  );
});

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
  await send(parallelism, clock, 120, () => 100 * parallelism.places);
  expect(parallelism.places).toBe(6);
});

it("sends no more at a time where that is not faster, and tries again later", async () => {
  const clock = new SimulatedClock();
  const parallelism = new Parallelism(clock);
  const seen = new Set<number>();
  for (let second = 0; second < 120; second += 1) {
    await send(parallelism, clock, 1, () => 500);
    seen.add(parallelism.places);
  }
  expect([...seen].sort()).toEqual([4, 5]);
  expect(parallelism.places).toBe(4);
});

it("halves at once for a bucket that is busy, and never stops", async () => {
  const clock = new SimulatedClock();
  const parallelism = new Parallelism(clock);
  for (const places of [2, 1, 1]) {
    parallelism.slowDown();
    expect(parallelism.places).toBe(places);
  }
  await send(parallelism, clock, 300, () => 100 * parallelism.places);
  expect(parallelism.places).toBe(6);
});
