import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Viewer } from "@/lib/accounts/viewer";
import { setClock } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { albumImages, albums, images, users } from "@/lib/db/schema";
import { newId } from "@/lib/ids";
import { type Cursor, maxImagesPerAction } from "@/lib/images/contract";
import { getImage } from "@/lib/images/image";
import { restoreImage, trashImage } from "@/lib/images/trash";
import { addImage } from "@/lib/testing/image-rows";
import { onEachDriver, plansOf, useDriver } from "@/lib/testing/test-database";
import { addViewer, startTestPail } from "@/lib/testing/test-pail";
import { getAlbum, getAlbumPage, getImageInAlbum, listAlbumImages, listAlbums, listAlbumsOf } from "./albums";
import { changeAlbum } from "./changing";
import { maxAlbumNameLength } from "./contract";
import { addPictures, addToAlbum, addToAlbumShape, makeAlbum, putBack, removePictures } from "./filling";
import { listByHand, movePictures } from "./order";
import { deleteAlbum, listDeletedAlbums, purgeAlbum, purgeDeletedAlbums, restoreAlbum } from "./trash";

let pail: Awaited<ReturnType<typeof startTestPail>>;
let viewer: Viewer;
let stranger: Viewer;

beforeAll(async () => {
  pail = await startTestPail();
});
beforeEach(async () => {
  viewer = await addViewer();
  stranger = await addViewer();
});
afterEach(() => setClock(null));
afterAll(() => pail.stop());

const notFound = { code: "not_found", status: 404 };

