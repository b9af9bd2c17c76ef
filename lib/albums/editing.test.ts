import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Viewer } from "@/lib/accounts/viewer";
import { setClock } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { albumImages } from "@/lib/db/schema";
import { newId } from "@/lib/ids";
import { restoreImage, trashImage } from "@/lib/images/trash";
import { addImage } from "@/lib/testing/image-rows";
import { onEachDriver, plansOf, useDriver } from "@/lib/testing/test-database";
import { addViewer, startTestPail } from "@/lib/testing/test-pail";
import { getAlbum, listAlbums, listAlbumsOf } from "./albums";
import { changeAlbum, fillInAlbum } from "./changing";
import { maxAlbumDescriptionLength } from "./contract";
import { addPictures, addToAlbum, bringToAlbum, makeAlbum, putBack, removePictures } from "./filling";
import { handPageSize, listByHand, movePictures } from "./order";
import { deleteAlbum, restoreAlbum } from "./trash";

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

const notInAlbum = { code: "not_in_album", status: 400 };

onEachDriver(() => {
  describe("a new album", () => {
    test("is empty, or has pictures in the order in which they were chosen", async () => {
      const imageIds = await addImages(3);
      const chosen = imageIds.toReversed();
      const { id } = await makeAlbum(viewer, { name: " Lake ", imageIds: chosen });
      expect(await idsOf(id)).toEqual(chosen);
      const empty = await makeAlbum(viewer, { name: "Empty", imageIds: [] });
      expect(await getAlbum(viewer, empty.id)).toMatchObject({ name: "Empty", count: 0 });
    });

    test("with the name of another is none, and it is said which has it", async () => {
      const [a = "", b = ""] = await addImages(2);
      const { id } = await makeAlbum(viewer, { name: "Lake", imageIds: [a] });
      await makeAlbum(stranger, { name: "Zoo", imageIds: [] });
      await expect(makeAlbum(viewer, { name: "Lake ", imageIds: [b] })).rejects.toMatchObject({
        code: "name_taken",
        values: { album: id },
      });
      expect(await idsOf(id)).toEqual([a]);
      const zoo = await makeAlbum(viewer, { name: "Zoo", imageIds: [] });
      await expect(changeAlbum(viewer, { id: zoo.id, changes: { name: "Lake" } })).rejects.toMatchObject({
        code: "name_taken",
        values: { album: id },
      });
      await deleteAlbum(viewer, id);
      expect(await makeAlbum(viewer, { name: "Lake", imageIds: [] })).not.toMatchObject({ id });
    });

    test("of two with one name at once, one is made", async () => {
      const made = await Promise.allSettled(
        ["Lake", "Lake"].map((name) => makeAlbum(viewer, { name, imageIds: [] })),
      );
      expect(made.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
      expect(await listAlbums(viewer)).toHaveLength(1);
    });
  });

  describe("pictures of an album", () => {
    test("come behind those that are there; what is there stays where it is", async () => {
      const [a = "", b = "", c = ""] = await addImages(3);
      const { id } = await makeAlbum(viewer, { name: "Lake", imageIds: [b] });
      expect(await addPictures(viewer, { id, imageIds: [a, b] })).toEqual({ id, name: "Lake", added: [a] });
      await addToAlbum(viewer, { name: "Lake", imageIds: [c, a] });
      expect(await idsOf(id)).toEqual([b, a, c]);
      expect(await listAlbumsOf(viewer, c)).toEqual([{ id, name: "Lake" }]);
    });

    test("go into the album that was meant, also once it is renamed, and into none that is deleted", async () => {
      const [a = "", b = ""] = await addImages(2);
      const { id } = await makeAlbum(viewer, { name: "Lake", imageIds: [] });
      await changeAlbum(viewer, { id, changes: { name: "Sea" } });
      expect(await addToAlbum(viewer, { id, name: "Lake", imageIds: [a] })).toMatchObject({
        id,
        name: "Sea",
      });
      await deleteAlbum(viewer, id);
      await expect(addToAlbum(viewer, { id, name: "Sea", imageIds: [b] })).rejects.toMatchObject({
        code: "not_found",
      });
      expect(await listAlbums(viewer)).toEqual([]);
      await restoreAlbum(viewer, id);
      expect(await idsOf(id)).toEqual([a]);
    });

    test("are taken out, twice too, and put back to where they were", async () => {
      const imageIds = await addImages(4);
      const [a = "", b = "", c = "", d = ""] = imageIds;
      const { id } = await makeAlbum(viewer, { name: "Lake", imageIds });
      const other = await makeAlbum(viewer, { name: "Zoo", imageIds });
      const removed = await removePictures(viewer, { id, imageIds: [b, c, newId()] });
      expect(removed.map(({ imageId }) => imageId).sort()).toEqual([b, c].sort());
      expect(await removePictures(viewer, { id, imageIds: [b] })).toEqual([]);
      expect(await idsOf(id)).toEqual([a, d]);
      expect(await idsOf(other.id)).toEqual(imageIds);
      for (let times = 0; times < 2; times += 1) await putBack(viewer, { id, pictures: removed });
      expect(await idsOf(id)).toEqual(imageIds);
      const foreign = await addImage(stranger.id);
      await putBack(viewer, { id, pictures: [{ imageId: foreign.id, position: 0 }] });
      expect(await idsOf(id)).toEqual(imageIds);
    });

    test("make it the album that was used last", async () => {
      const [a = ""] = await addImages(1);
      setClock(new Date("2026-01-01"));
      const { id } = await makeAlbum(viewer, { name: "Lake", imageIds: [] });
      setClock(new Date("2026-01-02"));
      await makeAlbum(viewer, { name: "Zoo", imageIds: [] });
      const names = async () => (await listAlbums(viewer)).map(({ name }) => name);
      expect(await names()).toEqual(["Zoo", "Lake"]);
      setClock(new Date("2026-01-03"));
      await addPictures(viewer, { id, imageIds: [a] });
      expect(await names()).toEqual(["Lake", "Zoo"]);
    });
  });

  describe("what is said of an album", () => {
    test("changes field by field: of two who change it at once, none undoes what the other has done", async () => {
      const { id } = await makeAlbum(viewer, { name: "Lake", imageIds: [] });
      await Promise.all([
        changeAlbum(viewer, { id, changes: { description: " Two\u202e weeks\r\nof  rain \n" } }),
        changeAlbum(viewer, { id, changes: { sorting: "hand" } }),
        changeAlbum(viewer, { id, changes: { name: "Sea" } }),
      ]);
      expect(await getAlbum(viewer, id)).toMatchObject({
        ...{ name: "Sea", sorting: "hand", description: "Two weeks\nof  rain" },
      });
      expect(await changeAlbum(viewer, { id, changes: {} })).toEqual({});
      expect(await changeAlbum(viewer, { id, changes: { name: undefined } })).toEqual({});
      await changeAlbum(viewer, {
        id,
        changes: { description: `a${"🏔".repeat(maxAlbumDescriptionLength)}` },
      });
      const { description } = await getAlbum(viewer, id);
      expect(description).toMatch(/^a🏔+$/u);
      expect(description.length).toBeLessThanOrEqual(maxAlbumDescriptionLength);
      expect(description.isWellFormed()).toBe(true);
    });

    test("a chosen cover stands for it until it is taken out or deleted; then the newest does", async () => {
      const [old = "", newest = "", outside = ""] = await addImages(3);
      const { id } = await makeAlbum(viewer, { name: "Lake", imageIds: [old, newest] });
      const cover = async () => (await listAlbums(viewer))[0]?.cover?.id;
      expect(await cover()).toBe(newest);
      await changeAlbum(viewer, { id, changes: { coverId: old } });
      expect(await cover()).toBe(old);
      await expect(changeAlbum(viewer, { id, changes: { coverId: outside } })).rejects.toMatchObject(
        notInAlbum,
      );
      const removed = await removePictures(viewer, { id, imageIds: [old] });
      expect(await cover()).toBe(newest);
      await putBack(viewer, { id, pictures: removed });
      expect(await cover()).toBe(old);
      await trashImage(viewer, old);
      expect(await cover()).toBe(newest);
      await restoreImage(viewer, old);
      await changeAlbum(viewer, { id, changes: { coverId: null } });
      expect(await cover()).toBe(newest);
    });

    test("elsewhere is taken over where nothing is said here", async () => {
      const [a = "", b = ""] = await addImages(2);
      const said = { description: "Rain", sorting: "hand", coverId: a } as const;
      const additions = [a, b].map((imageId, n) => ({ imageId, position: 2 - n }));
      const createdAt = new Date("2020-01-01");
      const { id } = await bringToAlbum(viewer, { name: "Lake", createdAt, additions });
      await fillInAlbum(viewer, id, said);
      expect(await getAlbum(viewer, id)).toMatchObject(said);
      expect(await idsOf(id)).toEqual([b, a]);
      await fillInAlbum(viewer, id, { description: "Sun", sorting: "name", coverId: b });
      expect(await getAlbum(viewer, id)).toMatchObject(said);
    });
  });

  describe("moving by hand", () => {
    let id: string;
    let imageIds: string[];
    let a: string, b: string, c: string, d: string, e: string;

    beforeEach(async () => {
      imageIds = await addImages(5);
      [a = "", b = "", c = "", d = "", e = ""] = imageIds;
      ({ id } = await makeAlbum(viewer, { name: "Lake", imageIds }));
    });
    const move = (moved: string[], before: string | null) =>
      movePictures(viewer, { id, imageIds: moved, before });

    test("puts one or many before another, to the start or to the end", async () => {
      await move([d], b);
      expect(await idsOf(id)).toEqual([a, d, b, c, e]);
      await move([e, c], a);
      expect(await idsOf(id)).toEqual([e, c, a, d, b]);
      await move([c, d], null);
      expect(await idsOf(id)).toEqual([e, a, b, c, d]);
      await move([b, c], d);
      expect(await idsOf(id)).toEqual([e, a, b, c, d]);
      await move([a, a, b], b);
      expect(await idsOf(id)).toEqual([e, a, b, c, d]);
    });

    test("goes on however often the same gap is used, and whatever stood there", async () => {
      // As in every album of an older Pail.
      await database().orm.update(albumImages).set({ position: 0 }).where(eq(albumImages.albumId, id));
      const order = imageIds.toSorted();
      const [first = "", second = "", third = ""] = order;
      await move([third], second);
      expect(await idsOf(id)).toEqual([first, third, second, ...order.slice(3)]);
      for (let times = 0; times < 120; times += 1)
        await move(times % 2 === 0 ? [second] : [third], times % 2 === 0 ? third : second);
      expect(await idsOf(id)).toEqual([first, third, second, ...order.slice(3)]);
    });

    test("keeps the places of what lies in the trash", async () => {
      await trashImage(viewer, b);
      await move([e], c);
      await restoreImage(viewer, b);
      expect(await idsOf(id)).toEqual([a, b, e, c, d]);
    });

    test("says so where the picture, or its goal, was taken out meanwhile; of many the others go", async () => {
      await removePictures(viewer, { id, imageIds: [b, c] });
      await expect(move([b], a)).rejects.toMatchObject(notInAlbum);
      await expect(move([a], c)).rejects.toMatchObject(notInAlbum);
      await expect(move([a], a)).rejects.toMatchObject(notInAlbum);
      await move([b, e], a);
      expect(await idsOf(id)).toEqual([e, a, d]);
    });

    test("at once by two loses nothing", async () => {
      await Promise.all([move([e], a), move([d], b), move([c], a), move([a], null)]);
      expect((await idsOf(id)).toSorted()).toEqual(imageIds.toSorted());
    });

    test("leaves other albums alone", async () => {
      const other = await makeAlbum(viewer, { name: "Zoo", imageIds });
      await database().orm.update(albumImages).set({ position: 0 }).where(eq(albumImages.albumId, id));
      await move([e], a);
      expect(await idsOf(other.id)).toEqual(imageIds);
    });
  });

  test("the order by hand comes page by page", async () => {
    const imageIds = await addImages(handPageSize + 1);
    const { id } = await makeAlbum(viewer, { name: "Lake", imageIds });
    await trashImage(viewer, imageIds[3] ?? "");
    expect((await listByHand(viewer, { id, offset: 0 })).isLast).toBe(true);
    await restoreImage(viewer, imageIds[3] ?? "");
    const first = await listByHand(viewer, { id, offset: 0 });
    const last = await listByHand(viewer, { id, offset: handPageSize });
    expect([first.images.length, first.isLast, last.images.length, last.isLast]).toEqual([
      200,
      false,
      1,
      true,
    ]);
    expect([...first.images, ...last.images].map((image) => image.id)).toEqual(imageIds);
  });
});

describe("by an index goes", () => {
  beforeAll(() => useDriver("better-sqlite3"));

  test.each<[string, (id: string, imageId: string) => Promise<unknown>]>([
    ["adding", (id, imageId) => addPictures(viewer, { id, imageIds: [imageId] })],
    ["taking out", (id, imageId) => removePictures(viewer, { id, imageIds: [imageId] })],
    ["moving", (id, imageId) => movePictures(viewer, { id, imageIds: [imageId], before: null })],
    ["the order by hand", (id) => listByHand(viewer, { id, offset: 0 })],
    ["the albums of a picture", (_, imageId) => listAlbumsOf(viewer, imageId)],
    ["changing", (id, imageId) => changeAlbum(viewer, { id, changes: { name: "Sea", coverId: imageId } })],
  ])("%s", async (_, query) => {
    const [imageId = ""] = await addImages(1);
    const { id } = await makeAlbum(viewer, { name: "Lake", imageIds: [imageId] });
    const plan = (await plansOf(() => query(id, imageId))).join("\n");
    expect(plan).not.toMatch(/SCAN (albums|album_images|images)|images_gallery/);
  });
});

/** The ids of new pictures of the viewer, the oldest first. */
async function addImages(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 1; n <= count; n += 1) ids.push((await addImage(viewer.id, { capturedAt: new Date(n) })).id);
  return ids;
}

/** The ids of an album's pictures by hand, also of those in the trash. */
async function idsOf(id: string): Promise<string[]> {
  const rows = await database()
    .orm.select({ imageId: albumImages.imageId })
    .from(albumImages)
    .where(eq(albumImages.albumId, id))
    .orderBy(albumImages.position, albumImages.imageId);
  return rows.map(({ imageId }) => imageId);
}
