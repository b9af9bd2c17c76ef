import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Viewer } from "@/lib/accounts/viewer";
import { database } from "@/lib/db/client";
import { albumImages, albums, images } from "@/lib/db/schema";
import { newId } from "@/lib/ids";
import { type Cursor, maxImagesPerAction } from "@/lib/images/contract";
import { listSections } from "@/lib/images/timeline";
import { restoreImage, trashImage } from "@/lib/images/trash";
import { addImage, imageRow } from "@/lib/testing/image-rows";
import { randomFrom } from "@/lib/testing/random";
import { onEachDriver } from "@/lib/testing/test-database";
import { addViewer, startTestPail } from "@/lib/testing/test-pail";
import { getAlbumPage } from "./albums";
import { type AlbumSorting, albumSortings } from "./contract";
import { addToAlbum, putBack, removePictures } from "./filling";
import { getAlbumPart, getAlbumTimeline, listAlbumSections, listAlbumSizes } from "./timeline";

let pail: Awaited<ReturnType<typeof startTestPail>>;
let viewer: Viewer;

beforeAll(async () => {
  pail = await startTestPail();
});
beforeEach(async () => {
  viewer = await addViewer();
});
afterAll(() => pail.stop());

const march = Date.UTC(2024, 2, 1);
const may = Date.UTC(2024, 4, 1);

/** By letters: the album's order by date, by title and by hand differ. */
async function makeAlbum() {
  const pictures = [
    { title: "c", capturedAt: march, position: 2 },
    { title: "B", capturedAt: march, position: 0.5 },
    { title: "a", capturedAt: may, position: 1 },
    { title: "d", capturedAt: march + 1, position: 1.5 },
  ];
  const byId = new Map<string, string>();
  for (const [i, { title, capturedAt }] of pictures.entries()) {
    const row = {
      title,
      capturedAt: new Date(capturedAt),
      capturedOrder: String(i),
      width: 400,
      height: 400,
    };
    byId.set((await addImage(viewer.id, row)).id, title);
  }
  const ids = [...byId.keys()];
  const { id } = await addToAlbum(viewer, { name: `Lake ${newId()}`, imageIds: ids });
  for (const [i, { position }] of pictures.entries())
    await database()
      .orm.update(albumImages)
      .set({ position })
      .where(eq(albumImages.imageId, ids[i] ?? ""));
  await addImage(viewer.id, { capturedAt: new Date(may) });
  const sortBy = (sorting: AlbumSorting) =>
    database().orm.update(albums).set({ sorting }).where(eq(albums.id, id));
  const titles = (images: { id: string }[]) => images.map((image) => byId.get(image.id)).join("");
  return { id, ids, sortBy, titles };
}

type Row = ReturnType<typeof imageRow>;
/** As SQLite compares texts of these. */
const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

