import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Viewer } from "@/lib/accounts/viewer";
import { database } from "@/lib/db/client";
import { albumImages, albums } from "@/lib/db/schema";
import { newId } from "@/lib/ids";
import { listSections } from "@/lib/images/timeline";
import { trashImage } from "@/lib/images/trash";
import { addImage } from "@/lib/testing/image-rows";
import { onEachDriver } from "@/lib/testing/test-database";
import { addViewer, startTestPail } from "@/lib/testing/test-pail";
import type { AlbumSorting } from "./contract";
import { addToAlbum } from "./filling";
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
