import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { Viewer } from "@/lib/accounts/viewer";
import { database } from "@/lib/db/client";
import { images, jobs } from "@/lib/db/schema";
import { editDates } from "@/lib/images/edit-dates";
import { media } from "@/lib/storage/locations";
import { StorageError } from "@/lib/storage/s3-failure";
import { Storage } from "@/lib/storage/storage";
import { exif } from "@/lib/testing/corpus/exif";
import { gifOf, image, trailer } from "@/lib/testing/corpus/gif";
import { exifSegment, withSegments } from "@/lib/testing/corpus/jpeg";
import { quadrants, shown } from "@/lib/testing/corpus/quadrants";
import { exifBlock, jpegWithExif } from "@/lib/testing/dated-pictures";
import { addImage } from "@/lib/testing/image-rows";
import { onEachDriver } from "@/lib/testing/test-database";
import { addViewer, startTestPail } from "@/lib/testing/test-pail";
import { refreshImages } from "./refresh";

let pail: Awaited<ReturnType<typeof startTestPail>>;
let viewer: Viewer;
beforeAll(async () => {
  pail = await startTestPail();
});
afterAll(() => pail.stop());
afterEach(() => vi.restoreAllMocks());

const taken = {
  dateTimeOriginal: "2024:07:01 00:30:00",
  offsetTimeOriginal: "+02:00",
  subSecTimeOriginal: "123456",
};
const photo = (exif: Record<string, string> = taken) => jpegWithExif(exifBlock({ exif }));

const photoSize = { width: 24, height: 16 };

type Row = typeof images.$inferSelect;
async function put(bytes: Buffer, changes: Partial<Row> = {}): Promise<string> {
  const row = await addImage(viewer.id, { name: "IMG_2.jpg", ...photoSize, ...changes });
  await media().save(media().nameOf(row.keys.original), bytes, { type: "image/jpeg" });
  return row.id;
}
const encoded = (format: "jpeg" | "webp") => quadrants().toFormat(format).toBuffer();
async function putWithThumb(bytes: Buffer, size: { width: number; height: number }, changes: Partial<Row>) {
  const id = await put(bytes, changes);
  const thumb = await quadrants(3, size).webp().toBuffer();
  await media().save(media().nameOf((await rowOf(id))?.keys.thumb ?? ""), thumb, { type: "image/webp" });
  return id;
}
const rowOf = async (id: string) =>
  (await database().orm.select().from(images).where(eq(images.id, id))).at(0);
const captured = async (id: string) => {
  const { capturedAt, capturedZoneMinutes, capturedOrder, capturedSource, facts } = (await rowOf(id)) ?? {};
  return { capturedAt: capturedAt?.toISOString(), capturedZoneMinutes, capturedOrder, capturedSource, facts };
};
const nothing = { changed: 0, lost: [], unreadable: [], resumed: false };

