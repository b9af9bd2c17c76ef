import { createHash } from "node:crypto";
import fs from "node:fs";
import { mkdtemp, open, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { Viewer } from "@/lib/accounts/viewer";
import { addToAlbum, deleteAlbum, listAlbums } from "@/lib/albums/albums";
import { database } from "@/lib/db/client";
import { albumImages, albums, images, users } from "@/lib/db/schema";
import { changeImage } from "@/lib/images/image";
import { bucketClient } from "@/lib/storage/bucket-client";
import { media } from "@/lib/storage/locations";
import { addPicture, makeJpeg } from "@/lib/testing/add-picture";
import { addViewer, startTestPail } from "@/lib/testing/test-pail";
import { bucketTree } from "./bucket-tree";
import { diskTree } from "./disk-tree";
import { exportPictures } from "./export-pictures";
import { type ImportResult, importPictures } from "./import-pictures";

let pail: { stop(): Promise<void> };
let viewer: Viewer;
let folder: string;

beforeAll(async () => {
  pail = await startTestPail();
});
afterAll(() => pail.stop());
beforeEach(async () => {
  viewer = await addViewer();
  folder = await mkdtemp(path.join(os.tmpdir(), "pail-export-"));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

const exporting = (wanted: string[] = []) => exportPictures(folder, { email: viewer.email, albums: wanted });

async function importing(whose: Viewer, place = folder, source = diskTree) {
  const results: ImportResult[] = [];
  const { leftOut } = await importPictures(whose, source, place, (result) => results.push(result));
  const count = (status: ImportResult["status"]) => results.filter((one) => one.status === status).length;
  const failed = results.flatMap((result) =>
    result.status === "failed" ? [`${path.relative(place, result.file)}: ${result.error.message}`] : [],
  );
  return { sent: count("sent"), duplicate: count("duplicate"), failed, leftOut };
}

const filesIn = (place = folder): string[] =>
  fs
    .readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(place, path.join(entry.parentPath, entry.name)).normalize("NFC"))
    .sort();
const picturesIn = (place = folder): string[] => filesIn(place).filter((file) => !file.endsWith(".json"));

/** What a person sees of somebody's pictures, and the bytes that are kept of them. */
async function libraryOf({ id }: Viewer) {
  const rows = await database().orm.select().from(images).where(eq(images.ownerId, id));
  const pictures = await Promise.all(
    rows.map(async (row) => ({
      ...{ title: row.title, name: row.name, sha256: row.sha256, zone: row.capturedZoneMinutes },
      capturedAt: row.capturedAt.toISOString(),
      kept: createHash("sha256")
        .update(await media().read(media().nameOf(row.keys.original)))
        .digest("base64"),
    })),
  );
  const lists = await database()
    .orm.select({ album: albums.name, createdAt: albums.createdAt, sha256: images.sha256 })
    .from(albums)
    .leftJoin(albumImages, eq(albumImages.albumId, albums.id))
    .leftJoin(images, eq(images.id, albumImages.imageId))
    .where(eq(albums.ownerId, id));
  const sorted = <T>(list: T[]) =>
    list.sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
  return { pictures: sorted(pictures), albums: sorted(lists) };
}

const clock = Date.UTC(2019, 4, 6, 7, 8, 9, 250);

/** Pictures in albums and in none, with titles in several scripts; their ids. */
async function fillLibrary() {
  const zoned = await makeJpeg({ taken: "2024:07:01 00:30:00", zone: "+02:00" });
  const unzoned = await makeJpeg({ taken: "2023:12:31 23:59:58" });
  const ids = {
    lake: await addPicture(viewer, "IMG_1.JPG", zoned),
    hill: await addPicture(viewer, "언덕.jpg", unzoned),
    dated: await addPicture(viewer, "a.jpg", await makeJpeg(), {
      at: clock,
      zoneMinutes: -210,
      source: "file",
    }),
    plain: await addPicture(viewer, "a.jpg", await makeJpeg()),
  };
  await changeImage(viewer, { id: ids.lake, changes: { title: "озеро: “Ö” / вечер" } });
  await addToAlbum(viewer, { name: "여행/서울", imageIds: [ids.lake, ids.hill] });
  await addToAlbum(viewer, { name: "رحلة", imageIds: [ids.lake] });
  await addToAlbum(viewer, { name: "empty", imageIds: [] });
  return ids;
}

test("titles, albums, dates and bytes are the same after a way through a folder", async () => {
  await fillLibrary();
  expect(await exporting()).toMatchObject({ written: 5, present: 0, failed: [] });
  const added = new Date().toISOString().slice(0, 7).replace("-", "/");
  expect(filesIn()).toEqual(
    [
      ...["Albums/empty/pail.json", "Albums/رحلة/pail.json", "Albums/رحلة/озеро- “Ö” - вечер.JPG"],
      ...[
        "Albums/여행-서울/pail.json",
        "Albums/여행-서울/언덕.jpg",
        "Albums/여행-서울/озеро- “Ö” - вечер.JPG",
      ],
      ...["Pictures/2019/05/a.jpg", "Pictures/2019/05/pail.json"],
      ...[`Pictures/${added}/a.jpg`, `Pictures/${added}/pail.json`],
    ].sort(),
  );
  const [one, other] = ["Albums/رحلة", "Albums/여행-서울"].map((album) =>
    fs.statSync(path.join(folder, album, "озеро- “Ö” - вечер.JPG")),
  );
  // One file under two names.
  expect(one?.ino).toBe(other?.ino);
  expect(one?.mtime).toEqual(new Date("2024-06-30T22:30:00Z"));
  expect((await stat(path.join(folder, "Albums/여행-서울/언덕.jpg"))).mtime).toEqual(
    new Date(2023, 11, 31, 23, 59, 58),
  );

  const friend = await addViewer();
  expect(await importing(friend)).toEqual({ sent: 4, duplicate: 1, failed: [], leftOut: 0 });
  const before = await libraryOf(viewer);
  expect(before.pictures).toHaveLength(4);
  expect(before.albums).toHaveLength(4);
  expect(await libraryOf(friend)).toEqual(before);
  expect(await importing(friend)).toMatchObject({ sent: 0, duplicate: 5, failed: [] });
  expect(await libraryOf(friend)).toEqual(before);
});

test("what pail.json says of a picture", async () => {
  const { lake } = await fillLibrary();
  await exporting();
  const [row] = await database().orm.select().from(images).where(eq(images.id, lake));
  const facts = JSON.parse(await readFile(path.join(folder, "Albums/رحلة/pail.json"), "utf8"));
  expect(facts).toEqual({
    ...{ pail: "export", version: 1, owner: { name: viewer.name, email: viewer.email } },
    album: { name: "رحلة", createdAt: expect.stringMatching(/^\d{4}-.*Z$/) },
    pictures: [
      {
        ...{ id: lake, file: "озеро- “Ö” - вечер.JPG", title: "озеро: “Ö” / вечер", name: "IMG_1.JPG" },
        ...{ type: "image/jpeg", bytes: row?.bytes, width: 96, height: 64 },
        sha256: Buffer.from(row?.sha256 ?? "", "base64").toString("hex"),
        ...{ capturedAt: "2024-07-01T00:30:00.000+02:00", capturedSource: "picture" },
        ...{ addedAt: row?.createdAt.toISOString(), albums: ["여행/서울", "رحلة"], facts: {} },
      },
    ],
  });
});

test("run again it writes nothing, keeps names, and leaves alone what others have put there", async () => {
  for (const _ of [1, 2, 3])
    await addPicture(viewer, "Lake.jpg", await makeJpeg({ taken: "2024:07:01 00:30:00" }));
  const [month] = ["Pictures/2024/07"];
  await exporting();
  const names = ["Lake (2).jpg", "Lake (3).jpg", "Lake.jpg"];
  expect(picturesIn()).toEqual(names.map((name) => `${month}/${name}`));
  const inodes = () => names.map((name) => fs.statSync(path.join(folder, String(month), name)).ino);
  const before = inodes();
  expect(await exporting()).toMatchObject({ written: 0, present: 3, stale: 0 });
  expect(inodes()).toEqual(before);
  // The first is deleted, one is edited, and another is called as something that lies there.
  const first = await database()
    .orm.select()
    .from(images)
    .where(eq(images.ownerId, viewer.id))
    .orderBy(images.id);
  await database()
    .orm.update(images)
    .set({ state: "trashed", deletedAt: new Date() })
    .where(eq(images.id, first[0]?.id ?? ""));
  await writeFile(path.join(folder, String(month), "Lake (2).jpg"), "somebody's own");
  await writeFile(path.join(folder, String(month), "HILL.JPG"), "somebody's too");
  await addPicture(viewer, "hill.jpg", await makeJpeg({ taken: "2024:07:01 00:30:00" }));
  expect(await exporting()).toMatchObject({ written: 2, present: 1, stale: 1, trashed: 1 });
  expect(picturesIn()).toEqual(
    [...names, "HILL.JPG", "Lake (4).jpg", "hill (2).jpg"].sort().map((name) => `${month}/${name}`),
  );
  expect(await readFile(path.join(folder, String(month), "Lake (2).jpg"), "utf8")).toBe("somebody's own");
});

test("cut short it goes on, and there is no file that is not whole", async () => {
  await fillLibrary();
  const storage = media();
  const { open: openObject } = Object.getPrototypeOf(storage);
  let opened = 0;
  vi.spyOn(Object.getPrototypeOf(storage), "open").mockImplementation(function (this: unknown, ...args) {
    opened += 1;
    if (opened > 2) throw new Error("killed");
    return openObject.apply(this, args);
  });
  await expect(exporting()).rejects.toThrow("killed");
  vi.restoreAllMocks();
  const written = filesIn().length;
  expect(await exporting()).toMatchObject({ failed: [] });
  expect(written).toBeGreaterThan(0);
  expect(picturesIn()).toHaveLength(5);
  expect(filesIn().filter((file) => file.includes(".part"))).toEqual([]);
});

test("a full disk is one sentence, and nothing is left under its name that is not whole", async () => {
  await addPicture(viewer, "lake.jpg", await makeJpeg({ taken: "2024:07:01 00:30:00" }));
  const handle = await open(path.join(folder, "probe"), "w");
  const full = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
  vi.spyOn(Object.getPrototypeOf(handle), "writeFile").mockRejectedValue(full);
  await handle.close();
  await rm(path.join(folder, "probe"));
  await expect(exporting()).rejects.toMatchObject({
    code: "unwritable",
    message: expect.stringMatching(
      /^There is no room left in .*: make room and run it again, and it goes on\.$/,
    ),
  });
  expect(filesIn()).toEqual([]);
});

test("an original that is gone, or has other bytes, is named, and the others are written", async () => {
  const ids = await fillLibrary();
  const rows = await database().orm.select().from(images).where(eq(images.ownerId, viewer.id));
  const nameOf = (id: string) => media().nameOf(rows.find((row) => row.id === id)?.keys.original ?? "");
  await media().delete([nameOf(ids.hill)]);
  await media().save(nameOf(ids.plain), "other bytes", { type: "image/jpeg", overwrite: true });
  const { written, failed } = await exporting();
  expect(written).toBe(3);
  expect(failed).toEqual([
    expect.objectContaining({ id: ids.hill, reason: expect.stringMatching(/^There is no /) }),
    expect.objectContaining({ id: ids.plain, reason: expect.stringMatching(/^Its bytes are not /) }),
  ]);
  expect(picturesIn()).toHaveLength(3);
});

test("of some albums only those are written; everybody's pictures are in a folder each", async () => {
  await fillLibrary();
  await exporting(["رحلة"]);
  expect(picturesIn()).toEqual(["Albums/رحلة/озеро- “Ö” - вечер.JPG"]);
  await expect(exporting(["nothing"])).rejects.toMatchObject({ code: "not_found" });
  await rm(folder, { recursive: true });
  const { failed } = await exportPictures(folder, { email: null, albums: ["رحلة"] });
  expect(failed).toEqual([]);
  expect(picturesIn()).toContain(`${viewer.email}/Albums/رحلة/озеро- “Ö” - вечер.JPG`);
});

test("titles that a person has changed here since stay, and an album that is gone comes back", async () => {
  const { lake } = await fillLibrary();
  await exporting();
  await changeImage(viewer, { id: lake, changes: { title: "newer" } });
  const album = (await listAlbums(viewer)).find(({ name }) => name === "رحلة");
  await deleteAlbum(viewer, album?.id ?? "");
  expect(await importing(viewer)).toMatchObject({ sent: 0, failed: [] });
  const [row] = await database().orm.select().from(images).where(eq(images.id, lake));
  expect(row?.title).toBe("newer");
  expect((await listAlbums(viewer)).find(({ name }) => name === "رحلة")?.count).toBe(1);
});

test("what cannot be imported is named, each with its reason, and the rest goes on", async () => {
  await fillLibrary();
  await exporting();
  const albumOf = (file: string) => path.join(folder, "Albums/여행-서울", file);
  fs.appendFileSync(albumOf("언덕.jpg"), "x");
  await rm(albumOf("озеро- “Ö” - вечер.JPG"));
  await writeFile(path.join(folder, "Pictures/2019/05/pail.json"), "{");
  await writeFile(path.join(folder, "Pictures/drawing.svg"), "<svg xmlns='http://www.w3.org/2000/svg'/>");
  const friend = await addViewer();
  const { sent, failed } = await importing(friend);
  expect(sent).toBe(3);
  expect(failed.map((line) => line.normalize("NFC")).sort()).toEqual([
    "Albums/여행-서울/озеро- “Ö” - вечер.JPG: It is named in pail.json and is not there.",
    "Albums/여행-서울/언덕.jpg: It is not what was exported: its SHA-256 is not that in pail.json.",
    "Pictures/2019/05/pail.json: It is damaged, so titles and albums are not known.",
    expect.stringMatching(/^Pictures\/drawing\.svg: .*SVG/),
  ]);
});

test("an export of a newer Pail is refused in one sentence", async () => {
  await writeFile(path.join(folder, "pail.json"), JSON.stringify({ pail: "export", version: 2 }));
  await writeFile(path.join(folder, "a.jpg"), await makeJpeg());
  await expect(importing(viewer)).rejects.toMatchObject({
    code: "usage",
    message: expect.stringMatching(/pail\.json is of a newer Pail: .*\.$/),
  });
});

test("the quota holds, and each picture that has no room is named", async () => {
  await writeFile(path.join(folder, "a.jpg"), await makeJpeg());
  await database()
    .orm.update(users)
    .set({ usedBytes: 2 ** 50 })
    .where(eq(users.id, viewer.id));
  expect(await importing(viewer)).toMatchObject({
    sent: 0,
    failed: [expect.stringMatching(/^a\.jpg: There is no room/)],
  });
});

/** As Google writes it: each picture in its year, and once more in its albums, with files beside that say more. */
async function writeTakeout(put: (name: string, content: string | Buffer) => Promise<unknown>) {
  const taken = (iso: string, title: string) =>
    JSON.stringify({ title, photoTakenTime: { timestamp: String(Date.parse(iso) / 1000) } });
  const photos = "Takeout/Google Photos";
  const [lake, edited, long, undated] = await Promise.all([makeJpeg(), makeJpeg(), makeJpeg(), makeJpeg()]);
  const longName = "Screenshot_20240701-003000_One UI Home apps-and-more-things";
  const year = `${photos}/Photos from 2024`;
  await put(`${year}/lake.jpg`, lake);
  await put(`${year}/lake.jpg.supplemental-metadata.json`, taken("2024-06-30T22:30:00Z", "lake.jpg"));
  await put(`${year}/lake-edited.jpg`, edited);
  await put(`${year}/${longName.slice(0, 47)}.jpg`, long);
  await put(`${year}/${longName.slice(0, 46)}.json`, taken("2024-07-02T10:00:00Z", `${longName}.jpg`));
  await put(`${year}/clip.mp4`, "a video");
  await put(`${year}/clip.mp4.supplemental-metadata.json`, taken("2024-07-02T10:00:00Z", "clip.mp4"));
  await put(`${year}/metadata.json`, JSON.stringify({ title: "Photos from 2024", access: "protected" }));
  const album = `${photos}/Seoul _ 서울`;
  await put(`${album}/lake.jpg`, lake);
  await put(`${album}/lake.jpg.json`, taken("2024-06-30T22:30:00Z", "lake.jpg"));
  await put(`${album}/undated.jpg`, undated);
  await put(
    `${album}/메타데이터.json`,
    JSON.stringify({ title: "Seoul / 서울", description: "", access: "" }),
  );
  await put("Takeout/archive_browser.html", "<html>");
}

async function expectTakeout(whose: Viewer): Promise<void> {
  const { pictures, albums: lists } = await libraryOf(whose);
  const zoned = (iso: string) => {
    const date = new Date(iso);
    return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString();
  };
  const dates = Object.fromEntries(pictures.map(({ name, capturedAt }) => [name, capturedAt]));
  expect(dates).toMatchObject({
    "lake.jpg": zoned("2024-06-30T22:30:00Z"),
    "lake-edited.jpg": zoned("2024-06-30T22:30:00Z"),
    "Screenshot_20240701-003000_One UI Home apps-and.jpg": zoned("2024-07-02T10:00:00Z"),
  });
  expect(pictures).toHaveLength(4);
  expect(lists.map(({ album }) => album)).toEqual(["Seoul / 서울", "Seoul / 서울"]);
}

test("a Google Takeout comes with its dates and albums, each picture once", async () => {
  await writeTakeout(async (name, content) => {
    fs.mkdirSync(path.join(folder, path.dirname(name)), { recursive: true });
    await writeFile(path.join(folder, name), content);
  });
  const undated = path.join(folder, "Takeout/Google Photos/Seoul _ 서울/undated.jpg");
  await utimes(undated, new Date(clock), new Date(clock));
  // The video, its sidecar, the year's file and the page.
  expect(await importing(viewer)).toEqual({ sent: 4, duplicate: 1, failed: [], leftOut: 4 });
  await expectTakeout(viewer);
  expect(await importing(viewer)).toMatchObject({ sent: 0, duplicate: 5, failed: [] });
  await expectTakeout(viewer);
});

test("the same from a prefix of a bucket, and of Pail's own bucket the originals alone", async () => {
  const bucket = { ...bucketClient(), name: "elsewhere" };
  await bucket.s3.send(new CreateBucketCommand({ Bucket: bucket.name }));
  const put = (Key: string, Body: string | Buffer) =>
    bucket.s3.send(new PutObjectCommand({ Bucket: bucket.name, Key, Body }));
  await writeTakeout((name, content) => put(`backup/2026/${name}`, content));
  await put("backup/2026/", Buffer.alloc(0));
  await put("elsewhere.jpg", await makeJpeg());
  const source = bucketTree(bucket);
  const results: ImportResult[] = [];
  await importPictures(viewer, source, "backup/2026", (result) => results.push(result));
  expect(results.map(({ status }) => status).sort()).toEqual(["duplicate", ...Array(4).fill("sent")]);
  expect(results[0]?.file).toMatch(/^s3:\/\/elsewhere\/backup\/2026\/Takeout\//);
  await expectTakeout(viewer);
  const friend = await addViewer();
  const [row] = await database().orm.select().from(images).where(eq(images.ownerId, viewer.id));
  const own: ImportResult[] = [];
  await importPictures(friend, bucketTree(bucketClient()), `media/${row?.id}`, (result) => own.push(result));
  expect(own.map(({ status }) => status)).toEqual(["sent"]);
});
