import { randomBytes } from "node:crypto";
import { readdir } from "node:fs/promises";
import os from "node:os";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Viewer } from "@/lib/accounts/viewer";
import { database } from "@/lib/db/client";
import { images, uploads } from "@/lib/db/schema";
import { AppError } from "@/lib/errors";
import { media } from "@/lib/storage/locations";
import { addViewer, startTestPail } from "@/lib/testing/test-pail";
import { receiveImage } from "./receive";

let pail: Awaited<ReturnType<typeof startTestPail>>;
let viewer: Viewer;

beforeAll(async () => {
  pail = await startTestPail();
  viewer = await addViewer();
});
afterAll(() => pail.stop());

async function* inChunks(bytes: Buffer) {
  for (let start = 0; start < bytes.length; start += 65_536) yield bytes.subarray(start, start + 65_536);
}
const receive = (bytes: Buffer, announcedBytes = Number.NaN) =>
  receiveImage(viewer, { name: "Screenshot.png", body: inChunks(bytes), announcedBytes });
const rows = async () => [
  await database().orm.select().from(images),
  await database().orm.select().from(uploads),
];

test("a picture longer than a part arrives whole, and once", async () => {
  const raw = { width: 2100, height: 1700, channels: 3 } as const;
  const bytes = await sharp(randomBytes(2100 * 1700 * 3), { raw })
    .png()
    .toBuffer();
  expect(bytes.length).toBeGreaterThan(8 * 1024 * 1024);
  expect(await receive(bytes)).toMatchObject({ status: "ready", image: { title: "Screenshot" } });
  const [[image], [upload]] = (await rows()) as [
    (typeof images.$inferSelect)[],
    (typeof uploads.$inferSelect)[],
  ];
  expect(upload).toMatchObject({ state: "ready", ownerId: viewer.id });
  const kept = await media().read(media().nameOf(image?.keys.original ?? ""));
  expect(kept.equals(bytes)).toBe(true);
  expect(await receive(bytes)).toMatchObject({ status: "duplicate", image: { id: image?.id } });
}, 60_000);

test("what is none, or too long, is refused before it becomes an upload", async () => {
  const before = (await rows()).map(({ length }) => length);
  await expect(receive(Buffer.from("<svg/>"))).rejects.toMatchObject({ code: "unsupported_type" });
  await expect(receive(Buffer.alloc(0))).rejects.toMatchObject({ code: "empty_file" });
  await expect(receive(Buffer.alloc(53_000_000))).rejects.toMatchObject({ code: "too_large" });
  expect(await receive(Buffer.alloc(1), 53_000_000)).toMatchObject({ error: { code: "too_large" } });
  expect((await rows()).map(({ length }) => length)).toEqual(before);
});

test("what is broken off on its way leaves nothing", async () => {
  const before = (await rows()).map(({ length }) => length);
  const folders = await readdir(os.tmpdir());
  const ours = async () =>
    (await readdir(os.tmpdir())).filter((name) => /^pail-received-/.test(name) && !folders.includes(name));
  const brokenOff = new AppError("broken_off", "It broke off.");
  const body = (async function* () {
    yield Buffer.alloc(100_000);
    throw brokenOff;
  })();
  await expect(receiveImage(viewer, { name: "broken.png", body, announcedBytes: 200_000 })).rejects.toBe(
    brokenOff,
  );
  expect((await rows()).map(({ length }) => length)).toEqual(before);
  await expect.poll(ours).toEqual([]);
});

test("of what is too long no more is read than it takes to know", async () => {
  let sentBytes = 0;
  const body = (async function* () {
    for (; sentBytes < 90_000_000; sentBytes += 1_000_000) yield Buffer.alloc(1_000_000);
  })();
  await expect(
    receiveImage(viewer, { name: "endless.png", body, announcedBytes: Number.NaN }),
  ).rejects.toMatchObject({ code: "too_large" });
  expect(sentBytes).toBeLessThan(60_000_000);
});
