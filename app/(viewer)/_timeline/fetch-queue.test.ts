import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FetchQueue } from "./fetch-queue";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const keys = Array.from({ length: 6 }, (_, n) => ({ n }));
const wanted = (...numbers: number[]) => numbers.map((n) => ({ what: n, key: keys[n] ?? {} }));

/** A queue whose fetches end when they are told to. */
function controlled() {
  const asked: number[] = [];
  const aborted: number[] = [];
  const failing: boolean[] = [];
  const ends = new Map<number, { come: () => void; fail: () => void }>();
  const queue = new FetchQueue<number>(
    (n, signal) => {
      asked.push(n);
      return new Promise((resolve, reject) => {
        ends.set(n, { come: resolve, fail: () => reject(new Error("no network")) });
        signal.addEventListener("abort", () => {
          aborted.push(n);
          reject(new Error("aborted"));
        });
      });
    },
    (isFailing) => failing.push(isFailing),
  );
  return { queue, asked, aborted, failing, ends };
}

const settled = () => vi.advanceTimersByTimeAsync(0);

test("two at once, the most wanted first, and what is wanted no more is given up", async () => {
  const { queue, asked, aborted, ends } = controlled();
  queue.want(wanted(0, 1, 2), 0);
  expect(asked).toEqual([0, 1]);
  ends.get(0)?.come();
  await settled();
  expect(asked).toEqual([0, 1, 2]);
  queue.want(wanted(2, 3), 0);
  await settled();
  expect(aborted).toEqual([1]);
  expect(asked).toEqual([0, 1, 2, 3]);
});

test("what flies by is not fetched, and however long one flings, what is near by then is", async () => {
  const { queue, asked } = controlled();
  queue.want(wanted(0), 120);
  await vi.advanceTimersByTimeAsync(60);
  queue.want(wanted(1), 120);
  await vi.advanceTimersByTimeAsync(59);
  expect(asked).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(asked).toEqual([1]);
});

test("what fails is said, and tried again ever more seldom, or at once when someone asks", async () => {
  const { queue, asked, failing, ends } = controlled();
  queue.want(wanted(0), 0);
  ends.get(0)?.fail();
  await settled();
  expect(failing).toEqual([true]);
  queue.want(wanted(0), 0);
  await vi.advanceTimersByTimeAsync(999);
  expect(asked).toEqual([0]);
  await vi.advanceTimersByTimeAsync(1);
  expect(asked).toEqual([0, 0]);
  ends.get(0)?.fail();
  await vi.advanceTimersByTimeAsync(1000);
  expect(asked).toEqual([0, 0]);
  queue.retry();
  expect(asked).toEqual([0, 0, 0]);
  ends.get(0)?.come();
  await settled();
  expect(failing).toEqual([true, true, false]);
});
