import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { Viewer } from "@/lib/accounts/viewer";
import { setClock } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { images, users } from "@/lib/db/schema";
import { setEnv } from "@/lib/env";
import { newId } from "@/lib/ids";
import { media } from "@/lib/storage/locations";
import { Storage } from "@/lib/storage/storage";
import { addImage } from "@/lib/testing/image-rows";
import { onEachDriver, plansOf, useDriver } from "@/lib/testing/test-database";
import { addViewer, startTestPail } from "@/lib/testing/test-pail";
import type { TrashCursor } from "./contract";
import type { ImageRow } from "./gallery";
import { emptyTrash, findTrashedImage, listTrash, purgeImages, purgeTrash, restoreImage } from "./trash";

let pail: Awaited<ReturnType<typeof startTestPail>>;
let viewer: Viewer;
beforeAll(async () => {
  pail = await startTestPail();
});
beforeEach(async () => {
  viewer = await addViewer();
});
afterEach(() => {
  setClock(null);
  setEnv({ TRASH_DAYS: "" });
  vi.restoreAllMocks();
});
afterAll(() => pail.stop());

const dayMs = 86_400_000;
const ago = (ms: number) => new Date(Date.now() - ms);
const addTrashed = (deletedAt = new Date(), changes: Partial<ImageRow> = {}, owner = viewer) =>
  addImage(owner.id, { state: "trashed", deletedAt, ...changes });
const leftOf = async (owner: Viewer) =>
  (await database().orm.select().from(images))
    .filter(({ ownerId }) => ownerId === owner.id)
    .map(({ id }) => id);

onEachDriver(() => {
  test("is listed page by page, what was deleted last first, also of one moment, with all that it holds", async () => {
    const rows: ImageRow[] = [];
    for (const minutes of [3, 1, 1, 1, 2, 0]) rows.push(await addTrashed(new Date(1e12 + minutes * 60_000)));
    await addImage(viewer.id);
    await addTrashed(new Date(), { state: "purging" });
    await addTrashed(new Date(), {}, await addViewer());
    const found: string[] = [];
    let after: TrashCursor | null = null;
    do {
      const page = await listTrash(viewer, after, 2);
      expect(page.size).toEqual({ count: 6, bytes: 6 * 1500 });
      found.push(...page.images.map(({ id }) => id));
      after = page.next;
    } while (after !== null);
    const expected = rows.toSorted(
      (a, b) => Number(b.deletedAt) - Number(a.deletedAt) || (a.id < b.id ? 1 : -1),
    );
    expect(found).toEqual(expected.map(({ id }) => id));
    expect(await listTrash(await addViewer(), null)).toEqual({
      ...{ images: [], next: null, size: { count: 0, bytes: 0 } },
    });
  });

  test("says how many days are left, by TRASH_DAYS", async () => {
    await addTrashed(ago(0));
    await addTrashed(ago(29.5 * dayMs));
    await addTrashed(ago(31 * dayMs));
    const days = async () => (await listTrash(viewer, null)).images.map(({ daysLeft }) => daysLeft);
    expect(await days()).toEqual([30, 1, 0]);
    setEnv({ TRASH_DAYS: "40" });
    expect(await days()).toEqual([40, 11, 9]);
    await purgeTrash();
    expect(await days()).toEqual([40, 11, 9]);
    setEnv({ TRASH_DAYS: "7" });
    await purgeTrash();
    expect(await days()).toEqual([7]);
  });

  test("a picture there can be looked at by its owner, and by nobody else", async () => {
    const { id } = await addTrashed(ago(dayMs));
    expect(await findTrashedImage(viewer, id)).toMatchObject({ id, title: "lake", daysLeft: 29 });
    expect(await findTrashedImage(await addViewer(), id)).toBeNull();
    await restoreImage(viewer, id);
    expect(await findTrashedImage(viewer, id)).toBeNull();
  });

  test("what is deleted for good is gone with its objects and its bytes; what is not there is left out", async () => {
    const stranger = await addViewer();
    const [own, kept] = [await addTrashed(), await addTrashed()];
    const [ready, theirs] = [await addImage(viewer.id), await addTrashed(new Date(), {}, stranger)];
    for (const key of Object.values(own.keys))
      await media().save(media().nameOf(key), Buffer.from("x"), { type: "image/jpeg" });
    expect(await purgeImages(viewer, [own.id, ready.id, theirs.id, newId()])).toEqual([own.id]);
    for (const key of Object.values(own.keys)) expect(await media().exists(media().nameOf(key))).toBe(false);
    expect((await leftOf(viewer)).sort()).toEqual([kept.id, ready.id].sort());
    expect(await leftOf(stranger)).toEqual([theirs.id]);
    const [row] = (await database().orm.select().from(users)).filter(({ id }) => id === viewer.id);
    expect(row?.usedBytes).toBe(2 * 1500);
    expect(await purgeImages(viewer, [own.id])).toEqual([]);
  });

  test("is emptied of what was there when one looked, in parts, and of nobody else's", async () => {
    const stranger = await addViewer();
    const theirs = await addTrashed(ago(dayMs), {}, stranger);
    const before = Date.now() - 1000;
    for (let n = 0; n < 251; n += 1) await addTrashed(new Date(before - n));
    const later = await addTrashed();
    const noTime = 0;
    expect(await emptyTrash(viewer, { before }, noTime)).toEqual({ gone: 250, isEmpty: false });
    expect(await emptyTrash(viewer, { before })).toEqual({ gone: 1, isEmpty: true });
    expect(await emptyTrash(viewer, { before })).toEqual({ gone: 0, isEmpty: true });
    expect(await leftOf(viewer)).toEqual([later.id]);
    expect(await leftOf(stranger)).toEqual([theirs.id]);
  });

  test("where the bucket fails, a row stays until its objects are gone", async () => {
    const row = await addTrashed();
    vi.spyOn(Storage.prototype, "delete").mockRejectedValueOnce(new Error("the bucket is away"));
    await expect(purgeImages(viewer, [row.id])).rejects.toThrow("the bucket is away");
    expect(await leftOf(viewer)).toEqual([row.id]);
    expect((await listTrash(viewer, null)).images).toEqual([]);
    expect(await purgeTrash()).toBe(1);
    expect(await leftOf(viewer)).toEqual([]);
  });
});

test("a page of it, and what is emptied, is found by the index, however much there is", async () => {
  await useDriver("better-sqlite3");
  const pages = await plansOf(() => listTrash(viewer, { deletedAt: Date.now(), id: newId() }));
  expect(pages[0]).toContain("images_trash_of (owner_id=? AND (deleted_at,id)<(?,?))");
  const [emptying = ""] = await plansOf(() => emptyTrash(viewer, { before: Date.now() }));
  expect(emptying).toContain("images_trash_of (owner_id=? AND deleted_at<?)");
  for (const plan of [...pages, emptying]) expect(plan).not.toMatch(/SCAN|TEMP B-TREE/);
});
