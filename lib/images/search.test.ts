import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Viewer } from "@/lib/accounts/viewer";
import { changeAlbum } from "@/lib/albums/changing";
import { addToAlbum } from "@/lib/albums/filling";
import { database } from "@/lib/db/client";
import { albumImages, albums, images } from "@/lib/db/schema";
import { imageRow } from "@/lib/testing/image-rows";
import { addManyPictures } from "@/lib/testing/many-pictures";
import { onEachDriver, useDriver } from "@/lib/testing/test-database";
import { addViewer, startTestPail } from "@/lib/testing/test-pail";
import { type Cursor, timelineOrders } from "./contract";
import type { ImageRow } from "./gallery";
import {
  getFoundPart,
  getSearchPage,
  getSearchTimeline,
  listFound,
  listFoundSections,
  listFoundSizes,
  searchPartShape,
  searchRangeShape,
} from "./search";
import { maxCounted } from "./search-index";
import { asksForAnything, searchShape } from "./search-shape";
import { trashImage } from "./trash";

let pail: Awaited<ReturnType<typeof startTestPail>>;
let viewer: Viewer;
let minutes = 0;

beforeAll(async () => {
  pail = await startTestPail();
});
beforeEach(async () => {
  viewer = await addViewer();
  minutes = 0;
});
afterAll(() => pail.stop());

/** Each a minute after the one before. */
async function add(title: string, changes: Partial<ImageRow> = {}, owner = viewer): Promise<string> {
  minutes += 1;
  const capturedAt = new Date(Date.UTC(2024, 2, 1) + minutes * 60_000);
  const row = imageRow(owner.id, { title, name: "n.jpg", capturedAt, width: 3, height: 2, ...changes });
  await database().orm.insert(images).values(row);
  return row.id;
}

/** The titles of what is found, the newest first. */
async function find(asked: string | Record<string, unknown>): Promise<string> {
  const search = searchShape.parse(typeof asked === "string" ? { q: asked } : asked);
  const { images: found } = await listFound(viewer, search, null);
  const sizes = await listFoundSizes(viewer, { ...search, order: "newest", from: 0, to: 999 });
  expect(sizes.map(({ id }) => id)).toEqual(found.map(({ id }) => id));
  const { sections } = await listFoundSections(viewer, { ...search, order: "newest" });
  expect(sections.reduce((sum, { count }) => sum + count, 0)).toBe(found.length);
  return found.map(({ title }) => title).join(", ");
}