onEachDriver(() => {
  test.each([
    ["newest", "adBc", [1, 3]],
    ["oldest", "cBda", [3, 1]],
    ["name", "aBcd", [4]],
    ["hand", "Badc", [4]],
  ] as const)("sorted as %s, an album is in its order", async (sorting, expected, counts) => {
    const { id, sortBy, titles } = await makeAlbum();
    await sortBy(sorting);
    const timeline = await getAlbumTimeline(viewer, id, 3);
    expect(timeline).toMatchObject({ sorting, order: sorting === "oldest" ? "oldest" : "newest" });
    expect(titles(timeline.first)).toBe(expected.slice(0, 3));
    expect(timeline.sections.map(({ count }) => count)).toEqual(counts);
    expect(timeline.sections.map(({ ratios }) => ratios)).toEqual(counts.map((count) => count * 1000));
    const starts = timeline.sections.map(({ startsAt }) => startsAt);
    if (counts.length === 1) expect(starts).toEqual([null]);
    else expect(starts.toSorted()).toEqual([march, may]);
    const { sections } = await listAlbumSections(viewer, id);
    expect(sections).toEqual(timeline.sections);
    let all = "";
    for (const { startsAt, count } of sections) {
      for (let offset = 0; offset < count; offset += 2) {
        const part = await getAlbumPart(viewer, id, { section: startsAt ?? "all", offset, limit: 2 });
        expect(part.count).toBe(count);
        all += titles(part.images);
      }
    }
    expect(all).toBe(expected);
    expect(titles(await listAlbumSizes(viewer, id, { from: 1, to: 2 }))).toBe(expected.slice(1, 3));
  });

  test.each(albumSortings)(
    "sorted as %s, a part is the same from whichever end it is read",
    async (sorting) => {
      const random = randomFrom(5 + albumSortings.indexOf(sorting));
      const below = (most: number) => Math.floor(random() * most);
      const rows = Array.from({ length: 1400 }, () =>
        imageRow(viewer.id, {
          title: ["a", "B", "b", "c"][below(4)] ?? "",
          capturedAt: new Date([march, march + 1, may, -8.64e15, 8.64e15][below(5)] ?? 0),
          capturedOrder: "ab".charAt(below(3)),
          width: 400,
          height: 400,
        }),
      );
      for (let done = 0; done < rows.length; done += 50)
        await database()
          .orm.insert(images)
          .values(rows.slice(done, done + 50));
      const positions = new Map(rows.map(({ id }) => [id, below(9)]));
      const { id } = await addToAlbum(viewer, { name: `Lake ${newId()}`, imageIds: [] });
      const pictures = rows.map((row) => ({ imageId: row.id, position: positions.get(row.id) ?? 0 }));
      for (let done = 0; done < pictures.length; done += maxImagesPerAction)
        await putBack(viewer, { id, pictures: pictures.slice(done, done + maxImagesPerAction) });
      await database().orm.update(albums).set({ sorting }).where(eq(albums.id, id));

      const byDate = (one: Row, other: Row) =>
        one.capturedAt.getTime() - other.capturedAt.getTime() ||
        compare(one.capturedOrder ?? "", other.capturedOrder ?? "") ||
        compare(one.id, other.id);
      const orders: Record<AlbumSorting, (one: Row, other: Row) => number> = {
        newest: (one, other) => byDate(other, one),
        oldest: byDate,
        name: (one, other) =>
          compare(one.title.toLowerCase(), other.title.toLowerCase()) || compare(one.id, other.id),
        hand: (one, other) =>
          (positions.get(one.id) ?? 0) - (positions.get(other.id) ?? 0) || compare(one.id, other.id),
      };
      for (let step = 0; step < 6; step += 1) {
        const ids = rows.sort(orders[sorting]).map((row) => row.id);
        const { sections } = await listAlbumSections(viewer, id);
        let before = 0;
        for (const { startsAt, count, ratios } of sections) {
          expect(ratios).toBe(count * 1000);
          const within = ids.slice(before, before + count);
          before += count;
          for (const offset of [0, below(count), count - 1, count, count + 7, 1000, 1100]) {
            const limit = 1 + below(40);
            const part = await getAlbumPart(viewer, id, { section: startsAt ?? "all", offset, limit });
            expect(part.count).toBe(count);
            expect(part.images.map((image) => image.id)).toEqual(within.slice(offset, offset + limit));
          }
        }
        expect(before).toBe(ids.length);
        for (const from of [below(1000), 1000 + below(390), ids.length - 1, ids.length, 5000]) {
          const sizes = await listAlbumSizes(viewer, id, { from, to: from + 49 });
          expect(sizes.map((size) => size.id)).toEqual(ids.slice(from, from + 50));
        }
        // By pages, as one goes on without a script.
        const paged: string[] = [];
        for (let after: Cursor | null = null, isFirst = true; isFirst || after !== null; isFirst = false) {
          const { page } = await getAlbumPage(viewer, id, after, 300);
          paged.push(...page.images.map((image) => image.id));
          after = page.next;
        }
        expect(paged).toEqual(ids);
        for (const { id } of rows.splice(below(rows.length), 3)) await trashImage(viewer, id);
      }
    },
  );

  test("a page goes on behind a picture that went into the trash, or left the album, meanwhile", async () => {
    const { id, ids, sortBy, titles } = await makeAlbum();
    for (const [sorting, first, rest] of [
      ["newest", "ad", "Bc"],
      ["oldest", "cB", "da"],
      ["name", "aB", "cd"],
      ["hand", "Ba", "dc"],
    ] as const) {
      await sortBy(sorting);
      const { page } = await getAlbumPage(viewer, id, null, 2);
      expect(titles(page.images)).toBe(first);
      const last = page.images.at(-1)?.id ?? "";
      await trashImage(viewer, last);
      expect(titles((await getAlbumPage(viewer, id, page.next, 2)).page.images)).toBe(rest);
      await restoreImage(viewer, last);
    }
    const { page } = await getAlbumPage(viewer, id, null, 2);
    await removePictures(viewer, { id, imageIds: [page.images[1]?.id ?? ""] });
    // By hand nothing says any more where it was.
    expect(titles((await getAlbumPage(viewer, id, page.next, 9)).page.images)).toBe("Bdc");
    expect(ids).toHaveLength(4);
  });

  test("what is deleted is left out, and months are those that all pictures have", async () => {
    const { id, ids } = await makeAlbum();
    await trashImage(viewer, ids[3] ?? "");
    const { sections } = await listAlbumSections(viewer, id);
    expect(sections).toMatchObject([
      { startsAt: may, count: 1 },
      { startsAt: march, count: 2 },
    ]);
    const all = await listSections(viewer, { order: "newest" });
    expect(all.sections.map(({ startsAt }) => startsAt)).toEqual([may, march]);
  });

  test("an album of somebody else, or a deleted one, is not there", async () => {
    const { id } = await makeAlbum();
    const other = await addViewer();
    const part = { section: "all" as const, offset: 0, limit: 2 };
    const asked = (who: Viewer) => [
      () => getAlbumTimeline(who, id),
      () => listAlbumSections(who, id),
      () => getAlbumPart(who, id, part),
      () => listAlbumSizes(who, id, { from: 0, to: 1 }),
    ];
    for (const ask of asked(other)) await expect(ask()).rejects.toMatchObject({ code: "not_found" });
    await database().orm.update(albums).set({ deletedAt: new Date() }).where(eq(albums.id, id));
    for (const ask of asked(viewer)) await expect(ask()).rejects.toMatchObject({ code: "not_found" });
  });
});
