import { describe, expect, test } from "vitest";
import { isSizeOf, partOf, sizesOf, targetSize, variants } from "./variants";

describe("the size of a variant", () => {
  test.each([
    // A photograph goes by its long side, as ever.
    [4000, 3000, "display", 2048, 1536],
    [3000, 4000, "display", 1536, 2048],
    [4000, 3000, "thumb", 480, 360],
    [1920, 1080, "thumb", 480, 270],
    // A smaller one is not enlarged.
    [640, 480, "display", 640, 480],
    [20, 10, "thumb", 20, 10],
    // A long one keeps so much of its short side that it can be read.
    [1080, 20_000, "display", 1080, 20_000],
    [12_000, 500, "display", 12_000, 500],
    [1290, 2796, "display", 1080, 2341],
    [16_000, 4000, "display", 4320, 1080],
    // Of the longest the tile shows the middle.
    [12_000, 500, "thumb", 2400, 240],
    [1080, 20_000, "thumb", 240, 1200],
    // There is an end to it: of pixels, and of the side that browsers draw.
    [60_000, 1080, "display", 32_767, 590],
    [30_000, 3000, "display", 10_800, 1080],
    [65_535, 1, "display", 32_767, 1],
  ] as const)("of %i x %i as %s is %i x %i", (width, height, kind, wide, high) => {
    expect(targetSize({ width, height }, kind)).toEqual({ width: wide, height: high });
  });

  test("has next ones for an encoder that cannot, or that makes too many bytes of it", () => {
    expect(sizesOf({ width: 1080, height: 20_000 }, "display")).toEqual([
      { width: 1080, height: 20_000 },
      { width: 885, height: 16_383 },
      { width: 442, height: 8192 },
      { width: 221, height: 4096 },
      { width: 111, height: 2048 },
    ]);
    expect(sizesOf({ width: 12_000, height: 500 }, "display").at(-1)).toEqual({ width: 2048, height: 85 });
    expect(sizesOf({ width: 4000, height: 3000 }, "display")).toEqual([{ width: 2048, height: 1536 }]);
  });

  test("never has more pixels than a phone can hold", () => {
    for (const [width, height] of [
      [65_535, 1500],
      [10_000, 10_000],
      [40_000, 2500],
    ] as const) {
      const { width: wide, height: high } = targetSize({ width, height }, "display");
      expect(wide * high).toBeLessThanOrEqual(variants.display.maxPixels);
    }
  });
});

test("a thumb shows the middle of a picture that is longer than its tile", () => {
  expect(partOf({ width: 12_000, height: 500 }, "thumb")).toEqual({
    left: 3500,
    top: 0,
    width: 5000,
    height: 500,
  });
  expect(partOf({ width: 1080, height: 20_000 }, "thumb")).toEqual({
    left: 0,
    top: 7300,
    width: 1080,
    height: 5400,
  });
  expect(partOf({ width: 4000, height: 3000 }, "thumb")).toEqual({
    left: 0,
    top: 0,
    width: 4000,
    height: 3000,
  });
  expect(partOf({ width: 12_000, height: 500 }, "display")).toMatchObject({ left: 0, width: 12_000 });
});

describe("a variant that arrived", () => {
  const photograph = { width: 4000, height: 3000 };
  const panorama = { width: 12_000, height: 500 };

  test.each([
    [photograph, "thumb", 480, 360, true],
    // Browsers disagree about which orientations they honour.
    [photograph, "thumb", 360, 480, true],
    [photograph, "thumb", 481, 360, false],
    [photograph, "display", 2048, 1536, true],
    [photograph, "display", 2049, 1536, false],
    [panorama, "display", 12_000, 500, true],
    [panorama, "display", 2048, 85, true],
    [panorama, "display", 12_000, 1080, false],
    [panorama, "display", 12_100, 500, false],
    [panorama, "thumb", 2400, 240, true],
    [panorama, "thumb", 5760, 240, false],
    // What is no longer than a photograph's is none the worse for it.
    [{ width: 100, height: 50 }, "thumb", 480, 240, true],
  ] as const)("of %o as %s with %i x %i: %s", (original, kind, width, height, isOne) => {
    expect(isSizeOf({ width, height }, original, kind)).toBe(isOne);
  });
});