onEachDriver(() => {
  describe("words", () => {
    test("are found in every text of a picture, in parts and whatever their case and accents are", async () => {
      await add("Old Café", { description: "by the LAKE Müritz", altText: "Two boats, one mast" });
      await add("Other", { name: "DSC_0042.JPG", facts: { make: "FUJIFILM", model: "X100VI" } });
      for (const q of ["café", "CAFE", "afé", "lake", "ake mür", "muritz boat", "one mast old", "Lake CAFÉ"])
        expect(await find(q), q).toBe("Old Café");
      for (const q of ["dsc_0042", "0042.jpg", "x100", "fuji film", "Fujifilm X100VI"])
        expect(await find(q), q).toBe("Other");
      for (const q of ["lake fujifilm", "café x", "zzz", "lakes", "cafe lake sea"])
        expect(await find(q), q).toBe("");
      expect(await find("o")).toBe("Other, Old Café");
    });

    test("of one or two characters are found too, also where a text ends", async () => {
      await add("제주도 여행");
      await add("부산");
      await add("꽃");
      await add("ab", { name: "x.y", description: "한글" });
      await add("It's é");
      expect(await find("제주")).toBe("제주도 여행");
      expect(await find("여행")).toBe("제주도 여행");
      expect(await find("제주 여행")).toBe("제주도 여행");
      expect(await find("행")).toBe("제주도 여행");
      expect(await find("부산")).toBe("부산");
      expect(await find("산")).toBe("부산");
      expect(await find("꽃")).toBe("꽃");
      expect(await find("한글")).toBe("ab");
      expect(await find("글 b")).toBe("ab");
      expect(await find("AB")).toBe("ab");
      expect(await find("É")).toBe("It's é");
      expect(await find("b제")).toBe("");
      expect(await find("한 제주")).toBe("");
      // As a Mac writes the names of files.
      expect(await find("한글".normalize("NFD"))).toBe("ab");
    });

    test("are found in the names of albums, which can be renamed", async () => {
      const boat = await add("boat");
      await add("tree");
      const album = await addToAlbum(viewer, { name: "Übersee 2019", imageIds: [boat] });
      expect(await find("ubersee")).toBe("boat");
      expect(await find("2019 boat")).toBe("boat");
      expect(await find("2019 tree")).toBe("");
      expect(await find("Üb")).toBe("boat");
      await changeAlbum(viewer, { id: album.id, changes: { name: "제주" } });
      expect(await find("2019")).toBe("");
      expect(await find("제주")).toBe("boat");
      await database().orm.update(albums).set({ deletedAt: new Date() }).where(eq(albums.id, album.id));
      expect(await find("제주")).toBe("");
    });

    test.each([
      '"',
      '"""',
      '" OR "',
      "a OR",
      "NOT",
      "lake AND",
      "NEAR(lake, 2)",
      "text:lake",
      "lake*",
      "^lake",
      "-lake",
      "(((",
      "'; drop table images; --",
      "!!!",
      "?",
      "%",
      "_",
      "\\",
      "\0",
      "la\0ke",
      "\u0001\u0001\u0001",
      "\u0002\ue000\ue006",
      "\ud800",
      "\u{10ffff}",
      "\u0301",
      "e\u0301",
      " \u3000\t\n",
      "a".repeat(10_000),
      "a ".repeat(5000),
      "👍",
      "ที่",
      "\u0301",
      "\u0345\u0301\u0300",
      "\u200f\u200b",
    ])("%j is no operator and no fault", async (q) => {
      await add("lake");
      await add("OR NOT x");
      const titles = await find(q);
      // What is of the words themselves.
      if (/^(lake\*|\^lake|-lake|text:lake|NEAR.*)$/.test(q)) expect(titles).toBe("");
      if (/^[\u0300-\u036f\u200b-\u200f]+$/.test(q)) expect(titles).toBe("");
      if (q === "NOT") expect(titles).toBe("OR NOT x");
      if (q === "\u0002\ue000\ue006" || q === "\u0001\u0001\u0001") expect(titles).toBe("");
    });

    test("and what stands in quotation marks, as people type them, is found without", async () => {
      await add("lake view");
      expect(await find('"lake view"')).toBe("lake view");
      expect(await find("“lake”")).toBe("lake view");
    });

    test("and what cannot be seen around a word, as it comes along from elsewhere, is no part of it", async () => {
      await add("lake view");
      await add("שלום");
      for (const q of ["\u200flake", "lake\u200b \u2060view", "\u200e“lake”\u200e"])
        expect(await find(q)).toBe("lake view");
      expect(await find("\u200eשלום\u200f")).toBe("שלום");
      // What is beyond 500 is not searched for, and half a character is none.
      expect(await find(`${"lake".padEnd(499)}👍`)).toBe("lake view");
    });
  });

  describe("choices", () => {
    test("of year, month, type, camera, favourites and orientation hold together", async () => {
      const canon = { facts: { make: "Canon", model: "EOS R5" } };
      await add("a", { capturedAt: new Date(Date.UTC(2023, 11, 31, 23, 59, 59, 999)), ...canon });
      await add("b", { capturedAt: new Date(Date.UTC(2024, 0, 1)), type: "image/heic", isFavourite: true });
      await add("c", { width: 2, height: 3, ...canon });
      await add("d", { width: 2, height: 2, facts: { make: "Canon", model: "EOS R50" } });
      expect(await find({ year: "2023" })).toBe("a");
      expect(await find({ year: "2024" })).toBe("d, c, b");
      expect(await find({ year: "2024", month: "1" })).toBe("b");
      expect(await find({ year: "2024", month: "2" })).toBe("");
      expect(await find({ month: "1" })).toBe("");
      expect(await find({ type: "image/heic" })).toBe("b");
      expect(await find({ type: "image/avif" })).toBe("");
      expect(await find({ favourite: "1" })).toBe("b");
      expect(await find({ camera: "Canon EOS R5" })).toBe("c, a");
      expect(await find({ camera: "Canon" })).toBe("");
      for (const camera of ["\0", "Canon\0EOS", '"', '\u0003" OR "', "\u0301", "\ud800"])
        expect(await find({ camera })).toBe("");
      expect(await find({ orientation: "landscape" })).toBe("b, a");
      expect(await find({ orientation: "portrait" })).toBe("c");
      expect(await find({ orientation: "square" })).toBe("d");
      expect(await find({ q: "eos", orientation: "landscape", year: "2023" })).toBe("a");
      expect(await find({ q: "eos", favourite: "1" })).toBe("");
      const { choices } = await getSearchPage(viewer, searchShape.parse({}), null);
      expect(choices).toEqual({
        years: [2024, 2023],
        types: ["image/jpeg", "image/heic"],
        cameras: ["Canon EOS R5", "Canon EOS R50"],
        albums: [],
      });
    });

    test("of an album, and of none, follow what is in the trash", async () => {
      const [a, b, c] = [await add("a"), await add("b"), await add("c")];
      const first = await addToAlbum(viewer, { name: "One", imageIds: [a, b] });
      const second = await addToAlbum(viewer, { name: "Two", imageIds: [b] });
      expect(await find({ album: first.id })).toBe("b, a");
      expect(await find({ album: second.id, q: "one" })).toBe("b");
      expect(await find({ album: "none" })).toBe("c");
      await database().orm.update(albums).set({ deletedAt: new Date() }).where(eq(albums.id, first.id));
      expect(await find({ album: first.id })).toBe("");
      expect(await find({ album: "none" })).toBe("c, a");
      await database().orm.update(albums).set({ deletedAt: new Date() }).where(eq(albums.id, second.id));
      expect(await find({ album: "none" })).toBe("c, b, a");
      await database().orm.update(albums).set({ deletedAt: null }).where(eq(albums.id, first.id));
      await database().orm.delete(albumImages).where(eq(albumImages.imageId, a));
      expect(await find({ album: "none" })).toBe("c, a");
      await database().orm.delete(albums).where(eq(albums.id, first.id));
      expect(await find({ album: "none" })).toBe("c, b, a");
      const { choices } = await getSearchPage(viewer, searchShape.parse({ q: "b" }), null);
      expect(choices.albums).toEqual([]);
      await trashImage(viewer, c);
      expect(await find({ album: "none" })).toBe("b, a");
    });
  });

  test("only one's own pictures are found, also by an album of somebody else", async () => {
    await add("mine");
    const other = await addViewer();
    const theirs = await add("theirs", { isFavourite: true, facts: { make: "Leica" } }, other);
    const album = await addToAlbum(other, { name: "Lake", imageIds: [theirs] });
    for (const asked of [{ q: "theirs" }, { q: "lake" }, { favourite: "1" }, { album: album.id }])
      expect(await find(asked)).toBe("");
    expect(await find("e")).toBe("mine");
    const { choices } = await getSearchPage(viewer, searchShape.parse({}), null);
    expect(choices).toMatchObject({ cameras: [], albums: [] });
    expect((await listFound(other, searchShape.parse({ q: "theirs" }), null)).images).toHaveLength(1);
  });

  describe.each(timelineOrders)("as a timeline, %s first", (order) => {
    test("sections, parts and ids are those of what is found", async () => {
      for (let i = 0; i < 40; i += 1) {
        const capturedAt = new Date(Date.UTC(2024, 2, 1) + Math.floor(i / 2) * 5 * 86_400_000);
        await add(i % 2 === 0 ? `lake ${i}` : `sea ${i}`, { capturedAt, width: i % 3 ? 3 : 2, height: 2 });
      }
      const search = searchShape.parse({ q: "lake" });
      const whole = await listFoundSizes(viewer, { ...search, order, from: 0, to: 99 });
      expect(whole).toHaveLength(20);
      const { sections, first, choices } = await getSearchTimeline(viewer, { ...search, order }, 7);
      expect(choices.years).toEqual([2024]);
      expect(first.map(({ id }) => id)).toEqual(whole.slice(0, 7).map(({ id }) => id));
      expect(sections).toEqual((await listFoundSections(viewer, { ...search, order })).sections);
      let index = 0;
      for (const { startsAt, count, ratios } of sections) {
        const asked = { ...search, order, section: startsAt ?? 0 };
        const part = await getFoundPart(viewer, { ...asked, offset: 0, limit: 200 });
        expect(part.count).toBe(count);
        expect(part.images.map(({ id }) => id)).toEqual(
          whole.slice(index, index + count).map(({ id }) => id),
        );
        expect(ratios).toBe(part.images.reduce((sum, { width, height }) => sum + (1000 * width) / height, 0));
        const later = await getFoundPart(viewer, { ...asked, offset: 2, limit: 1 });
        expect(later.images.map(({ id }) => id)).toEqual(part.images.slice(2, 3).map(({ id }) => id));
        index += count;
      }
      expect(index).toBe(20);
      const part = await getFoundPart(viewer, { ...search, order, section: "all", offset: 15, limit: 9 });
      expect(part.images.map(({ id }) => id)).toEqual(whole.slice(15).map(({ id }) => id));
    });
  });

  test("pages go on from where the last one ended, also when that picture is gone", async () => {
    for (let i = 0; i < 9; i += 1) await add(`lake ${i}`);
    const search = searchShape.parse({ q: "lake" });
    const first = await listFound(viewer, search, null, 4);
    const last = first.images.at(-1);
    expect(first.images.map(({ title }) => title)).toEqual(["lake 8", "lake 7", "lake 6", "lake 5"]);
    for (const gone of [false, true]) {
      if (gone) await trashImage(viewer, last?.id ?? "");
      const second = await listFound(viewer, search, first.next, 4);
      expect(second.images.map(({ title }) => title)).toEqual(["lake 4", "lake 3", "lake 2", "lake 1"]);
      expect((await listFound(viewer, search, second.next, 4)).next).toBeNull();
    }
  });

  test("pages of the oldest first do so too", async () => {
    for (let i = 0; i < 9; i += 1) await add(`lake ${i}`);
    const search = searchShape.parse({ q: "lake" });
    const oldest = async (after: Cursor | null) => {
      const { page } = await getSearchPage(viewer, search, after, 4, "oldest");
      return { ...page, titles: page.images.map(({ title }) => title) };
    };
    const first = await oldest(null);
    expect(first.titles).toEqual(["lake 0", "lake 1", "lake 2", "lake 3"]);
    for (const gone of [false, true]) {
      if (gone) await trashImage(viewer, first.images.at(-1)?.id ?? "");
      const second = await oldest(first.next);
      expect(second.titles).toEqual(["lake 4", "lake 5", "lake 6", "lake 7"]);
      expect(await oldest(second.next)).toMatchObject({ titles: ["lake 8"], next: null });
    }
  });

  test("behind a picture of somebody else is what is behind its date", async () => {
    // Their pictures' numbers are below one's own, and above.
    const before = await add("lake", {}, await addViewer());
    minutes = 0;
    for (const title of ["lake 1", "lake 2", "lake 3"]) await add(title);
    const after = await add("lake", {}, await addViewer());
    const search = searchShape.parse({ q: "lake" });
    for (const id of [before, after]) {
      const cursor = { id, capturedAt: Date.UTC(2024, 2, 1) + 2 * 60_000, capturedOrder: "" };
      const titles = timelineOrders.map(async (order) => {
        const { page } = await getSearchPage(viewer, search, cursor, 9, order);
        return [order, ...page.images.map(({ title }) => title)];
      });
      expect(await Promise.all(titles)).toEqual([
        ["newest", "lake 1"],
        ["oldest", "lake 3"],
      ]);
    }
  });
});

