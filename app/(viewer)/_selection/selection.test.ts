import { beforeEach, expect, test } from "vitest";
import { clearSelection, maxSelected, select, selectExactly, selection } from "./selection";

const picture = (n: number) => ({ id: `${n}`, bytes: n });
const pictures = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => picture(from + index));

beforeEach(clearSelection);

test("what finds no room is counted, and what was selected stays", () => {
  expect(select(pictures(0, maxSelected - 1), true)).toBe(0);
  expect(select(pictures(maxSelected - 2, maxSelected + 3), true)).toBe(3);
  expect(selection().size).toBe(maxSelected);
  expect(selection().has("0")).toBe(true);
  expect(select([picture(5)], true)).toBe(0);
  expect(select([picture(5)], false)).toBe(0);
  expect(select([picture(maxSelected + 1)], true)).toBe(0);
  expect(selection().has(`${maxSelected + 1}`)).toBe(true);
});

test("a range takes the place of an earlier one, beside what was selected before", () => {
  select([picture(1)], true);
  const base = [...selection().values()];
  selectExactly(base, pictures(10, 20));
  selectExactly(base, pictures(10, 13));
  expect([...selection().keys()]).toEqual(["1", "10", "11", "12"]);
});

test("who listens hears of nothing where nothing changes", () => {
  const before = selection();
  clearSelection();
  expect(selection()).toBe(before);
});
