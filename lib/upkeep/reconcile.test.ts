import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { Viewer } from "@/lib/accounts/viewer";
import { setClock } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { images, uploads } from "@/lib/db/schema";
import { newId } from "@/lib/ids";
import { trashSeconds } from "@/lib/images/trash";
import { media } from "@/lib/storage/locations";
import { type ListedObject, Storage } from "@/lib/storage/storage";
import { addViewer, makePicture, postAll, startTestPail } from "@/lib/testing/test-pail";
import { beginUploads } from "@/lib/uploads/begin";
import { confirmUploads } from "@/lib/uploads/confirm";
import { objectKinds } from "@/lib/uploads/contract";
import { reconcile, repair } from "./reconcile";
import { sweep } from "./sweep";

let pail: Awaited<ReturnType<typeof startTestPail>>;
let viewer: Viewer;
beforeAll(async () => {
  pail = await startTestPail();
  viewer = await addViewer();
});
afterAll(() => pail.stop());
afterEach(() => {
  vi.restoreAllMocks();
  setClock(null);
});
beforeEach(async () => {
  await database().orm.delete(images);
  await database().orm.delete(uploads);
  for await (const { files } of media().listdir("", { recursive: true }))
    await media().delete(files.map(({ name }) => name));
});

const later = (hours: number) => setClock(new Date(Date.now() + hours * 3_600_000));
const row = async (id: string) => (await database().orm.select().from(images).where(eq(images.id, id))).at(0);

async function addImage() {
  const picture = await makePicture();
  const [granted] = await beginUploads(viewer, [picture.offer]);
  if (granted?.status !== "granted") throw new Error("not granted");
  await postAll(granted.grants, picture);
  const [outcome] = await confirmUploads(viewer, [granted.uploadId]);
  if (outcome?.status !== "ready") throw new Error("not ready");
  const kept = await row(outcome.image.id);
  if (kept === undefined) throw new Error("no row");
  return kept;
}

const nameOf = (key: string) => media().nameOf(key);
const put = (name: string) => media().save(name, "x", { type: "image/jpeg" });

test("where both agree there is nothing to say, however they lie in order", async () => {
  for (let n = 0; n < 3; n += 1) await addImage();
  later(25);
  const report = {
    images: 3,
    objects: 3 * objectKinds.length,
    unknown: [],
    news: 0,
    orphans: [],
    lost: [],
    incomplete: [],
    foreign: 0,
  };
  expect(await reconcile()).toEqual(report);
  expect(await repair(await reconcile())).toEqual({ deleted: 0, trashed: 0 });
});

test("objects without a picture, pictures without objects, and what is not Pail's are told apart", async () => {
  const [first, , third] = [await addImage(), await addImage(), await addImage()];
  const [before, after] = ["00000000-0000-7000-8000-000000000000", "ffffffff-ffff-7fff-bfff-ffffffffffff"];
  const orphans = [`${before}/original.jpg`, `${first.id}/original.png`, `${after}/thumb.webp`];
  for (const name of orphans) await put(name);
  await put("holiday/beach.jpg");
  await put("readme.txt");
  await media().delete([nameOf(first.keys.original), nameOf(third.keys.thumb ?? "")]);
  expect(await reconcile()).toMatchObject({ images: 3, orphans: [], lost: [], incomplete: [] });
  later(25);
  const report = await reconcile();
  expect(report).toEqual({
    images: 3,
    objects: 3 * objectKinds.length + 3,
    foreign: 2,
    unknown: [],
    news: 0,
    orphans,
    lost: [first.id],
    incomplete: [third.id],
  });
  await expect(repair(report)).rejects.toMatchObject({ code: "too_many" });
  expect(await media().exists(`${before}/original.jpg`)).toBe(true);
  expect(await repair(report, { force: true })).toEqual({ deleted: 3, trashed: 1 });
  expect(await media().exists("holiday/beach.jpg")).toBe(true);
  expect((await row(first.id))?.state).toBe("trashed");
  expect(await reconcile()).toMatchObject({ orphans: [], foreign: 2, lost: [first.id] });
  later(25 + trashSeconds() / 3600 + 1);
  await sweep();
  expect(await reconcile()).toMatchObject({ images: 2, orphans: [], lost: [], incomplete: [third.id] });
});

test("a store that lists in another order, or tells one folder twice, makes nobody miss a picture", async () => {
  const all = [await addImage(), await addImage(), await addImage()];
  await put(`${newId()}/original.jpg`);
  await media().delete([nameOf(all[1]?.keys.original ?? ""), nameOf(all[2]?.keys.thumb ?? "")]);
  later(25);
  const inOrder = await reconcile();
  expect(inOrder).toMatchObject({ lost: [all[1]?.id], incomplete: [all[2]?.id] });
  const files: ListedObject[] = [];
  for await (const page of media().listdir("", { recursive: true })) files.push(...page.files);
  const half = [...files.filter((_, i) => i % 2 === 0).reverse(), ...files.filter((_, i) => i % 2 === 1)];
  const inFolder = Storage.prototype.listdir;
  vi.spyOn(Storage.prototype, "listdir").mockImplementation(async function* (this: Storage, ...args) {
    if (args[0] !== "") yield* inFolder.apply(this, args);
    else yield { folders: [], files: half };
  });
  expect(await reconcile()).toEqual(inOrder);
});

test("a picture that is being purged loses its objects before its row", async () => {
  const { id, keys } = await addImage();
  await database()
    .orm.update(images)
    .set({ state: "purging", deletedAt: new Date() })
    .where(eq(images.id, id));
  await media().delete([nameOf(keys.original), nameOf(keys.thumb ?? "")]);
  later(25);
  expect(await reconcile()).toMatchObject({
    images: 1,
    objects: objectKinds.length - 2,
    orphans: [],
    lost: [],
    incomplete: [],
  });
});

test("what has changed since the report was made is looked at again", async () => {
  const image = await addImage();
  const bytes = await media().read(nameOf(image.keys.original));
  const orphan = newId();
  await put(`${orphan}/original.jpg`);
  await media().delete([nameOf(image.keys.original)]);
  later(25);
  const report = await reconcile();
  expect(report).toMatchObject({ orphans: [`${orphan}/original.jpg`], lost: [image.id] });
  // The object comes back, and an upload that copies to the other one's place begins.
  await media().save(nameOf(image.keys.original), bytes, { type: "image/jpeg" });
  const [granted] = await beginUploads(viewer, [(await makePicture()).offer]);
  if (granted?.status !== "granted") throw new Error("not granted");
  await database().orm.update(uploads).set({ imageId: orphan }).where(eq(uploads.id, granted.uploadId));
  expect(await repair(report, { force: true })).toEqual({ deleted: 0, trashed: 0 });
});

test("one in a hundred may go, more may not", async () => {
  const report = { images: 100, objects: 300, unknown: [], news: 0, incomplete: [], foreign: 0 };
  const ids = (count: number) => Array.from({ length: count }, () => newId());
  await expect(repair({ ...report, orphans: ids(4), lost: [] })).rejects.toThrow(/4 of 300 objects.*--force/);
  await expect(repair({ ...report, orphans: [], lost: ids(2) })).rejects.toThrow("2 of 100 pictures");
  expect(await repair({ ...report, orphans: ids(3).map((id) => `${id}/x`), lost: ids(1) })).toEqual({
    deleted: 3,
    trashed: 0,
  });
});