test("of very much the first months are counted, each to its end", async () => {
  await useDriver("better-sqlite3");
  viewer = await addViewer();
  await addManyPictures(viewer.id, 70_000);
  for (const order of timelineOrders) {
    const search = searchShape.parse({ q: "lake" });
    const { sections, isCut } = await listFoundSections(viewer, { ...search, order });
    expect(isCut).toBe(true);
    const counts = sections.map(({ count }) => count);
    const total = counts.reduce((sum, count) => sum + count, 0);
    expect(total).toBeGreaterThanOrEqual(maxCounted);
    expect(total).toBeLessThan(maxCounted + 5000);
    for (const at of [0, -1]) {
      const { startsAt, count, ratios } = sections.at(at) ?? { startsAt: 0, count: 0, ratios: 0 };
      const asked = { ...search, order, section: startsAt ?? 0, offset: count - 1, limit: 200 };
      const part = await getFoundPart(viewer, asked);
      expect([part.count, part.images.length]).toEqual([count, 1]);
      expect(ratios / count).toBeGreaterThan(700);
      expect(ratios / count).toBeLessThan(1400);
    }
  }
});

test("what an address says otherwise than it could, counts as not said", () => {
  const nonsense = {
    q: ["a", "b"],
    year: "x",
    month: "13",
    type: "image/svg+xml",
    camera: "",
    favourite: "yes",
    album: "1",
    orientation: "up",
    other: "1",
  };
  const parsed = searchShape.parse(nonsense);
  expect(parsed).toMatchObject({ q: "" });
  expect(asksForAnything(parsed)).toBe(false);
  expect(asksForAnything(searchShape.parse({ q: ' " ', month: "1" }))).toBe(false);
  expect(asksForAnything(searchShape.parse({ year: "2024" }))).toBe(true);
  expect(searchPartShape.safeParse({ q: "a" }).success).toBe(false);
  expect(searchRangeShape.safeParse({ q: "a", from: "0", to: "10000" }).success).toBe(false);
  expect(searchRangeShape.parse({ q: "a", from: "0", to: "9" })).toMatchObject({ q: "a", from: 0, to: 9 });
});