onEachDriver(() => {
  beforeEach(async () => {
    viewer = await addViewer();
    await database().orm.delete(images);
    await database().orm.delete(jobs);
  });

  test("mends what an older Pail read of a picture, and then has nothing more to do", async () => {
    const shifted = { capturedAt: new Date("2024-06-30T22:30:00Z"), capturedSource: "picture" } as const;
    const ready = await put(photo(), shifted);
    const trashed = await put(photo(), { ...shifted, state: "trashed", deletedAt: new Date() });
    expect(await refreshImages()).toEqual({ ...nothing, images: 2, changed: 2 });
    for (const id of [ready, trashed]) {
      expect(await captured(id)).toEqual({
        capturedAt: "2024-07-01T00:30:00.123Z",
        capturedZoneMinutes: 120,
        capturedOrder: "456 img_12\tjpg",
        capturedSource: "picture",
        facts: {},
      });
    }
    expect(await rowOf(trashed)).toMatchObject({ state: "trashed" });
    expect(await refreshImages()).toEqual({ ...nothing, images: 2 });
  });

  test("leaves a date that a person set, and what the file says to go back to", async () => {
    const stale = { capturedSource: "added", capturedOrder: "" } as const;
    const id = await put(photo(), stale);
    await editDates(viewer, { edit: "set", ids: [id], at: "2019-05-06T07:08", zone: "none" });
    expect(await refreshImages()).toEqual({ ...nothing, images: 1, changed: 1 });
    const edited = {
      capturedAt: new Date("2019-05-06T07:08:00Z"),
      capturedZoneMinutes: null,
      isDateEdited: true,
    };
    expect(await rowOf(id)).toMatchObject(edited);
    expect(await refreshImages()).toEqual({ ...nothing, images: 1 });
    await editDates(viewer, { edit: "reset", ids: [id] });
    expect(await captured(id)).toEqual({
      ...{ capturedAt: "2024-07-01T00:30:00.123Z", capturedZoneMinutes: 120, capturedSource: "picture" },
      ...{ capturedOrder: "456 img_12\tjpg", facts: {} },
    });
  });

  test("a date that a file had, and a person set, is to be had back after it", async () => {
    const createdAt = new Date("2026-11-01T10:00:00Z");
    const capturedAt = new Date("2019-05-06T07:08:09Z");
    const id = await put(photo({}), {
      createdAt,
      capturedAt,
      capturedZoneMinutes: 540,
      capturedSource: "sidecar",
    });
    await refreshImages();
    const before = await rowOf(id);
    await editDates(viewer, { edit: "shift", ids: [id], minutes: 60 });
    await refreshImages();
    expect(await rowOf(id)).toMatchObject({ capturedAt: new Date("2019-05-06T08:08:09Z") });
    await editDates(viewer, { edit: "reset", ids: [id] });
    expect(await rowOf(id)).toEqual(before);
  });

  test("reads the place of a picture that an older Pail added", async () => {
    const place = {
      GPSLatitudeRef: "N",
      GPSLatitude: "37/1 33/1 594/10",
      GPSLongitudeRef: "E",
      GPSLongitude: "126/1 58/1 408/10",
    };
    const id = await put(await quadrants(3, photoSize).jpeg().withExif({ IFD3: place }).toBuffer(), {
      facts: {},
    });
    await refreshImages();
    expect((await rowOf(id))?.facts).toMatchObject({ place: { latitude: 37.5665, longitude: 126.978 } });
  });

  test("gives a picture without a date the day it was added, but for what was said of its file", async () => {
    const createdAt = new Date("2026-11-01T10:00:00Z");
    const february30 = photo({ dateTimeOriginal: "2021:02:30 07:08:09" });
    const wrong = {
      createdAt,
      capturedAt: new Date("2021-03-02T07:08:09Z"),
      capturedSource: "picture",
    } as const;
    const fromFile = { createdAt, capturedAt: new Date("2019-05-06T07:08:09Z"), capturedZoneMinutes: 540 };
    const ids = [
      await put(february30, wrong),
      await put(february30, { ...fromFile, capturedSource: "file" }),
      await put(february30, { ...fromFile, capturedSource: "sidecar" }),
      await put(photo(), { ...fromFile, capturedSource: "file" }),
    ];
    await refreshImages();
    const [added, file, sidecar, found] = await Promise.all(ids.map(captured));
    expect(added).toMatchObject({ capturedAt: createdAt.toISOString(), capturedSource: "added" });
    const kept = { capturedAt: "2019-05-06T07:08:09.000Z", capturedZoneMinutes: 540 };
    expect(file).toMatchObject({ ...kept, capturedSource: "file" });
    expect(sidecar).toMatchObject({ ...kept, capturedSource: "sidecar" });
    expect(found).toMatchObject({ capturedAt: "2024-07-01T00:30:00.123Z", capturedSource: "picture" });
    expect(await refreshImages()).toEqual({ ...nothing, images: 4 });
  });

  test("mends sizes that are not those of what is shown", async () => {
    const sized = { width: 64, height: 96 };
    const asJpeg = withSegments(await encoded("jpeg"), exifSegment(exif(6, "long")));
    const asWebp = await encoded("webp");
    const asGif = gifOf({ width: 10, height: 8 }, image(shown()), trailer);
    const ids = [
      // A variant that a browser made, or none that is there any more: the file says it all.
      await put(asJpeg, sized),
      await putWithThumb(asJpeg, { width: 48, height: 32 }, sized),
      await putWithThumb(asGif, { width: 96, height: 64 }, { width: 10, height: 8, type: "image/gif" }),
      // Those that an older Pail turned.
      await putWithThumb(asJpeg, { width: 32, height: 48 }, sized),
      await putWithThumb(asWebp, { width: 32, height: 48 }, { width: 96, height: 64, type: "image/webp" }),
      await putWithThumb(asWebp, { width: 48, height: 32 }, { width: 96, height: 64, type: "image/webp" }),
    ];
    await refreshImages();
    const rows = await Promise.all(ids.map(rowOf));
    const lying = [96, 64];
    const standing = [64, 96];
    expect(rows.map((row) => [row?.width, row?.height])).toEqual([
      ...[lying, lying, lying],
      ...[standing, standing, lying],
    ]);
    expect(await refreshImages()).toEqual({ ...nothing, images: ids.length });
  });

  test("says which pictures have lost their original, and which cannot be read, and does the others", async () => {
    const { id: lost } = await addImage(viewer.id);
    const unreadable = await put(Buffer.from("no picture"));
    const fine = await put(photo());
    const { id: purging } = await addImage(viewer.id, { state: "purging", deletedAt: new Date() });
    expect(await refreshImages()).toEqual({
      ...nothing,
      images: 3,
      changed: 1,
      lost: [lost],
      unreadable: [unreadable],
    });
    expect(await captured(fine)).toMatchObject({ capturedSource: "picture" });
    expect(await rowOf(purging)).toMatchObject({ capturedSource: "added" });
  });

  test("goes on where it was cut short, or begins anew where that is wanted", async () => {
    const count = 90;
    const { keys } = (await rowOf(await put(photo()))) ?? {};
    for (let n = 1; n < count; n += 1) await addImage(viewer.id, { ...photoSize, ...(keys && { keys }) });
    const readStart = Storage.prototype.readStart;
    let reads = 0;
    let left = 70;
    vi.spyOn(Storage.prototype, "readStart").mockImplementation(function (this: Storage, ...given) {
      reads += 1;
      left -= 1;
      if (left < 0)
        throw new StorageError("unreachable", "The store is gone", "Wait", "GetObject", "ECONNRESET");
      return readStart.apply(this, given);
    });
    await expect(refreshImages()).rejects.toBeInstanceOf(StorageError);
    left = Number.POSITIVE_INFINITY;
    reads = 0;
    const done: [number, number][] = [];
    const report = await refreshImages({ onProgress: (...now) => done.push(now) });
    expect(report).toMatchObject({ images: count - 64, lost: [], unreadable: [], resumed: true });
    expect(reads).toBe(count - 64);
    expect(done).toEqual([[count - 64, count - 64]]);
    expect(await refreshImages()).toEqual({ ...nothing, images: count });

    left = 70;
    await expect(refreshImages()).rejects.toBeInstanceOf(StorageError);
    left = Number.POSITIVE_INFINITY;
    expect(await refreshImages({ anew: true })).toEqual({ ...nothing, images: count });
  });

  test("reads little of each picture", async () => {
    const large = Buffer.concat([
      photo().subarray(0, -2),
      Buffer.alloc(3_000_000, 1),
      Buffer.from([0xff, 0xd9]),
    ]);
    await put(large);
    const opened: number[] = [];
    const open = Storage.prototype.open;
    vi.spyOn(Storage.prototype, "open").mockImplementation(function (this: Storage, name, options = {}) {
      const { start = 0, end = Number.POSITIVE_INFINITY } = options.range ?? {};
      opened.push(end - start);
      return open.call(this, name, options);
    });
    expect(await refreshImages()).toMatchObject({ images: 1, changed: 1 });
    expect(opened.length).toBeLessThanOrEqual(1);
    expect(opened.every((bytes) => bytes <= 64 * 1024)).toBe(true);
  });
});
