import { describe, expect, test } from "vitest";
import { capturedOf, orderWithin } from "./captured";
import type { FileDate } from "./contract";

const addedAt = new Date("2026-11-29T10:00:00Z");
const nothing = { capturedAt: null, capturedMicroseconds: 0, capturedZoneMinutes: null, facts: {} };
const at = Date.UTC(2019, 4, 6, 7, 8, 9);
const fileDate: FileDate = { at, zoneMinutes: 540, source: "file" };
const known = { noted: nothing, fileDate: null, addedAt, name: "lake.jpg" };

describe("a picture is of", () => {
  test("what it says itself, whatever is said of its file", () => {
    const noted = { ...nothing, capturedAt: 5000, capturedZoneMinutes: 60, capturedMicroseconds: 7 };
    expect(capturedOf({ ...known, noted, fileDate })).toEqual({
      capturedAt: new Date(5000),
      capturedZoneMinutes: 60,
      capturedOrder: "007 lake\tjpg",
      capturedSource: "picture",
    });
  });

  test.each(["file", "sidecar"] as const)("what its %s says, where it says nothing itself", (source) => {
    expect(capturedOf({ ...known, fileDate: { ...fileDate, source } })).toEqual({
      capturedAt: new Date(at),
      capturedZoneMinutes: 540,
      capturedOrder: "000 lake\tjpg",
      capturedSource: source,
    });
  });

  test.each([
    ["nobody says anything", null],
    ["its file's is before photography", { ...fileDate, at: Date.UTC(1825, 11, 31) }],
    ["its file's is more than a day ahead", { ...fileDate, at: Date.now() + 2 * 86_400_000 }],
  ])("the day it was added where %s", (_, said) => {
    expect(capturedOf({ ...known, fileDate: said })).toMatchObject({
      capturedAt: addedAt,
      capturedZoneMinutes: 0,
      capturedSource: "added",
    });
  });
});

describe("pictures of the same moment go", () => {
  const inOrder = (...files: [microseconds: number, name: string][]) =>
    files.toSorted((one, other) =>
      Buffer.compare(Buffer.from(orderWithin(...one)), Buffer.from(orderWithin(...other))),
    );
  const sorted = (names: string[]) =>
    inOrder(...names.map((name): [number, string] => [0, name])).map(([, name]) => name);

  test.each([
    [["IMG_2.jpg", "IMG_10.jpg", "IMG_100.jpg"]],
    [
      [
        "1.jpg",
        "2.jpg",
        "9.jpg",
        "10.jpg",
        "99.jpg",
        "123456789.jpg",
        "1234567890.jpg",
        `${"9".repeat(40)}.jpg`,
      ],
    ],
    [["IMG_0002.jpg", "IMG_0010.jpg", "IMG_11.jpg"]],
    [["a1b2.png", "a1b10.png", "a2b1.png", "a10b1.png"]],
    [["img_1.jpg", "IMG_2.jpg", "img_3.jpg"]],
    [["lake.jpg", "lake (1).jpg", "lake (2).jpg", "lake (10).jpg", "lake-edited.jpg", "lake2.jpg"]],
    [["lake.heic", "lake.jpg"]],
    [["éa.jpg", "eb.jpg", "Éc.jpg"]],
    [["사진 2.jpg", "사진 10.jpg"]],
    [["사진２.jpg", "사진10.jpg"]],
    [[".hidden", "noext"]],
  ])("by name as people sort it: %j", (names) => {
    expect(sorted(names.toReversed())).toEqual(names);
    expect(sorted([...names])).toEqual(names);
  });

  test("by the fraction of the second before the name", () => {
    expect(inOrder([20, "a.jpg"], [3, "b.jpg"], [100, "0.jpg"])).toEqual([
      [3, "b.jpg"],
      [20, "a.jpg"],
      [100, "0.jpg"],
    ]);
  });
});
