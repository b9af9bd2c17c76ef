import { expect, test } from "vitest";
import type { GalleryImage, TimelineSection } from "@/lib/images/contract";
import { Geometry } from "./geometry";
import { isWhole, Pictures, startOfMonth } from "./pictures";

const day = 86_400_000;
const newest = Date.UTC(2024, 11, 28);

function picture(n: number, changes: Partial<GalleryImage> = {}): GalleryImage {
  const [width, height] = n % 3 === 0 ? [3000, 4000] : [4000, 3000];
  return {
    id: `${String(n).padStart(6, "0")}`,
    title: `n ${n}`,
    ...{ width, height, bytes: 1, isFavourite: false, thumbUrl: "", capturedOrder: "" },
    placeholder: { colour: "", thumbhash: "", isTransparent: false },
    capturedAt: newest - n * day,
    ...changes,
  };
}

/** A picture a day, the newest first. */
const daily = (count: number) => Array.from({ length: count }, (_, n) => picture(n));

function sectionsOf(images: GalleryImage[]): TimelineSection[] {
  const sections: TimelineSection[] = [];
  for (const { capturedAt, width, height } of images) {
    const startsAt = startOfMonth(capturedAt);
    if (sections.at(-1)?.startsAt !== startsAt) sections.push({ startsAt, count: 0, ratios: 0 });
    const last = sections.at(-1);
    if (last === undefined) throw new Error("no section");
    last.count += 1;
    last.ratios += Math.round((1000 * width) / height);
  }
  return sections;
}

const idsOf = (pictures: Pictures) =>
  Array.from({ length: pictures.total }, (_, n) => pictures.at(n)?.id ?? null);

test("the first pictures are here, and of the others only how many", () => {
  const all = daily(400);
  const pictures = new Pictures("newest", sectionsOf(all), all.slice(0, 60));
  expect(pictures.total).toBe(400);
  expect(idsOf(pictures)).toEqual(all.map(({ id }, n) => (n < 60 ? id : null)));
  expect(pictures.indexOf("000042")).toBe(42);
  expect(pictures.indexOf("000070")).toBe(null);
  expect(pictures.placeOf(400)).toBe(null);
});

test("a chunk that comes, is forgotten, and comes again", () => {
  const all = daily(31 * 20);
  const [section] = sectionsOf(all.map((image, n) => ({ ...image, capturedAt: newest - n })));
  if (section === undefined) throw new Error("no section");
  const pictures = new Pictures("newest", [section], []);
  const place = pictures.placeOf(333);
  if (place === null) throw new Error("no place");
  const offset = place.chunk.first - place.section.first;
  const images = all.slice(offset, offset + place.chunk.size);
  expect(pictures.put(place.section, place.chunk, images, section.count)).toBe(true);
  expect(pictures.at(333)?.id).toBe("000333");
  pictures.forget([place.chunk]);
  expect(pictures.at(333)).toBe(null);
  expect(pictures.put(place.section, place.chunk, images, section.count + 1)).toBe(false);
  // Fewer than were expected are not asked for again and again.
  expect(pictures.put(place.section, place.chunk, images.slice(1), section.count)).toBe(false);
  expect(isWhole(place.chunk)).toBe(true);
});

test("what is removed moves the others up, and a month without pictures goes", () => {
  const all = daily(60);
  const pictures = new Pictures("newest", sectionsOf(all), all);
  expect(pictures.remove(["000003", "nobody"])).toEqual(["000003"]);
  expect(pictures.total).toBe(59);
  expect(pictures.at(3)?.id).toBe("000004");
  const before = pictures.sections.length;
  pictures.remove(all.slice(0, 28).map(({ id }) => id));
  expect(pictures.sections).toHaveLength(before - 1);
  expect(pictures.at(0)?.id).toBe("000028");
});

test.each(["newest", "oldest"] as const)(
  "what is added takes its place, %s first, also in a month of its own",
  (order) => {
    const all = daily(60);
    const inOrder = order === "newest" ? all : all.toReversed();
    const pictures = new Pictures(order, sectionsOf(inOrder), inOrder);
    const between = picture(900, { capturedAt: newest - 10.5 * day });
    const older = picture(901, { capturedAt: newest - 400 * day });
    const newer = picture(902, { capturedAt: newest + 40 * day });
    for (const image of [between, older, newer]) expect(pictures.add(image)).toBe(true);
    const expected = [...all, between, older, newer].sort((a, b) => b.capturedAt - a.capturedAt);
    if (order === "oldest") expected.reverse();
    expect(idsOf(pictures)).toEqual(expected.map(({ id }) => id));
    expect(pictures.sections.map(({ count }) => count)).toEqual(
      sectionsOf(expected).map(({ count }) => count),
    );
  },
);

test("what belongs among pictures that are not here is left to the server", () => {
  const all = daily(31 * 20).map((image, n) => ({ ...image, capturedAt: newest - 2 * n }));
  const pictures = new Pictures("newest", sectionsOf(all), all.slice(0, 60));
  expect(pictures.add(picture(900, { capturedAt: newest - 801 }))).toBe(false);
  expect(pictures.add(picture(901, { capturedAt: newest + 1 }))).toBe(false);
  expect(pictures.total).toBe(620);
});

test("a picture that looks otherwise, and one that has another date", () => {
  const all = daily(60);
  const pictures = new Pictures("newest", sectionsOf(all), all);
  expect(pictures.add(picture(5, { title: "other" }))).toBe(true);
  expect([pictures.total, pictures.at(5)?.title]).toEqual([60, "other"]);
  expect(pictures.add(picture(5, { capturedAt: newest + day }))).toBe(true);
  expect([pictures.total, pictures.at(0)?.id, pictures.at(5)?.id]).toEqual([60, "000005", "000004"]);
});

test("sections that have not changed keep what is here; of others it stays until it has come anew", () => {
  const all = daily(60);
  const pictures = new Pictures("newest", sectionsOf(all), all);
  const sections = sectionsOf(all);
  const [first] = sections;
  if (first === undefined) throw new Error("no section");
  first.count += 5;
  first.ratios += 6000;
  const [changed, kept] = pictures.sections;
  pictures.take(sections, []);
  expect(pictures.sections[1]).toBe(kept);
  expect(pictures.sections[0]).not.toBe(changed);
  expect(pictures.total).toBe(65);
  expect(pictures.sections[0]?.chunks.every(({ isStale, images }) => isStale || images === null)).toBe(true);
  expect(pictures.at(3)?.id).toBe("000003");
});

test("every picture has its place, none over another, all as wide as the page", () => {
  const all = daily(1200);
  const pictures = new Pictures("newest", sectionsOf(all), all);
  const shape = { width: 1376, rowHeight: 208, gap: 4, leastMonthWidth: 104 };
  const geometry = new Geometry(pictures.sections, shape);
  let below = 0;
  for (const [n, { id }] of all.entries()) {
    const place = pictures.find(id);
    const box = place && geometry.boxOfPlace(place);
    if (!box) throw new Error("no place");
    expect(box.top).toBeGreaterThanOrEqual(below === 0 ? 0 : below - 4);
    expect(box.start + box.width).toBeLessThanOrEqual(shape.width);
    if (box.start === 0 && n > 0) below = box.top;
  }
  expect(geometry.height).toBeGreaterThan(below);
  expect(
    geometry.boxesBetween(5000, 6000).every(({ top, height }) => top < 6000 && top + height > 5000),
  ).toBe(true);
});