onEachDriver(() => {
  describe("adding to an album", () => {
    test("makes it once, and has each picture in it once, however often it is done", async () => {
      const [a = "", b = ""] = await addImages(2);
      const album = await addToAlbum(viewer, { name: "Lake", imageIds: [a] });
      expect(await addToAlbum(viewer, { name: "Lake", imageIds: [a, b, a] })).toEqual(album);
      expect(album).toEqual({ id: album.id, name: "Lake" });
      expect(await contentsOf(album.id)).toEqual([b, a]);
      expect(await listAlbums(viewer)).toMatchObject([{ ...album, count: 2 }]);
    });

    test("at once makes one album with all pictures", async () => {
      const imageIds = await addImages(8);
      const added = await Promise.all(
        imageIds.map((id) => addToAlbum(viewer, { name: "Lake", imageIds: [id] })),
      );
      expect(new Set(added.map(({ id }) => id)).size).toBe(1);
      expect(await getAlbum(viewer, added[0]?.id ?? "")).toMatchObject({ count: 8 });
    });

    test("takes no picture of someone else, none that is deleted and none that is not there", async () => {
      const own = await addImage(viewer.id);
      const foreign = await addImage(stranger.id);
      const trashed = await addImage(viewer.id, { state: "trashed", deletedAt: new Date() });
      const imageIds = [foreign.id, trashed.id, newId(), own.id];
      const { id } = await addToAlbum(viewer, { name: "Lake", imageIds });
      expect(await rowsOf(id)).toEqual([own.id]);
    });

    test("leaves an album of someone else that has the same name alone", async () => {
      const [own, foreign] = [await addImage(viewer.id), await addImage(stranger.id)];
      const theirs = await addToAlbum(stranger, { name: "Lake", imageIds: [foreign.id] });
      const mine = await addToAlbum(viewer, { name: "Lake", imageIds: [own.id] });
      expect(mine.id).not.toBe(theirs.id);
      expect([await rowsOf(mine.id), await rowsOf(theirs.id)]).toEqual([[own.id], [foreign.id]]);
    });

    test("gives the album a name in one line, cut where it is too long, never an empty one", async () => {
      const add = (name: string) => addToAlbum(viewer, { name, imageIds: [] });
      expect(await add("  Zu\u0308rich\n\u202eam See ")).toMatchObject({ name: "Zürich am See" });
      expect((await add("x".repeat(300))).name).toHaveLength(maxAlbumNameLength);
      await expect(add(" \u202e\n")).rejects.toMatchObject({ code: "empty_name" });
      expect(await listAlbums(viewer)).toHaveLength(2);
    });

    test("stops at a thousand albums; those that are there take more pictures", async () => {
      const rows = Array.from({ length: 999 }, (_, n) => ({
        id: newId(),
        ownerId: viewer.id,
        name: `n ${n}`,
        createdAt: new Date(),
      }));
      await database().orm.insert(albums).values(rows);
      const { id } = await addImage(viewer.id);
      await addToAlbum(viewer, { name: "the last", imageIds: [] });
      await expect(addToAlbum(viewer, { name: "too many", imageIds: [id] })).rejects.toMatchObject({
        code: "too_many_albums",
      });
      const last = await addToAlbum(viewer, { name: "the last", imageIds: [id] });
      expect(await rowsOf(last.id)).toEqual([id]);
    });
  });

  test("the albums are listed newest first, with their number of pictures and the newest of these", async () => {
    const [older = "", newer = "", newest = ""] = await addImages(3);
    setClock(new Date("2026-01-01"));
    await addToAlbum(viewer, { name: "Zoo", imageIds: [newer, older] });
    setClock(new Date("2026-01-02"));
    await addToAlbum(viewer, { name: "Empty", imageIds: [] });
    setClock(new Date("2026-01-03"));
    await addToAlbum(viewer, { name: "All", imageIds: [older, newest, newer] });
    await addToAlbum(stranger, { name: "Theirs", imageIds: [] });
    expect(await summaryOf(viewer)).toEqual([
      ["All", 3, newest],
      ["Empty", 0, null],
      ["Zoo", 2, newer],
    ]);
    await trashImage(viewer, newest);
    await trashImage(viewer, newer);
    await trashImage(viewer, older);
    await restoreImage(viewer, newer);
    expect(await summaryOf(viewer)).toEqual([
      ["All", 1, newer],
      ["Empty", 0, null],
      ["Zoo", 1, newer],
    ]);
    const [listed] = await listAlbums(viewer);
    expect(listed?.cover?.thumbUrl).toContain(`media/${newer}/thumb.webp`);
    expect(listed?.cover).not.toHaveProperty("keys");
  });

  test("an album's pictures come page by page, newest first, without those of other albums and of the trash", async () => {
    // Of the same date: then the ids decide.
    const imageIds = (await addImages(9, () => new Date(7))).toSorted();
    const [trashed = "", ...expected] = imageIds;
    const { id } = await addToAlbum(viewer, { name: "Lake", imageIds });
    await addToAlbum(viewer, { name: "Other", imageIds: await addImages(2) });
    await trashImage(viewer, trashed);
    for (const pageSize of [1, 3, 8, 100])
      expect(await contentsOf(id, pageSize)).toEqual(expected.toReversed());
    await restoreImage(viewer, trashed);
    expect(await contentsOf(id)).toHaveLength(9);
  });

  test("a picture's neighbours in an album are those beside it there", async () => {
    const imageIds = (await addImages(5, () => new Date(7))).toSorted();
    const [a, , c, d, e] = imageIds as [string, string, string, string, string];
    const { id } = await addToAlbum(viewer, { name: "Lake", imageIds: [a, c, d, e] });
    await trashImage(viewer, d);
    const beside = async (imageId: string) => (await getImageInAlbum(viewer, id, imageId)).neighbours;
    expect(await beside(e)).toEqual({ newer: null, older: c });
    expect(await beside(c)).toEqual({ newer: e, older: a });
    expect(await beside(a)).toEqual({ newer: c, older: null });
  });

  test("someone else's album is not there: not to see, rename, delete, fill or empty", async () => {
    const own = await addImage(viewer.id);
    const { id } = await addToAlbum(viewer, { name: "Lake", imageIds: [own.id] });
    for (const missing of [id, newId()]) {
      const verbs = [
        getAlbum(stranger, missing),
        listAlbumImages(stranger, missing, null),
        getAlbumPage(stranger, missing, null),
        getImageInAlbum(stranger, missing, own.id),
        changeAlbum(stranger, { id: missing, changes: { name: "mine" } }),
        changeAlbum(stranger, { id: missing, changes: { coverId: own.id } }),
        addPictures(stranger, { id: missing, imageIds: [own.id] }),
        addToAlbum(stranger, { id: missing, name: "Lake", imageIds: [own.id] }),
        removePictures(stranger, { id: missing, imageIds: [own.id] }),
        putBack(stranger, { id: missing, pictures: [{ imageId: own.id, position: 1 }] }),
        movePictures(stranger, { id: missing, imageIds: [own.id], before: null }),
        listByHand(stranger, { id: missing, offset: 0 }),
        deleteAlbum(stranger, missing),
        restoreAlbum(stranger, missing),
      ];
      for (const verb of await Promise.allSettled(verbs))
        expect(verb).toMatchObject({ status: "rejected", reason: notFound });
    }
    const foreign = await addImage(stranger.id);
    await addPictures(viewer, { id, imageIds: [foreign.id] });
    await deleteAlbum(viewer, id);
    await expect(restoreAlbum(stranger, id)).rejects.toMatchObject(notFound);
    await purgeAlbum(stranger, id);
    expect([await listAlbums(stranger), await listDeletedAlbums(stranger)]).toEqual([[], []]);
    await restoreAlbum(viewer, id);
    expect(await listAlbumsOf(stranger, own.id)).toEqual([]);
    expect(await getAlbum(viewer, id)).toEqual({
      ...{ id, name: "Lake", count: 1 },
      ...{ description: "", sorting: "newest", coverId: null },
    });
    expect(await rowsOf(id)).toEqual([own.id]);
  });

  test("an album is renamed, but not to the name of another", async () => {
    const { id } = await addToAlbum(viewer, { name: "Lake", imageIds: [] });
    await addToAlbum(viewer, { name: "Zoo", imageIds: [] });
    await addToAlbum(stranger, { name: "Sea", imageIds: [] });
    await expect(rename(id, " Zoo ")).rejects.toMatchObject({ code: "name_taken" });
    await expect(rename(id, " ")).rejects.toMatchObject({ code: "empty_name" });
    expect(await getAlbum(viewer, id)).toMatchObject({ name: "Lake" });
    expect(await rename(id, "Lake")).toEqual({ name: "Lake" });
    expect(await rename(id, " Sea\n")).toEqual({ name: "Sea" });
    expect(await getAlbum(viewer, id)).toMatchObject({ name: "Sea" });
  });

  test("of two albums that get the same name at once, one does", async () => {
    const made = await Promise.all(["a", "b"].map((name) => addToAlbum(viewer, { name, imageIds: [] })));
    const renamed = await Promise.allSettled(made.map(({ id }) => rename(id, "c")));
    expect(renamed.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  describe("deleting an album", () => {
    test("leaves the pictures; undone, it is what it was", async () => {
      const imageIds = await addImages(3);
      const [oldest = ""] = imageIds;
      const { id } = await addToAlbum(viewer, { name: "Lake", imageIds });
      const [before] = await albumRows(id);
      await addToAlbum(viewer, { name: "Zoo", imageIds });
      const deleted = await deleteAlbum(viewer, id);
      await expect(getAlbum(viewer, id)).rejects.toMatchObject(notFound);
      await expect(getAlbumPage(viewer, id, null)).rejects.toMatchObject(notFound);
      expect(await listAlbumsOf(viewer, oldest)).toMatchObject([{ name: "Zoo" }]);
      expect(await getImage(viewer, oldest)).toMatchObject({ id: oldest });
      expect(await summaryOf(viewer)).toMatchObject([["Zoo", 3, {}]]);
      for (let times = 0; times < 2; times += 1)
        expect(await restoreAlbum(viewer, deleted.id)).toEqual({ id, name: "Lake" });
      expect(await albumRows(id)).toEqual([before]);
      expect(await contentsOf(id)).toEqual(imageIds.toReversed());
    });

    test("undone once there is another of its name, it has the next name that is free", async () => {
      const [a = "", b = ""] = await addImages(2);
      const first = await addToAlbum(viewer, { name: "Lake", imageIds: [a] });
      await deleteAlbum(viewer, first.id);
      const second = await addToAlbum(viewer, { name: "Lake", imageIds: [b] });
      await deleteAlbum(viewer, second.id);
      await addToAlbum(viewer, { name: "Lake", imageIds: [] });
      await addToAlbum(stranger, { name: "Lake (2)", imageIds: [] });
      expect(await restoreAlbum(viewer, first.id)).toEqual({ id: first.id, name: "Lake (2)" });
      expect(await restoreAlbum(viewer, second.id)).toEqual({ id: second.id, name: "Lake (3)" });
      expect(await contentsOf(first.id)).toEqual([a]);
      expect(await contentsOf(second.id)).toEqual([b]);
    });

    test("leaves it in the trash for thirty days, or until it is deleted for good there", async () => {
      const [a = ""] = await addImages(1);
      setClock(new Date("2026-01-01T00:00:00Z"));
      const ids: string[] = [];
      for (const name of ["Lake", "Zoo", "Sea"])
        ids.push((await addToAlbum(viewer, { name, imageIds: [a] })).id);
      const [lake = "", zoo = "", sea = ""] = ids;
      await deleteAlbum(viewer, lake);
      setClock(new Date("2026-01-02T00:00:00Z"));
      await deleteAlbum(viewer, zoo);
      await deleteAlbum(viewer, sea);
      await expect(deleteAlbum(viewer, sea)).rejects.toMatchObject(notFound);
      expect(await listDeletedAlbums(viewer)).toMatchObject([
        {
          id: sea,
          name: "Sea",
          count: 1,
          cover: { id: a },
          deletedAt: expect.closeTo(Date.parse("2026-01-02"), -4),
        },
        { id: zoo },
        { id: lake },
      ]);
      for (let times = 0; times < 2; times += 1) await purgeAlbum(viewer, sea);
      setClock(new Date("2026-01-31T00:00:01Z"));
      expect(await purgeDeletedAlbums()).toBe(1);
      expect(await listDeletedAlbums(viewer)).toMatchObject([{ id: zoo }]);
      await expect(restoreAlbum(viewer, lake)).rejects.toMatchObject(notFound);
      await restoreAlbum(viewer, zoo);
      await purgeAlbum(viewer, zoo);
      expect(await contentsOf(zoo)).toEqual([a]);
      expect(await getImage(viewer, a)).toMatchObject({ id: a });
    });

    test("makes room for another where there are a thousand; then it cannot come back", async () => {
      const rows = Array.from({ length: 1000 }, (_, n) => ({
        ...{ id: newId(), ownerId: viewer.id, name: `n ${n}`, createdAt: new Date() },
      }));
      await database().orm.insert(albums).values(rows);
      const [{ id }] = rows as [(typeof rows)[0]];
      await deleteAlbum(viewer, id);
      await makeAlbum(viewer, { name: "new", imageIds: [] });
      await expect(restoreAlbum(viewer, id)).rejects.toMatchObject({ code: "too_many_albums" });
    });
  });

  test("a picture that is gone is in no album, and a user's albums go with the user", async () => {
    const [gone = "", kept = ""] = await addImages(2);
    const { id } = await addToAlbum(viewer, { name: "Lake", imageIds: [gone, kept] });
    await database().orm.delete(images).where(eq(images.id, gone));
    expect(await rowsOf(id)).toEqual([kept]);
    await database().orm.delete(users).where(eq(users.id, viewer.id));
    expect([await rowsOf(id), await albumRows(id)]).toEqual([[], []]);
  });
});

describe("by an index, and with no more to sort than is in the album, go", () => {
  beforeAll(() => useDriver("better-sqlite3"));

  const here = { id: newId(), capturedAt: 5, capturedOrder: "" };
  test.each<[string, (id: string, imageId: string) => Promise<unknown>]>([
    ["the first page", (id) => listAlbumImages(viewer, id, null)],
    ["a further page", (id) => listAlbumImages(viewer, id, here)],
    ["a picture between its neighbours", (id, imageId) => getImageInAlbum(viewer, id, imageId)],
    ["its page", (id) => getAlbumPage(viewer, id, here)],
  ])("%s", async (_, query) => {
    const { id } = await addToAlbum(viewer, { name: "Lake", imageIds: [] });
    const [imageId = ""] = await addImages(1);
    const plan = (await plansOf(() => query(id, imageId))).join("\n");
    expect(plan).toContain("album_images USING COVERING INDEX album_images_by_date (album_id=?");
    expect(plan).toContain("images USING INDEX sqlite_autoindex_images_1 (id=?)");
    expect(plan).not.toMatch(/SCAN (album|image)|images_gallery/);
  });

  test("its facts, which no picture has to be read for", async () => {
    const { id } = await addToAlbum(viewer, { name: "Lake", imageIds: [] });
    const plan = (await plansOf(() => getAlbum(viewer, id))).join("\n");
    expect(plan).toContain("album_images USING COVERING INDEX album_images_by_date (album_id=?");
    expect(plan).not.toMatch(/SCAN| images /);
  });

  test("the list of albums, which sorts nothing but the albums", async () => {
    const [plan] = await plansOf(() => listAlbums(viewer));
    expect(plan).toContain("albums USING INDEX albums_name (owner_id=?)");
    expect(plan).not.toMatch(/SCAN|GROUP BY/);
  });
});

test("an action takes so many pictures and no more", () => {
  const ids = (count: number) => Array.from({ length: count }, () => newId());
  const fits = (imageIds: string[]) => addToAlbumShape.safeParse({ name: "Lake", imageIds }).success;
  expect([fits(ids(maxImagesPerAction)), fits(ids(maxImagesPerAction + 1)), fits(["no-id"])]).toEqual([
    true,
    false,
    false,
  ]);
});

/** The ids of new pictures of the viewer, the oldest first. */
async function addImages(count: number, capturedAt = (n: number) => new Date(n)): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 1; n <= count; n += 1) ids.push((await addImage(viewer.id, { capturedAt: capturedAt(n) })).id);
  return ids;
}

const rename = (id: string, name: string) => changeAlbum(viewer, { id, changes: { name } });
const albumRows = (id: string) => database().orm.select().from(albums).where(eq(albums.id, id));

/** What the table holds, whoever may see it. */
async function rowsOf(id: string): Promise<string[]> {
  const rows = await database().orm.select().from(albumImages).where(eq(albumImages.albumId, id));
  return rows.map((row) => row.imageId);
}

async function contentsOf(id: string, pageSize = 100): Promise<string[]> {
  const ids: string[] = [];
  let after: Cursor | null = null;
  do {
    const page = await listAlbumImages(viewer, id, after, pageSize);
    expect(page.images.length).toBeLessThanOrEqual(pageSize);
    ids.push(...page.images.map((image) => image.id));
    after = page.next;
  } while (after !== null);
  return ids;
}

async function summaryOf(someone: Viewer) {
  const listed = await listAlbums(someone);
  return listed.map(({ name, count, cover }) => [name, count, cover?.id ?? null]);
}
