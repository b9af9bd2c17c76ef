import { expect, test, vi } from "vitest";
import { ask } from "./question";

test("who answers late takes away what they were asked, and nothing that is asked since", () => {
  const ends: (() => void)[] = [];
  const goings = [vi.fn(), vi.fn()];
  for (const onGone of goings)
    ask((end) => {
      ends.push(end);
      return null;
    }, onGone);
  const gone = () => goings.map((onGone) => onGone.mock.calls.length);
  expect(gone()).toEqual([1, 0]);
  ends[0]?.();
  expect(gone()).toEqual([1, 0]);
  ends[1]?.();
  ends[1]?.();
  expect(gone()).toEqual([1, 1]);
});
