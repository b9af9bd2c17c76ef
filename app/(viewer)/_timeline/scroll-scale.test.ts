import fc from "fast-check";
import { expect, test } from "vitest";
import { ScrollScale } from "./scroll-scale";

const view = 900;
const scaleOf = (total: number, max = 12_000_000) => {
  const scale = new ScrollScale(max);
  scale.resize({ total, view });
  return scale;
};

test("where an element can be as high as all pictures, what is scrolled to is what is seen", () => {
  const scale = scaleOf(5_000_000);
  expect(scale.height).toBe(5_000_000);
  for (const top of [-60, 0, 10, 4_999_100, 2_000_000, 3]) expect(scale.scrolled(top)).toBe(top);
  expect(scale.restAt(1234)).toBe(1234);
});

test("beyond that the element is no higher, and both ends are reached", () => {
  const scale = scaleOf(100_000_000);
  expect(scale.height).toBe(12_000_000);
  expect(scale.scrolled(12_000_000 - view)).toBe(100_000_000 - view);
  expect(scale.scrolled(0)).toBe(0);
  expect(scale.scrolled(6_000_000) / 50_000_000).toBeCloseTo(1, 3);
  expect(scale.scrolled(-60)).toBe(-60);
});

test("small steps are as long as ever, wherever one is and however many", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1_000_000, max: 99_000_000 }),
      fc.array(fc.integer({ min: -800, max: 800 }), { maxLength: 200 }),
      (start, steps) => {
        const scale = scaleOf(100_000_000);
        let top = scale.restAt(start);
        let seen = start;
        for (const step of steps) {
          top += step;
          seen += step;
          expect(scale.scrolled(top)).toBe(seen);
        }
        // At rest the page is put where it belongs, and shows the same.
        const rest = scale.restAt(seen);
        expect(rest + scale.shift).toBe(seen);
        expect(Math.abs(rest / (12_000_000 - view) - seen / (100_000_000 - view))).toBeLessThan(1e-6);
      },
    ),
  );
});

test("what is corrected while one scrolls is seen at the same place of the window", () => {
  const scale = scaleOf(50_000);
  expect(scale.scrolled(2000)).toBe(2000);
  scale.show(2150);
  expect(scale.scrolled(2010)).toBe(2160);
  expect(scale.restAt(2160)).toBe(2160);
  expect(scale.shift).toBe(0);
});

test("fewer pictures than a window holds", () => {
  const scale = scaleOf(300);
  expect(scale.height).toBe(300);
  expect(scale.scrolled(0)).toBe(0);
  expect(scale.restAt(-80)).toBe(-80);
});
