import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { setClock } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { images } from "@/lib/db/schema";
import { newId } from "@/lib/ids";
import { expiryOf } from "@/lib/storage/contract";
import { addImage } from "@/lib/testing/image-rows";
import { addViewer, startTestPail } from "@/lib/testing/test-pail";
import { maxImagesPerUrlCall } from "./contract";
import { getImage } from "./image";
import { findImageUrls, imageIdsShape } from "./image-urls";
import { findTrashedImage, trashImage } from "./trash";

let pail: Awaited<ReturnType<typeof startTestPail>>;
beforeAll(async () => {
  pail = await startTestPail();
});
afterEach(() => setClock(null));
afterAll(() => pail.stop());

const hourMs = 3_600_000;

test("a picture's fresh URLs are those that its page has by then", async () => {
  const viewer = await addViewer();
  const { id } = await addImage(viewer.id, { type: "image/gif" });
  setClock(new Date("2026-11-29T09:00:00Z"));
  const { thumbUrl, displayUrl, movingUrl, originalUrl, downloadUrl } = await getImage(viewer, id);
  const urls = { thumbUrl, displayUrl, movingUrl, originalUrl, downloadUrl };
  expect(movingUrl).not.toBe(null);
  expect(expiryOf(downloadUrl)).toBe(Date.parse("2026-11-30T00:00:00Z"));
  // Of one window they are the same, so that the browser's cache serves them.
  expect(await findImageUrls(viewer, [id])).toEqual({ [id]: urls });
  setClock(new Date(Date.parse("2026-11-29T09:00:00Z") + 24 * hourMs));
  const later = await findImageUrls(viewer, [id]);
  expect(later[id]).toMatchObject({ thumbUrl: expect.not.stringMatching("20261129T") });
  expect(later).toEqual({
    [id]: expect.objectContaining({ downloadUrl: (await getImage(viewer, id)).downloadUrl }),
  });
});

test("there are none for a picture of someone else, that is being deleted for good, or that is not there", async () => {
  const [viewer, stranger] = [await addViewer(), await addViewer()];
  const [own, other, purging, othersTrashed] = [
    await addImage(viewer.id),
    await addImage(stranger.id),
    await addImage(viewer.id),
    await addImage(stranger.id),
  ].map(({ id }) => id) as [string, string, string, string];
  await trashImage(viewer, purging);
  await database().orm.update(images).set({ state: "purging" }).where(eq(images.id, purging));
  await trashImage(stranger, othersTrashed);
  const asked = [own, other, purging, othersTrashed, newId()];
  expect(Object.keys(await findImageUrls(viewer, asked))).toEqual([own]);
});

test("a picture in the trash has those that its page has", async () => {
  const viewer = await addViewer();
  const { id } = await addImage(viewer.id);
  await trashImage(viewer, id);
  const { thumbUrl, displayUrl } = (await findTrashedImage(viewer, id)) ?? {};
  expect(await findImageUrls(viewer, [id])).toMatchObject({ [id]: { thumbUrl, displayUrl } });
});

test("they are asked for by ids, and not for too many at a time", () => {
  const ids = (count: number) => Array.from({ length: count }, newId);
  expect(imageIdsShape.safeParse(ids(maxImagesPerUrlCall)).success).toBe(true);
  for (const wrong of [ids(maxImagesPerUrlCall + 1), [], ["x"], "x", null])
    expect(imageIdsShape.safeParse(wrong).success).toBe(false);
});
