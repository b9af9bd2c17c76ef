import fs from "node:fs";
import { mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { Viewer } from "@/lib/accounts/viewer";
import { database } from "@/lib/db/client";
import { images } from "@/lib/db/schema";
import { media } from "@/lib/storage/locations";
import { addPicture, makeJpeg } from "@/lib/testing/add-picture";
import { filesIn, fillLibrary } from "@/lib/testing/library";
import { addViewer, startTestPail } from "@/lib/testing/test-pail";
import { exportPictures } from "./export-pictures";

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

const picturesIn = (): string[] => filesIn(folder).filter((file) => !file.endsWith(".json"));

test("what pail.json says of a picture", async () => {
  const { lake } = await fillLibrary(viewer);
  await exporting();
  const [row] = await database().orm.select().from(images).where(eq(images.id, lake));
  const facts = JSON.parse(await readFile(path.join(folder, "Albums/رحلة/pail.json"), "utf8"));
  expect(facts).toEqual({
    ...{ pail: "export", version: 1, owner: { name: viewer.name, email: viewer.email } },
    album: {
      ...{ name: "رحلة", createdAt: expect.stringMatching(/^\d{4}-.*Z$/) },
      ...{ description: "Rain\nand sun", sorting: "name", cover: lake },
    },
    pictures: [
      {
        ...{ id: lake, file: "озеро- “Ö” - вечер.JPG", title: "озеро: “Ö” / вечер", name: "IMG_1.JPG" },
        ...{ description: "", altText: "", isFavourite: false, dateBefore: null },
        ...{ type: "image/jpeg", bytes: row?.bytes, width: 96, height: 64 },
        sha256: Buffer.from(row?.sha256 ?? "", "base64").toString("hex"),
        ...{ capturedAt: "2024-07-01T00:30:00.000+02:00", capturedSource: "picture" },
        ...{ addedAt: row?.createdAt.toISOString(), albums: ["여행/서울", "رحلة"], facts: {} },
        position: expect.any(Number),
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
  await fillLibrary(viewer);
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
  const written = filesIn(folder).length;
  expect(await exporting()).toMatchObject({ failed: [] });
  expect(written).toBeGreaterThan(0);
  expect(picturesIn()).toHaveLength(5);
  expect(filesIn(folder).filter((file) => file.includes(".part"))).toEqual([]);
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
  expect(filesIn(folder)).toEqual([]);
});

test("an original that is gone, or has other bytes, is named, and the others are written", async () => {
  const ids = await fillLibrary(viewer);
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
  await fillLibrary(viewer);
  await exporting(["رحلة"]);
  expect(picturesIn()).toEqual(["Albums/رحلة/озеро- “Ö” - вечер.JPG"]);
  await expect(exporting(["nothing"])).rejects.toMatchObject({ code: "not_found" });
  await rm(folder, { recursive: true });
  const { failed } = await exportPictures(folder, { email: null, albums: ["رحلة"] });
  expect(failed).toEqual([]);
  expect(picturesIn()).toContain(`${viewer.email}/Albums/رحلة/озеро- “Ö” - вечер.JPG`);
});
