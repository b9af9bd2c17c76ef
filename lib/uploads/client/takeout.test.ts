import { describe, expect, test } from "vitest";
import { withSource } from "./queue/file-source";
import { fileDateOf } from "./queue/source-date";
import { withTakeoutDates } from "./queue/takeout-files";
import { readSidecar, Sidecars } from "./takeout";

describe("a Takeout's file is of the picture", () => {
  test.each([
    ["lake.jpg", "lake.jpg.json"],
    ["lake.jpg", "lake.jpg.supplemental-metadata.json"],
    ["lake.jpg", "lake.jpg.suppl.json"],
    ["lake.jpg", "lake.jpg..json"],
    ["lake.jpg", "lake.json"],
    ["lake(1).jpg", "lake.jpg(1).json"],
    ["lake(12).jpg", "lake.jpg.supplemental-metadata(12).json"],
    ["lake(1).jpg", "lake(1).jpg.json"],
    ["lake-edited.jpg", "lake.jpg.json"],
    ["lake-수정됨.jpg", "lake.jpg.supplemental-metadata.json"],
    ["lake-edited(1).jpg", "lake.jpg(1).json"],
    ["호수.jpg".normalize("NFD"), "호수.jpg.json"],
    ["Screenshot_20240701-003000_One UI Home app.jpg", "Screenshot_20240701-003000_One UI Home app.jpg.json"],
    [
      "0123456789012345678901234567890123456789012.jpg",
      "0123456789012345678901234567890123456789012.jp.json",
    ],
    [
      "01234567890123456789012345678901234567890123456.jpg",
      "0123456789012345678901234567890123456789012345.json",
    ],
    ["PXL_20240701_003000123.PORTRAIT-01.COVER.jpg", "PXL_20240701_003000123.PORTRAIT-01.COVER.jpg.s.json"],
  ])("%s: %s", (picture, sidecar) => {
    expect(new Sidecars(["other.jpg.json", sidecar, "metadata.json"]).find(picture)).toBe(sidecar);
  });

  test.each([
    ["lake.jpg", "lake.jpg(1).json"],
    ["lake(1).jpg", "lake.jpg.json"],
    ["lake(1).jpg", "lake.jpg(2).json"],
    ["lake.jpg", "lake.png.json"],
    ["lake.jpg", "lake-edited.jpg.json"],
    ["lake.jpg", "lake.jpg.settings.json"],
    ["lake-2.jpg", "lake.jpg.json"],
    ["lake2.jpg", "lake.json"],
    ["lake.jpg", "la.json"],
    ["lake.jpg", "metadata.json"],
  ])("not %s: %s", (picture, sidecar) => {
    expect(new Sidecars([sidecar]).find(picture)).toBe(null);
  });

  test("that says most of its name", () => {
    const names = ["lake.json", "lake.jpg.json", "lake.jpg.supplemental-metadata.json"];
    expect(new Sidecars(names).find("lake.jpg")).toBe("lake.jpg.supplemental-metadata.json");
  });

  test("of ten thousand, soon", () => {
    const names = Array.from({ length: 10_000 }, (_, n) => `IMG_${n}.jpg.supplemental-metadata.json`);
    const began = performance.now();
    const sidecars = new Sidecars(names);
    for (let n = 0; n < 10_000; n += 1) expect(sidecars.find(`IMG_${n}.jpg`)).toBe(names[n]);
    expect(performance.now() - began).toBeLessThan(5000);
  });
});

test.each<[string, number | null]>([
  [
    '{"title": "lake.jpg", "photoTakenTime": {"timestamp": "1719786600", "formatted": "Jun 30, 2024"}}',
    1_719_786_600_000,
  ],
  ['{"photoTakenTime": {"timestamp": 1719786600}}', 1_719_786_600_000],
  ['{"photoTakenTime": {"timestamp": "-86400"}}', -86_400_000],
  ['{"photoTakenTime": {"timestamp": "soon"}}', null],
  ['{"photoTakenTime": {}}', null],
  ['{"title": "Trip"}', null],
  ["[1]", null],
  ["null", null],
  ["", null],
  ["{", null],
])("%s was taken at %s", (json, takenAtMs) => {
  expect(readSidecar(json)).toBe(takenAtMs);
});

test("of a chosen folder the pictures are dated by their sidecars, each in its folder, and other files stay", async () => {
  const lastModified = Date.UTC(2020, 0, 1, 12);
  const file = (folder: string, name: string, content: string) =>
    withSource(new File([content], name, { lastModified }), { folders: folder.split("/") });
  const taken = (seconds: number) => JSON.stringify({ photoTakenTime: { timestamp: String(seconds) } });
  const files = [
    file("a/b", "lake.jpg", "1"),
    file("a/b", "lake.jpg.json", taken(1_719_786_600)),
    file("a/c", "lake.jpg", "2"),
    file("a/c", "lake.jpg.json", taken(1_600_000_000)),
    file("a/c", "shore.jpg", "3"),
    file("a/c", "shore.jpg.json", "{}"),
    file("a/c", "hill.jpg", "4"),
    file("a/c", "metadata.json", "{}"),
  ];
  const left = await withTakeoutDates(files);
  const zoned = (ms: number) => {
    const zoneMinutes = 0 - new Date(ms).getTimezoneOffset();
    return { at: ms + zoneMinutes * 60_000, zoneMinutes };
  };
  const bySidecar = { source: "sidecar", ...zoned(1_719_786_600_000) };
  const byFile = { source: "file", ...zoned(lastModified) };
  expect(left.map(({ name }) => name)).toEqual([
    "lake.jpg",
    "lake.jpg",
    "shore.jpg",
    "shore.jpg.json",
    "hill.jpg",
    "metadata.json",
  ]);
  expect(left.map(fileDateOf).slice(0, 3)).toEqual([
    bySidecar,
    { source: "sidecar", ...zoned(1_600_000_000_000) },
    byFile,
  ]);
});
