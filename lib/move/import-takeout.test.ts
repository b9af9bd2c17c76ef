import fs from "node:fs";
import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { Viewer } from "@/lib/accounts/viewer";
import { database } from "@/lib/db/client";
import { images } from "@/lib/db/schema";
import { bucketClient } from "@/lib/storage/bucket-client";
import { makeJpeg } from "@/lib/testing/add-picture";
import { clock, libraryOf } from "@/lib/testing/library";
import { addViewer, startTestPail } from "@/lib/testing/test-pail";
import { bucketTree } from "./bucket-tree";
import { diskTree } from "./disk-tree";
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
  folder = await mkdtemp(path.join(os.tmpdir(), "pail-takeout-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function importing(whose: Viewer, place = folder, source = diskTree) {
  const results: ImportResult[] = [];
  const { leftOut } = await importPictures(whose, source, place, (result) => results.push(result));
  const count = (status: ImportResult["status"]) => results.filter((one) => one.status === status).length;
  const failed = results.flatMap((result) =>
    result.status === "failed" ? [`${path.relative(place, result.file)}: ${result.error.message}`] : [],
  );
  return { sent: count("sent"), duplicate: count("duplicate"), failed, leftOut };
}

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
