import fc from "fast-check";
import { expect, it } from "vitest";
import { ConcurrencyLimiter } from "./concurrency-limiter";

const never = new AbortController().signal;
const MiB = 1024 * 1024;

it("lets the smallest in first, and never fills all places with large ones", async () => {
  const limiter = new ConcurrencyLimiter({ maxConcurrent: () => 2 });
  const inside: string[] = [];
  const enter = async (name: string, bytes: number) => {
    const leave = await limiter.acquire(bytes, never);
    inside.push(name);
    return leave;
  };
  limiter.pause();
  const large = [enter("giant", 900 * MiB), enter("large", 40 * MiB)];
  limiter.resume();
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
      const limiter = new ConcurrencyLimiter({ maxConcurrent: () => 1 });
      const inside: number[] = [];
      limiter.pause();
      const passed = all.map(async ({ bytes, givesUp }, index) => {
        const controller = new AbortController();
        const entered = limiter.acquire(bytes, controller.signal);
        if (givesUp) queueMicrotask(() => controller.abort());
        const leave = await entered.catch(() => () => {});
        if (!givesUp) inside.push(index);
        leave();
      });
      await Promise.resolve();
      limiter.resume();
      await Promise.all(passed);
      const stayed = [...all.keys()].filter((index) => !all[index]?.givesUp);
      expect(inside).toEqual(stayed.sort((a, b) => (all[a]?.bytes ?? 0) - (all[b]?.bytes ?? 0) || a - b));
    }),
  );
});
