import { PutObjectCommand } from "@aws-sdk/client-s3";
import { eq } from "drizzle-orm";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Viewer } from "@/lib/accounts/viewer";
import { setClock } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { images } from "@/lib/db/schema";
import { newId } from "@/lib/ids";
import { bucketClient } from "@/lib/storage/bucket-client";
import { media } from "@/lib/storage/locations";
import { addImage } from "@/lib/testing/image-rows";
import { onEachDriver, plansOf, useDriver } from "@/lib/testing/test-database";
import { addViewer, startTestPail } from "@/lib/testing/test-pail";
import type { Cursor } from "./contract";
import { findImagesByContent, type ImageRow, listImages } from "./gallery";
import { changeImage, getImage, getImageInPlace, imageChangeShape, inPlaceAsked } from "./image";
import { purgeTrash, restoreImage, trashImage, trashSeconds } from "./trash";

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
afterEach(() => {
  setClock(null);
  vi.restoreAllMocks();
});
afterAll(() => pail.stop());

onEachDriver(() => {
  describe("the gallery", () => {
    test("page by page shows every picture once, newest first, also where many have the same date", async () => {
      const orders = fc.constantFrom("", "000 a", "000 b", "500 a", "한", "\u{1f600}");
      const dates = fc.array(fc.tuple(fc.nat(3), orders), { maxLength: 12 });
      await fc.assert(
        fc.asyncProperty(dates, fc.integer({ min: 1, max: 5 }), async (taken, pageSize) => {
          const someone = await addViewer();
          const rows: ImageRow[] = [];
          for (const [at, capturedOrder] of taken)
            rows.push(await addImage(someone.id, { capturedAt: new Date(at), capturedOrder }));
          expect(await pagesOf(someone, pageSize)).toEqual(newestFirst(rows));
        }),
        { numRuns: 25 },
      );
    });

    test("says that there is no further page where the last one is full", async () => {
      for (let i = 0; i < 4; i += 1) await addImage(viewer.id);
      const first = await listImages(viewer, null, 2);
      expect(first.next).not.toBeNull();
      expect(await listImages(viewer, first.next, 2)).toMatchObject({ images: [{}, {}], next: null });
    });

    test("shows a picture that came in between once, and none twice", async () => {
      const rows: ImageRow[] = [];
      for (let at = 10; at < 14; at += 1) rows.push(await addImage(viewer.id, { capturedAt: new Date(at) }));
      const { images: shown, next } = await listImages(viewer, null, 2);
      await addImage(viewer.id, { capturedAt: new Date(20) });
      const older = await addImage(viewer.id, { capturedAt: new Date(11), id: newId() });
      const rest = await listImages(viewer, next, 10);
      expect([...shown, ...rest.images].map((image) => image.id)).toEqual(newestFirst([...rows, older]));
    });

    test("goes the other way where the oldest come first", async () => {
      const rows: ImageRow[] = [];
      for (let n = 0; n < 9; n += 1)
        rows.push(
          await addImage(viewer.id, { capturedAt: new Date(10 + (n >> 1)), capturedOrder: `${n % 2}` }),
        );
      const expected = newestFirst(rows).toReversed();
      const first = await listImages(viewer, null, 4, "oldest");
      const second = await listImages(viewer, first.next, 4, "oldest");
      const third = await listImages(viewer, second.next, 4, "oldest");
      const ids = [first, second, third].flatMap((page) => page.images.map((image) => image.id));
      expect(ids).toEqual(expected);
      expect(third.next).toBeNull();
    });

    test("holds a viewer's ready pictures and nobody else's", async () => {
      const own = await addImage(viewer.id);
      await addImage(viewer.id, { state: "trashed", deletedAt: new Date() });
      await addImage(stranger.id);
      const { images: shown } = await listImages(viewer, null);
      expect(shown.map((image) => image.id)).toEqual([own.id]);
      expect(shown[0]).not.toHaveProperty("keys");
    });
  });

  test("a picture's neighbours are those beside it in the gallery", async () => {
    const rows: ImageRow[] = [];
    for (const at of [1, 2, 2, 2, 3]) rows.push(await addImage(viewer.id, { capturedAt: new Date(at) }));
    for (const capturedOrder of ["000 b", "000 a"])
      rows.push(await addImage(viewer.id, { capturedAt: new Date(2), capturedOrder }));
    await addImage(viewer.id, { capturedAt: new Date(2), state: "trashed", deletedAt: new Date() });
    await addImage(stranger.id, { capturedAt: new Date(2) });
    const ids = newestFirst(rows);
    for (const [index, id] of ids.entries()) {
      const { image, neighbours } = await getImageInPlace(viewer, id);
      expect(image.id).toBe(id);
      expect(neighbours).toEqual({ newer: ids[index - 1] ?? null, older: ids[index + 1] ?? null });
    }
  });

  test("pictures are found by their content: the viewer's own, and those not deleted", async () => {
    const [own, other] = [await addImage(viewer.id), await addImage(viewer.id)];
    const foreign = await addImage(stranger.id);
    const deleted = await addImage(viewer.id, { state: "trashed", deletedAt: new Date() });
    const found = await findImagesByContent(viewer, [own.sha256, foreign.sha256, deleted.sha256]);
    expect([...found].map(([sha256, image]) => [sha256, image.id])).toEqual([[own.sha256, own.id]]);
    const two = await findImagesByContent(viewer, [own.sha256, other.sha256, own.sha256]);
    expect(two.size).toBe(2);
    expect((await findImagesByContent(viewer, [])).size).toBe(0);
  });

  test("someone else's picture is not there: not to see, rename, delete or bring back", async () => {
    const { id } = await addImage(viewer.id);
    const notFound = { code: "not_found", status: 404 };
    await expect(getImage(stranger, id)).rejects.toMatchObject(notFound);
    await expect(rename(stranger, id, "mine")).rejects.toMatchObject(notFound);
    await expect(trashImage(stranger, id)).rejects.toMatchObject(notFound);
    await trashImage(viewer, id);
    await expect(restoreImage(stranger, id)).rejects.toMatchObject(notFound);
    await restoreImage(viewer, id);
    expect(await getImage(viewer, id)).toMatchObject({ id, title: "lake" });
  });

  test("what a file says of itself is read as it was kept; of an earlier Pail's picture nothing is known", async () => {
    const factsOf = async (facts: unknown) =>
      (await getImage(viewer, (await addImage(viewer.id, { facts })).id)).facts;
    expect(await factsOf({ model: "iPhone 15", iso: 64 })).toEqual({ model: "iPhone 15", iso: 64 });
    expect(await factsOf(null)).toEqual({});
    // As a Pail wrote it that knows other facts, and keeps some in another way.
    expect(await factsOf({ model: { name: "X" }, iso: "64", place: "Ulm", make: "Canon" })).toEqual({
      make: "Canon",
    });
  });

  test("a picture of an earlier Pail, which lacks a variant, is shown by another", async () => {
    const id = newId();
    const keys = { original: `media/${id}/original.jpg`, thumb: `media/${id}/thumb.webp` };
    await addImage(viewer.id, { id, keys, variantTypes: { thumb: "image/webp" } });
    expect((await getImage(viewer, id)).displayUrl).toContain(keys.thumb);
    const display = `media/${id}/display.jpg`;
    await database()
      .orm.update(images)
      .set({ keys: { original: keys.original, display }, variantTypes: { display: "image/jpeg" } })
      .where(eq(images.id, id));
    const [listed] = (await listImages(viewer, null)).images;
    expect(listed?.thumbUrl).toContain(display);
  });

  test("has its original at hand where browsers show it, and it is fit to be shown", async () => {
    const originalUrlOf = async (values: Parameters<typeof addImage>[1]) =>
      (await getImage(viewer, (await addImage(viewer.id, values)).id)).originalUrl;
    const panorama = { width: 12_000, height: 500 };
    expect(await originalUrlOf(panorama)).toContain("/original");
    expect(await originalUrlOf({ width: 1080, height: 20_000 })).toContain("/original");
    expect(await originalUrlOf({ width: 4000, height: 3000 })).toContain("/original");
    expect(await originalUrlOf({ width: 4000, height: 3000, type: "image/heic" })).toBeNull();
    expect(await originalUrlOf({ ...panorama, type: "image/heic" })).toBeNull();
    expect(await originalUrlOf({ ...panorama, bytes: 40_000_000 })).toBeNull();
  });

  test("a picture gets a title in one line, never an empty one", async () => {
    const { id } = await addImage(viewer.id);
    expect((await rename(viewer, id, "  Zürich\n\u202eam See ")).title).toBe("Zürich am See");
    await expect(rename(viewer, id, " \u202e\n")).rejects.toMatchObject({
      code: "empty_title",
    });
    expect(await getImage(viewer, id)).toMatchObject({ title: "Zürich am See", name: "lake.jpg" });
    await trashImage(viewer, id);
    await expect(rename(viewer, id, "x")).rejects.toMatchObject({ code: "not_found" });
  });

  test("a picture gets a description in its lines and a text for who does not see it", async () => {
    const { id } = await addImage(viewer.id);
    const change = (changes: Parameters<typeof changeImage>[1]["changes"]) =>
      changeImage(viewer, { id, changes });
    const description = "\n\n  A lake\u202e\r\nand\ta hill  \r\r\u2028 \ud83d\ude00 e\u0301 \ud800 \n\n";
    const kept = "  A lake\nand a hill\n\n\n \u{1f600} é \ufffd";
    expect(await change({ description, altText: " two\nlines ", isFavourite: true })).toEqual({
      ...{ description: kept, altText: "two lines", isFavourite: true },
    });
    expect(await getImage(viewer, id)).toMatchObject({
      title: "lake",
      description: kept,
      altText: "two lines",
    });
    await change({ description: `${"\u{1f600}".repeat(5000)}x`, altText: "한".repeat(1001) });
    const { description: long, altText } = await getImage(viewer, id);
    expect([[...long].length, [...altText].length]).toEqual([5000, 1000]);
    expect(await change({ description: " \n ", altText: "\u202e" })).toEqual({
      description: "",
      altText: "",
    });
    expect(await getImage(viewer, id)).toMatchObject({ isFavourite: true, title: "lake" });
    const stranger = await addViewer();
    await expect(changeImage(stranger, { id, changes: { description: "x" } })).rejects.toMatchObject({
      code: "not_found",
    });
  });

  test("a change changes something that a person may change", () => {
    const { success, data } = imageChangeShape.safeParse({ id: newId(), changes: { title: "a", bytes: 1 } });
    expect([success, data?.changes]).toEqual([true, { title: "a" }]);
    for (const changes of [{}, { bytes: 1 }, { title: 7 }, { title: undefined }])
      expect(imageChangeShape.safeParse({ id: newId(), changes }).success).toBe(false);
  });

  describe("the trash", () => {
    test("takes a picture away and gives it back; both can be done again", async () => {
      const { id } = await addImage(viewer.id);
      await addImage(viewer.id);
      await trashImage(viewer, id);
      await expect(getImage(viewer, id)).rejects.toMatchObject({ code: "not_found" });
      await expect(trashImage(viewer, id)).rejects.toMatchObject({ code: "not_found" });
      await restoreImage(viewer, id);
      await restoreImage(viewer, id);
      expect(await getImage(viewer, id)).toMatchObject({ id });
    });

    test("keeps a picture that was added again in the meantime", async () => {
      const first = await addImage(viewer.id);
      await trashImage(viewer, first.id);
      const again = await addImage(viewer.id, { sha256: first.sha256 });
      await expect(restoreImage(viewer, first.id)).rejects.toMatchObject({ code: "duplicate" });
      await trashImage(viewer, again.id);
      const restored = await Promise.allSettled([first, again].map(({ id }) => restoreImage(viewer, id)));
      expect(restored.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    });

    test("is emptied of what has lain there long enough: objects first, then the row", async () => {
      const [due, fresh, kept] = [
        await addImage(viewer.id),
        await addImage(viewer.id),
        await addImage(viewer.id),
      ];
      for (const row of [due, fresh, kept]) await putObjects(row);
      setClock(later(-trashSeconds() - 1));
      await trashImage(viewer, due.id);
      setClock(null);
      await trashImage(viewer, fresh.id);
      expect(await purgeTrash()).toBe(1);
      expect(await purgeTrash()).toBe(0);
      expect(await objectsOf(due)).toBe(0);
      for (const row of [fresh, kept]) expect(await objectsOf(row)).toBe(Object.keys(row.keys).length);
      await expect(restoreImage(viewer, due.id)).rejects.toMatchObject({ code: "not_found" });
      await restoreImage(viewer, fresh.id);
    });

    test("goes on emptying where it was cut short, and gives nothing back from there", async () => {
      const row = await addImage(viewer.id, { state: "purging", deletedAt: later(-trashSeconds() - 1) });
      await putObjects(row);
      await media().delete([media().nameOf(row.keys.original)]);
      await expect(restoreImage(viewer, row.id)).rejects.toMatchObject({ code: "not_found" });
      expect(await purgeTrash()).toBe(1);
      expect(await objectsOf(row)).toBe(0);
      expect(await database().orm.select().from(images).where(eq(images.id, row.id))).toEqual([]);
    });
  });
});

describe("by an index, and with no sorting beside it, go", () => {
  beforeAll(() => useDriver("better-sqlite3"));

  const here = { id: newId(), capturedAt: 5, capturedOrder: "" };
  const neighboursAsked = () => {
    const [, newer, older] = inPlaceAsked(viewer, here.id);
    return [newer, older] as const;
  };
  const position = "(owner_id=? AND (captured_at,captured_order,id)";
  test.each<[string, string, () => Promise<unknown>]>([
    ["the first page of the gallery", "images_gallery (owner_id=?)", () => listImages(viewer, null)],
    ["a further page", `images_gallery ${position}<`, () => listImages(viewer, here)],
    ["one of the oldest first", `images_gallery ${position}>`, () => listImages(viewer, here, 9, "oldest")],
    ["the neighbours", `images_gallery ${position}`, () => database().together(neighboursAsked())],
    [
      "the search by content",
      "images_content (owner_id=? AND sha256=?)",
      () => findImagesByContent(viewer, ["a", "b"]),
    ],
    ["the emptying of the trash", "images_trash", () => purgeTrash()],
  ])("%s", async (_, index, query) => {
    const plans = await plansOf(query);
    expect(plans.length).toBeGreaterThan(0);
    for (const plan of plans) {
      expect(plan).toContain(`INDEX ${index}`);
      expect(plan).not.toContain("TEMP B-TREE");
    }
  });
});

async function pagesOf(someone: Viewer, pageSize: number): Promise<string[]> {
  const ids: string[] = [];
  let after: Cursor | null = null;
  do {
    const page = await listImages(someone, after, pageSize);
    expect(page.images.length).toBeLessThanOrEqual(pageSize);
    ids.push(...page.images.map((image) => image.id));
    after = page.next;
  } while (after !== null);
  return ids;
}

const rename = (viewer: Viewer, id: string, title: string) => changeImage(viewer, { id, changes: { title } });

function newestFirst(rows: ImageRow[]): string[] {
  const order = (a: ImageRow, b: ImageRow) =>
    b.capturedAt.getTime() - a.capturedAt.getTime() ||
    Buffer.compare(Buffer.from(b.capturedOrder), Buffer.from(a.capturedOrder)) ||
    (a.id < b.id ? 1 : -1);
  return rows.toSorted(order).map((row) => row.id);
}

async function putObjects({ keys }: ImageRow): Promise<void> {
  const { s3, name } = bucketClient();
  for (const Key of Object.values(keys))
    await s3.send(new PutObjectCommand({ Bucket: name, Key, Body: "bytes" }));
}

async function objectsOf({ keys }: ImageRow): Promise<number> {
  const storage = media();
  const stats = await Promise.all(Object.values(keys).map((key) => storage.metadata(storage.nameOf(key))));
  return stats.filter((stat) => stat !== null).length;
}

const later = (seconds: number): Date => new Date(Date.now() + seconds * 1000);
