import path from "node:path";
import { eq, sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { createAdmin } from "@/lib/accounts/users";
import type { Viewer } from "@/lib/accounts/viewer";
import { listAlbums } from "@/lib/albums/albums";
import { changeAlbum } from "@/lib/albums/changing";
import { addToAlbum, makeAlbum } from "@/lib/albums/filling";
import { movePictures } from "@/lib/albums/order";
import { deleteAlbum, listDeletedAlbums, purgeAlbum } from "@/lib/albums/trash";
import { setClock } from "@/lib/clock";
import { database, openDatabase, setDatabase } from "@/lib/db/client";
import { migrate } from "@/lib/db/migrate";
import { changes, images, installation, jobs, uploads, users } from "@/lib/db/schema";
import { env } from "@/lib/env";
import { newId } from "@/lib/ids";
import { changeImage } from "@/lib/images/image";
import { restoreImage, trashImage, trashSeconds } from "@/lib/images/trash";
import { incoming, journal, media } from "@/lib/storage/locations";
import { keepPicture, keptByPeople } from "@/lib/testing/keep-picture";
import { openLibsqlFile } from "@/lib/testing/libsql-file";
import { addViewer, makePicture, postAll, startTestPail } from "@/lib/testing/test-pail";
import { beginUploads } from "@/lib/uploads/begin";
import { confirmUploads } from "@/lib/uploads/confirm";
import { listParts, readObject, writeObject } from "./journal/parts";
import { mergeJournal, writeChanges } from "./journal/write";
import { rebuild } from "./rebuild";
import { reconcile, repair } from "./reconcile";
import { sweep } from "./sweep";
import { deletePictures, takeOver } from "./take-over";

const drivers = { "better-sqlite3": openDatabase, libsql: openLibsqlFile };
const names = [
  "湖の写真 (1).jpg",
  "호수 사진.jpeg",
  "Ωμέγα  %41.png.jpg",
  "🏔️ gipfel & see.jpg",
  "=?utf-8?q?x?=.jpg",
];

let pail: Awaited<ReturnType<typeof startTestPail>>;
let made = 0;
beforeAll(async () => {
  pail = await startTestPail();
});
afterAll(() => pail.stop());
afterEach(() => {
  vi.restoreAllMocks();
  setClock(null);
});

const later = (hours: number) => setClock(new Date(Date.now() + hours * 3_600_000));

async function emptyBucket(): Promise<void> {
  for (const storage of [incoming(), media(), journal()])
    for await (const { files } of storage.listdir("", { recursive: true }))
      await storage.delete(files.map(({ name }) => name));
}

describe.each(Object.keys(drivers) as (keyof typeof drivers)[])("on %s", (driver) => {
  let file = "";

  const open = async (of: string) => {
    database().close();
    file = of;
    setDatabase(drivers[driver](`file:${file}`));
    await migrate(database());
  };
  const openNew = () => {
    made += 1;
    return open(path.join(env().dataDir, `${driver}-${made}.sqlite`));
  };
  const backUp = async () => {
    made += 1;
    const copy = path.join(env().dataDir, `${driver}-${made}.sqlite`);
    await database().orm.run(sql`vacuum into ${copy}`);
    return copy;
  };

  beforeEach(async () => {
    await emptyBucket();
    await openNew();
  });

  /** Two people with pictures, titles, albums and a trash, all told; and a picture of the last moment, which is not. */
  async function live(): Promise<{ ann: Viewer; bob: Viewer; ids: string[] }> {
    const [ann, bob] = [await addViewer("Ann"), await addViewer("Bob")];
    const ids: string[] = [];
    for (const name of names) ids.push(await keepPicture(ann, name));
    ids.push(await keepPicture(bob));
    const [first = "", second = "", third = ""] = ids;
    await changeImage(ann, { id: first, changes: { title: "The lake, 1999 “😀”" } });
    const album = await addToAlbum(ann, { name: "여름", imageIds: [first, second] });
    await changeAlbum(ann, { id: album.id, changes: { name: "Summer" } });
    await trashImage(ann, third);
    await writeChanges();
    ids.push(await keepPicture(ann, "最後.jpg"));
    return { ann, bob, ids };
  }

  test("a lost database is made anew of its bucket alone, with titles, albums, owners, trash and the last moment", async () => {
    const { bob } = await live();
    const before = await keptByPeople();
    await openNew();
    const report = await rebuild();
    expect(report).toMatchObject({ images: 7, adopted: 1, damaged: [], skipped: [], duplicates: [] });
    expect(report.accounts).toHaveLength(2);
    expect(await keptByPeople()).toEqual(before);
    expect(await reconcile()).toMatchObject({ images: 7, unknown: [], news: 0, orphans: [], lost: [] });
    // An admin's word makes one of them an account again.
    await createAdmin({ email: bob.email, name: "Bob", password: "correct horse battery 1" });
    expect((await rebuild()).accounts).toHaveLength(1);
  });

  test("albums come back with what is said of them, their order, and those in the trash beside one of the same name", async () => {
    const { ann, ids } = await live();
    const [first = "", second = "", , fourth = ""] = ids;
    const [{ id: summer = "" } = {}] = await listAlbums(ann);
    const { id } = await makeAlbum(ann, { name: "Lake", imageIds: [first, second, fourth] });
    const deleted = await makeAlbum(ann, { name: "Gone", imageIds: [first] });
    await writeChanges();
    const backup = await backUp();
    await changeAlbum(ann, { id, changes: { description: "Rain", sorting: "hand", coverId: second } });
    await movePictures(ann, { id, imageIds: [fourth], before: first });
    await deleteAlbum(ann, deleted.id);
    await makeAlbum(ann, { name: "Gone", imageIds: [second] });
    // Two that swap names.
    await changeAlbum(ann, { id: summer, changes: { name: "for a moment" } });
    await changeAlbum(ann, { id, changes: { name: "Summer" } });
    await changeAlbum(ann, { id: summer, changes: { name: "Lake" } });
    await writeChanges();
    const before = await keptByPeople();
    await open(backup);
    expect(await keptByPeople()).not.toEqual(before);
    await takeOver(await reconcile());
    expect(await keptByPeople()).toEqual(before);
    await openNew();
    await rebuild();
    expect(await keptByPeople()).toEqual(before);
    expect(await listDeletedAlbums(ann)).toMatchObject([{ id: deleted.id, name: "Gone", count: 1 }]);
  });

  test("without its journal too, the pictures and whose they are", async () => {
    const { ann } = await live();
    const before = await keptByPeople();
    for await (const { files } of journal().listdir("", { recursive: true }))
      await journal().delete(files.map(({ name }) => name));
    await openNew();
    expect(await rebuild()).toMatchObject({ images: 7, adopted: 7, told: 0 });
    const after = await keptByPeople();
    const untouched = { title: "", state: "" };
    expect(after.images.map((row) => ({ ...row, ...untouched }))).toEqual(
      before.images.map((row) => ({ ...row, ...untouched })),
    );
    expect(after.users.map(({ id, usedBytes }) => ({ id, usedBytes }))).toEqual(
      before.users.map(({ id, usedBytes }) => ({ id, usedBytes })),
    );
    expect(after.users.find(({ id }) => id === ann.id)?.email).toBe(`${ann.id}@unknown.invalid`);
  });

  test("an older database beside a newer bucket learns what it does not know, and loses nothing meanwhile", async () => {
    const { ann, bob, ids } = await live();
    const [first = "", second = "", third = ""] = ids;
    const old = await addToAlbum(ann, { name: "Old", imageIds: [second] });
    const unfinished = await makePicture("unterwegs.jpg");
    const [granted] = await beginUploads(ann, [unfinished.offer]);
    if (granted?.status !== "granted") throw new Error("not granted");
    await writeChanges();
    const backup = await backUp();

    await restoreImage(ann, third);
    await postAll(granted.grants, unfinished);
    expect(await confirmUploads(ann, [granted.uploadId])).toMatchObject([{ status: "ready" }]);
    await changeImage(ann, { id: first, changes: { title: "Another title" } });
    await addToAlbum(bob, { name: "Bob's", imageIds: [ids[5] ?? ""] });
    await deleteAlbum(ann, old.id);
    await writeChanges();
    const last = await keepPicture(bob, "last.jpg");
    const before = await keptByPeople();

    await open(backup);
    later(1);
    // The trash and what has expired there would be deleted now.
    expect(await sweep()).toMatchObject({ purged: 0 });
    const report = await reconcile();
    expect(report).toMatchObject({ lost: [], orphans: [], news: 1 });
    expect(report.unknown).toContain(last);
    expect(await repair(report)).toEqual({ deleted: 0, trashed: 0 });
    expect(await takeOver(report)).toMatchObject({ damaged: [], skipped: [] });
    expect(await keptByPeople()).toEqual(before);
    expect(await reconcile()).toMatchObject({ unknown: [], news: 0, orphans: [], lost: [], incomplete: [] });
    later(50);
    await sweep();
    expect(await reconcile()).toMatchObject({ unknown: [], orphans: [], lost: [], incomplete: [] });
    expect((await keptByPeople()).images.map(({ id }) => id)).toEqual(before.images.map(({ id }) => id));
  });

  test("a rebuild that is cut short anywhere goes on, and one that is run again changes nothing", async () => {
    await live();
    await mergeJournal();
    await keepPicture(await addViewer("Cara"));
    await writeChanges();
    const before = await keptByPeople();
    await openNew();
    const { s3 } = media().bucket;
    const send = s3.send.bind(s3);
    let isDone = false;
    for (let requests = 1; !isDone; requests += 3) {
      let left = requests;
      vi.spyOn(s3, "send").mockImplementation(((command: never) => {
        left -= 1;
        return left < 0 ? Promise.reject(new Error("cut short")) : send(command);
      }) as never);
      isDone = await rebuild().then(
        () => true,
        () => false,
      );
      vi.restoreAllMocks();
      expect(requests).toBeLessThan(100);
    }
    expect(await keptByPeople()).toEqual(before);
    expect(await rebuild()).toMatchObject({ told: 0, adopted: 0, images: 8, resumed: false });
    expect(await keptByPeople()).toEqual(before);
    expect(await database().orm.select().from(jobs).where(eq(jobs.name, "images rebuild"))).toMatchObject([
      { position: null },
    ]);
  });

  test("what was purged does not come back", async () => {
    const { ann, ids } = await live();
    await writeChanges();
    await trashImage(ann, ids[0] ?? "");
    await writeChanges();
    later(1 + trashSeconds() / 3600);
    expect(await sweep()).toMatchObject({ purged: 2 });
    const before = await keptByPeople();
    expect(before.images).toHaveLength(5);
    await openNew();
    await rebuild();
    await sweep();
    expect((await keptByPeople()).images).toEqual(before.images);
  });

  test("the journal is merged without losing what was told or deleted, and cut short it counts as before", async () => {
    const { ann, ids } = await live();
    const album = await addToAlbum(ann, { name: "Gone", imageIds: [ids[0] ?? ""] });
    await writeChanges();
    const backup = await backUp();
    await deleteAlbum(ann, album.id);
    await purgeAlbum(ann, album.id);
    await writeChanges();
    const save = vi.spyOn(journal().constructor.prototype, "save");
    save.mockImplementationOnce(async () => Promise.reject(new Error("cut short")));
    await expect(mergeJournal()).rejects.toThrow("cut short");
    save.mockRestore();
    const { parts } = await listParts();
    expect(parts.map(({ isWhole }) => isWhole)).not.toContain(true);
    expect(await mergeJournal()).toMatchObject({ told: 12, deleted: parts.length });
    expect(await mergeJournal()).toEqual({ told: 0, deleted: 0 });
    expect((await listParts()).parts).toMatchObject([{ isWhole: true }]);
    const before = await keptByPeople();
    // One that is older than the merge does not merge what it does not know.
    await open(backup);
    expect(await mergeJournal({ always: true })).toEqual({ told: 0, deleted: 0 });
    await takeOver(await reconcile());
    expect(await keptByPeople()).toEqual(before);
    await openNew();
    await rebuild();
    expect(await keptByPeople()).toEqual(before);
  });

  test("what was changed here since is newer than what the journal tells", async () => {
    const { ann, ids } = await live();
    const [first = "", second = ""] = ids;
    const backup = await backUp();
    await changeImage(ann, { id: first, changes: { title: "lost" } });
    await changeImage(ann, { id: second, changes: { title: "told" } });
    await writeChanges();
    await open(backup);
    await changeImage(ann, { id: first, changes: { title: "newer" } });
    await takeOver(await reconcile());
    const titles = (await keptByPeople()).images.map(({ title }) => title);
    expect(titles).toEqual(expect.arrayContaining(["newer", "told"]));
    expect(titles).not.toContain("lost");
    await writeChanges();
    await openNew();
    await rebuild();
    expect((await keptByPeople()).images.map(({ title }) => title)).toEqual(titles);
  });

  test("a picture that was added again meanwhile makes way for the former one, unless that has gone from the bucket", async () => {
    const ann = await addViewer("Ann");
    await keepPicture(ann);
    await writeChanges();
    const backup = await backUp();
    const pictures = [await makePicture("one.jpg"), await makePicture("two.jpg")];
    const [one = "", two = ""] = [await keepPicture(ann, pictures[0]), await keepPicture(ann, pictures[1])];
    await changeImage(ann, { id: one, changes: { title: "One, as it was called" } });
    await writeChanges();
    await open(backup);
    const [oneAgain = "", twoAgain = ""] = [
      await keepPicture(ann, pictures[0]),
      await keepPicture(ann, pictures[1]),
    ];
    await media().delete([`${two}/original.jpg`]);
    await takeOver(await reconcile());
    const { images: rows } = await keptByPeople();
    const states = new Map(rows.map(({ id, state }) => [id, state]));
    expect([one, oneAgain, two, twoAgain].map((id) => states.get(id))).toEqual([
      "ready",
      "trashed",
      undefined,
      "ready",
    ]);
    expect(rows.find(({ id }) => id === one)?.title).toBe("One, as it was called");
  });

  test("where the journal has lost who somebody is, titles and albums are there all the same", async () => {
    const { ann, ids } = await live();
    const [part] = (await listParts()).parts;
    const object = part?.objects[0] ?? "";
    const told = (await readObject(object))?.records ?? [];
    await writeObject(
      object,
      told.filter(({ kind }) => kind !== "user"),
    );
    const before = await keptByPeople();
    await openNew();
    expect(await rebuild()).toMatchObject({ damaged: [], skipped: [] });
    const after = await keptByPeople();
    expect([after.images, after.albums, after.members]).toEqual([
      before.images,
      before.albums,
      before.members,
    ]);
    expect(after.users.map(({ id }) => id)).toContain(ann.id);
    expect(after.images.find(({ id }) => id === ids[0])?.title).toBe("The lake, 1999 “😀”");
  });

  test("an account that was made anew before the rebuild goes on as the former one, with its pictures", async () => {
    const { ann } = await live();
    const before = await keptByPeople();
    await openNew();
    const password = "correct horse battery 1";
    await createAdmin({ email: ann.email, name: "Ann", password });
    await writeChanges().catch(() => {});
    await rebuild();
    const after = await keptByPeople();
    expect(after.images).toEqual(before.images);
    expect(after.users.map(({ id, email, usedBytes }) => ({ id, email, usedBytes }))).toEqual(
      before.users.map(({ id, email, usedBytes }) => ({ id, email, usedBytes })),
    );
    expect(after.users.find(({ id }) => id === ann.id)?.role).toBe("admin");
  });

  test("a bucket of another Pail, and a database of another bucket, are refused in a sentence, with nothing changed", async () => {
    await live();
    const ours = await backUp();
    await emptyBucket();
    await openNew();
    await live();
    const theirs = await keptByPeople();
    await open(ours);
    const before = await keptByPeople();
    const sentence =
      "This bucket belongs to another Pail than this database: check S3_BUCKET and DATABASE_URL. Nothing was changed.";
    for (const run of [rebuild, reconcile, writeChanges, () => mergeJournal({ always: true })])
      await expect(run()).rejects.toMatchObject({ code: "other_pail", message: sentence });
    // One that never said which it is has pictures that do not lie here.
    await database().orm.delete(installation);
    await expect(rebuild()).rejects.toMatchObject({ code: "other_pail", message: sentence });
    expect(await keptByPeople()).toEqual(before);
    await emptyBucket();
    await expect(rebuild()).rejects.toMatchObject({
      code: "other_pail",
      message: expect.stringContaining("belongs to another bucket"),
    });
    expect(theirs.images).toHaveLength(7);
  });

  test("a picture of an older Pail, of which nothing is said, is read, and what is none is an orphan", async () => {
    const viewer = await addViewer("Ann");
    await database().orm.run(sql`update users set email = 'ann@example.org'`);
    const id = newId();
    const { bytes } = await makePicture();
    await media().save(`${id}/original.jpg`, bytes.original, { type: "image/jpeg" });
    await media().save(`${id}/thumb.webp`, bytes.thumb, { type: "image/webp" });
    const other = newId();
    await media().save(`${other}/original.jpg`, "x", { type: "image/jpeg" });
    later(25);
    const report = await reconcile();
    expect(report).toMatchObject({ unknown: [id], orphans: [`${other}/original.jpg`] });
    expect(await repair(report, { force: true })).toEqual({ deleted: 1, trashed: 0 });
    expect(await rebuild()).toMatchObject({ adopted: 1, images: 1 });
    const [row] = await database().orm.select().from(images);
    expect(row).toMatchObject({ id, ownerId: viewer.id, width: 640, bytes: bytes.original.length });
    expect(row?.keys).toEqual({ original: `media/${id}/original.jpg`, thumb: `media/${id}/thumb.webp` });
  });

  test("nothing that names a picture is deleted unless told so, picture by picture", async () => {
    const { ids } = await live();
    const [first = ""] = ids;
    await openNew();
    later(25);
    const report = await reconcile();
    expect(report).toMatchObject({ images: 0, orphans: [] });
    expect(report.unknown).toHaveLength(7);
    expect(await repair(report, { force: true })).toEqual({ deleted: 0, trashed: 0 });
    expect(await deletePictures([first])).toBe(3);
    expect(await deletePictures([first])).toBe(0);
    await rebuild();
    expect(await reconcile()).toMatchObject({ images: 7, unknown: [], orphans: [], lost: [first] });
    await expect(deletePictures([ids[1] ?? ""])).rejects.toMatchObject({ code: "usage" });
    expect(await media().exists(`${ids[1]}/original.jpg`)).toBe(true);
  });

  test("a damaged part of the journal is named, and costs no picture", async () => {
    await live();
    const [part] = (await listParts()).parts;
    const object = part?.objects[0] ?? "";
    await journal().save(object, "no gzip", { type: "application/gzip", overwrite: true });
    await openNew();
    expect(await rebuild()).toMatchObject({ damaged: [object], adopted: 7 });
    expect(await database().orm.select().from(images)).toHaveLength(7);
  });

  test("of an account nothing is told by which one could sign in as it", async () => {
    await createAdmin({ email: "ann@example.org", name: "Ann", password: "correct horse battery 1" });
    await writeChanges();
    await mergeJournal({ always: true });
    const told = await Promise.all(
      (await listParts()).parts.flatMap(({ objects }) => objects).map(readObject),
    );
    const rows = told.flatMap((object) => object?.records ?? []).map(({ row }) => Object.keys(row ?? {}));
    expect(rows).toEqual([["id", "name", "email", "role", "created_at"]]);
    expect(await database().orm.select().from(changes)).toEqual([]);
    expect(await database().orm.select().from(users)).toHaveLength(1);
    expect(await database().orm.select().from(uploads)).toEqual([]);
  });
});
