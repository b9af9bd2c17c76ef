import { and, eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Viewer } from "@/lib/accounts/viewer";
import { setClock } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { images } from "@/lib/db/schema";
import { newId } from "@/lib/ids";
import { addImage } from "@/lib/testing/image-rows";
import { onEachDriver, plansOf, useDriver } from "@/lib/testing/test-database";
import { addViewer, startTestPail } from "@/lib/testing/test-pail";
import { maxImagesPerAction } from "./contract";
import { listImages } from "./gallery";
import { favouriteImages, favouriteImagesShape, imageIdsShape, restoreImages, trashImages } from "./many";

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

onEachDriver(() => {
  test("as many as an action takes are deleted and brought back, each time in one go", async () => {
    const ids = await addMany(viewer, maxImagesPerAction);
    const kept = await addImage(viewer.id);
    expect((await trashImages(viewer, ids)).sort()).toEqual([...ids].sort());
    expect(await shown(viewer)).toEqual([kept.id]);
    const restored = await restoreImages(viewer, ids);
    expect(restored.ids.sort()).toEqual([...ids].sort());
    expect(restored).toMatchObject({ images: [], duplicates: [] });
  });

  test("pictures of others, in the trash or gone, are left out, and the others are done", async () => {
    const [own, foreign] = [await addImage(viewer.id), await addImage(stranger.id)];
    const trashed = await addImage(viewer.id, { state: "trashed", deletedAt: new Date() });
    const purging = await addImage(viewer.id, { state: "purging", deletedAt: new Date() });
    const ids = [own.id, foreign.id, trashed.id, purging.id, newId()];
    expect(await favouriteImages(viewer, { ids, on: true })).toEqual({ ids: [own.id], changed: [own.id] });
    expect(await trashImages(viewer, ids)).toEqual([own.id]);
    expect(await trashImages(viewer, ids)).toEqual([]);
    expect(await shown(stranger)).toEqual([foreign.id]);
    expect(await restoreImages(stranger, ids)).toMatchObject({ ids: [foreign.id], duplicates: [] });
    expect((await restoreImages(viewer, ids)).ids.sort()).toEqual([own.id, trashed.id].sort());
    expect(await stateOf(purging.id)).toBe("purging");
    const [row] = await database().orm.select().from(images).where(eq(images.id, foreign.id));
    expect(row).toMatchObject({ isFavourite: false, state: "ready" });
  });

  test("a picture that was added again meanwhile stays in the trash, and the answer says so", async () => {
    const [first, second] = [await addImage(viewer.id), await addImage(viewer.id)];
    await trashImages(viewer, [first.id, second.id]);
    await addImage(viewer.id, { sha256: first.sha256 });
    await addImage(stranger.id, { sha256: second.sha256 });
    expect(await restoreImages(viewer, [first.id, second.id])).toMatchObject({
      ids: [second.id],
      images: [{ id: second.id }],
      duplicates: [first.id],
    });
    expect(await stateOf(first.id)).toBe("trashed");
  });

  test("of two in the trash with the same bytes the one that was deleted last comes back", async () => {
    const first = await addImage(viewer.id);
    setClock(new Date(Date.now() - 60_000));
    await trashImages(viewer, [first.id]);
    setClock(null);
    const again = await addImage(viewer.id, { sha256: first.sha256 });
    await trashImages(viewer, [again.id]);
    const both = [first.id, again.id];
    expect(await restoreImages(viewer, both)).toMatchObject({ ids: [again.id], duplicates: [first.id] });
    expect(await restoreImages(viewer, both)).toMatchObject({ ids: [again.id], duplicates: [first.id] });
  });

  test("what was a favourite before is told apart, so that an undo leaves it one", async () => {
    const [before, other] = [await addImage(viewer.id, { isFavourite: true }), await addImage(viewer.id)];
    const ids = [before.id, other.id];
    const made = await favouriteImages(viewer, { ids, on: true });
    expect([made.ids.sort(), made.changed]).toEqual([[...ids].sort(), [other.id]]);
    await favouriteImages(viewer, { ids: made.changed, on: false });
    const { images: now } = await listImages(viewer, null);
    expect(now.filter(({ isFavourite }) => isFavourite).map(({ id }) => id)).toEqual([before.id]);
  });
});

test("more than an action takes, none, and what is no id are refused", () => {
  const ids = (count: number) => Array.from({ length: count }, newId);
  expect(imageIdsShape.safeParse(ids(maxImagesPerAction)).success).toBe(true);
  for (const wrong of [[], ids(maxImagesPerAction + 1), ["1"], [`${newId()}' or 1`], newId(), null])
    expect(imageIdsShape.safeParse(wrong).success).toBe(false);
  expect(favouriteImagesShape.safeParse({ ids: ids(1), on: 1 }).success).toBe(false);
});

describe("each picture is looked up by its id, however many the viewer has, by", () => {
  beforeAll(() => useDriver("better-sqlite3"));

  test.each<[string, (ids: string[]) => Promise<unknown>]>([
    ["deleting", (ids) => trashImages(viewer, ids)],
    ["bringing back", (ids) => restoreImages(viewer, ids)],
    ["favouring", (ids) => favouriteImages(viewer, { ids, on: true })],
  ])("%s", async (_, act) => {
    for (const plan of await plansOf(() => act([newId(), newId()]))) {
      expect(plan).toMatch(/INDEX sqlite_autoindex_images_1 \(id=\?\)/);
      expect(plan).not.toMatch(/SCAN images/);
    }
  });
});

async function addMany(owner: Viewer, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < count; i += 1) ids.push((await addImage(owner.id)).id);
  return ids;
}

const shown = async (whose: Viewer) => (await listImages(whose, null)).images.map(({ id }) => id);

async function stateOf(id: string): Promise<string | undefined> {
  const [row] = await database()
    .orm.select({ state: images.state })
    .from(images)
    .where(and(eq(images.id, id)));
  return row?.state;
}
