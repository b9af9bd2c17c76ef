import fs from "node:fs";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { Viewer } from "@/lib/accounts/viewer";
import { listAlbums } from "@/lib/albums/albums";
import { deleteAlbum } from "@/lib/albums/trash";
import { database } from "@/lib/db/client";
import { images, users } from "@/lib/db/schema";
import { editDates } from "@/lib/images/edit-dates";
import { changeImage, getImage } from "@/lib/images/image";
import { makeJpeg } from "@/lib/testing/add-picture";
import { filesIn, fillLibrary, libraryOf } from "@/lib/testing/library";
import { addViewer, startTestPail } from "@/lib/testing/test-pail";
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
  folder = await mkdtemp(path.join(os.tmpdir(), "pail-import-"));
});
afterEach(async () => {
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

test("titles, albums, dates and bytes are the same after a way through a folder", async () => {
  await fillLibrary(viewer);
  expect(await exporting()).toMatchObject({ written: 5, present: 0, failed: [] });
  const added = new Date().toISOString().slice(0, 7).replace("-", "/");
  expect(filesIn(folder)).toEqual(
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

test("titles that a person has changed here since stay, and an album that is gone comes back", async () => {
  const { lake } = await fillLibrary(viewer);
  await exporting();
  await changeImage(viewer, { id: lake, changes: { title: "newer" } });
  const album = (await listAlbums(viewer)).find(({ name }) => name === "رحلة");
  await deleteAlbum(viewer, album?.id ?? "");
  expect(await importing(viewer)).toMatchObject({ sent: 0, failed: [] });
  const [row] = await database().orm.select().from(images).where(eq(images.id, lake));
  expect(row?.title).toBe("newer");
  expect((await listAlbums(viewer)).find(({ name }) => name === "رحلة")?.count).toBe(1);
});

test("an export of an older Pail, which says less of albums, is imported as it is", async () => {
  await fillLibrary(viewer);
  await exporting();
  const file = path.join(folder, "Albums/رحلة/pail.json");
  const { album, pictures, ...said } = JSON.parse(await readFile(file, "utf8"));
  const { name, createdAt } = album;
  const older = pictures.map(({ position: _, ...picture }: { position: number }) => picture);
  await writeFile(file, JSON.stringify({ ...said, album: { name, createdAt }, pictures: older }));
  const friend = await addViewer();
  expect(await importing(friend)).toMatchObject({ failed: [] });
  const [imported] = (await libraryOf(friend)).albums.filter((one) => one.album === name);
  expect(imported).toMatchObject({ description: "", sorting: "newest", cover: null });
});

test("an album in the trash is not exported, and its pictures are as those in none", async () => {
  await fillLibrary(viewer);
  for (const { id } of await listAlbums(viewer)) await deleteAlbum(viewer, id);
  await exporting();
  expect(filesIn(folder).filter((file) => file.startsWith("Albums"))).toEqual([]);
  expect(filesIn(folder).filter((file) => file.startsWith("Pictures/2024"))).toHaveLength(2);
});

test("what people wrote of a picture, and the date they gave it, come along; what is here already stays", async () => {
  const { lake } = await fillLibrary(viewer);
  const words = { description: "One line\nand another", altText: "A lake", isFavourite: true };
  await changeImage(viewer, { id: lake, changes: words });
  await editDates(viewer, { edit: "set", ids: [lake], at: "2020-02-29T12:34:56", zone: "none" });
  await exporting();
  const friend = await addViewer();
  await importing(friend);
  const [row] = (await database().orm.select().from(images)).filter(
    ({ ownerId, isDateEdited }) => ownerId === friend.id && isDateEdited,
  );
  const id = row?.id ?? "";
  const edited = {
    capturedAt: Date.UTC(2020, 1, 29, 12, 34, 56),
    capturedZoneMinutes: null,
    isDateEdited: true,
  };
  expect(await getImage(friend, id)).toMatchObject({ ...words, ...edited });
  await changeImage(friend, { id, changes: { description: "theirs" } });
  await editDates(friend, { edit: "reset", ids: [id] });
  const before = { capturedAt: Date.UTC(2024, 6, 1, 0, 30), capturedZoneMinutes: 120 };
  expect(await getImage(friend, id)).toMatchObject({
    ...before,
    capturedSource: "picture",
    isDateEdited: false,
  });
  await editDates(friend, { edit: "set", ids: [id], at: "2021-01-01T00:00", zone: "kept" });
  await importing(friend);
  expect(await getImage(friend, id)).toMatchObject({
    description: "theirs",
    capturedAt: Date.UTC(2021, 0, 1),
  });
});

test("an export of an older Pail says less, and is imported as ever", async () => {
  await fillLibrary(viewer);
  await exporting();
  for (const file of filesIn(folder).filter((name) => name.endsWith("pail.json"))) {
    const facts = JSON.parse(await readFile(path.join(folder, file), "utf8"));
    for (const picture of facts.pictures)
      for (const name of ["description", "altText", "isFavourite", "dateBefore"]) delete picture[name];
    await writeFile(path.join(folder, file), JSON.stringify(facts));
  }
  const friend = await addViewer();
  expect(await importing(friend)).toEqual({ sent: 4, duplicate: 1, failed: [], leftOut: 0 });
  expect(await libraryOf(friend)).toEqual(await libraryOf(viewer));
});

test("what cannot be imported is named, each with its reason, and the rest goes on", async () => {
  await fillLibrary(viewer);
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
