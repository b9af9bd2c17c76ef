import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { eq } from "drizzle-orm";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Viewer } from "@/lib/accounts/viewer";
import { setClock } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { images, uploads, users } from "@/lib/db/schema";
import { env } from "@/lib/env";
import type { ImageType } from "@/lib/images/contract";
import { media } from "@/lib/storage/locations";
import { addViewer, makePicture, postAll, send, startTestPail } from "@/lib/testing/test-pail";
import { beginOriginals, beginUploads } from "./begin";
import { confirmUploads } from "./confirm";
import { policySeconds } from "./grants";
import { sweepUploads } from "./sweep";

let pail: Awaited<ReturnType<typeof startTestPail>>;
let viewer: Viewer;

beforeAll(async () => {
  pail = await startTestPail();
  viewer = await addViewer();
});
afterEach(() => setClock(null));
afterAll(() => pail.stop());

const photo = (name: string) => readFile(path.join("e2e", "photos", name));

/** A photograph of its own for each test, so that none is a duplicate. */
const coloured = (red: number) =>
  sharp({ create: { width: 900, height: 600, channels: 3, background: { r: red * 50, g: 90, b: 30 } } });

async function begin(bytes: Buffer, type: ImageType = "image/jpeg"): Promise<string> {
  const sha256 = createHash("sha256").update(bytes).digest("base64");
  const [outcome] = await beginOriginals(viewer, [
    { name: "Far away.jpg", original: { type, bytes: bytes.length, sha256 } },
  ]);
  if (outcome?.status !== "granted") throw new Error(`not granted: ${JSON.stringify(outcome)}`);
  expect(Object.keys(outcome.grants)).toEqual(["original"]);
  expect((await send(outcome.grants.original, bytes)).status).toBe(204);
  return outcome.uploadId;
}

async function imageOf(uploadId: string) {
  const [row] = await database()
    .orm.select({ image: images })
    .from(uploads)
    .innerJoin(images, eq(images.id, uploads.imageId))
    .where(eq(uploads.id, uploadId));
  if (row === undefined) throw new Error("there is no picture");
  return row.image;
}

const kept = (key = "") => media().read(media().nameOf(key));
const usedBytes = async () =>
  (await database().orm.select().from(users).where(eq(users.id, viewer.id)))[0]?.usedBytes;

describe("an original that comes alone", () => {
  test("gets its variants from the server: upright, of the right size, without metadata", async () => {
    const bytes = await sharp(await photo("alpine-path.jpg"))
      .resize(2600, 1950, { fit: "fill" })
      .withExif({ IFD0: { Artist: "somebody" } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    const id = await begin(bytes);
    expect(await confirmUploads(viewer, [id])).toMatchObject([{ status: "ready" }]);
    const image = await imageOf(id);
    expect(image).toMatchObject({ width: 1950, height: 2600, title: "Far away" });
    expect((await kept(image.keys.original)).equals(bytes)).toBe(true);
    const [display, thumb] = [await kept(image.keys.display), await kept(image.keys.thumb)];
    expect(await sharp(display).metadata()).toMatchObject({ format: "webp", width: 1536, height: 2048 });
    expect(await sharp(thumb).metadata()).toMatchObject({ format: "webp", width: 360, height: 480 });
    for (const variant of [display, thumb]) {
      const { exif, icc, xmp } = await sharp(variant).metadata();
      expect({ exif, icc, xmp }).toEqual({});
    }
    const stored = await Promise.all(Object.values(image.keys).map(kept));
    const storedBytes = stored.reduce((sum, { length }) => sum + length, 0);
    expect(image.storedBytes).toBe(storedBytes);
    expect(Buffer.from(image.thumbhash, "base64").length).toBeGreaterThan(10);
  });

  test("keeps its transparency, and may be grey or tiny", async () => {
    const clear = { r: 0, g: 200, b: 0, alpha: 0 };
    const png = await sharp({ create: { width: 20, height: 10, channels: 4, background: clear } })
      .png()
      .toBuffer();
    const grey = await coloured(1).greyscale().png().toBuffer();
    const ids = [await begin(png, "image/png"), await begin(grey, "image/png")];
    expect(await confirmUploads(viewer, ids)).toMatchObject([{ status: "ready" }, { status: "ready" }]);
    const { keys } = await imageOf(ids[0] ?? "");
    expect(await sharp(await kept(keys.thumb)).metadata()).toMatchObject({ width: 20, hasAlpha: true });
  });

  test("and an upload that lacks a variant, as an earlier Pail began it, gets that one from the server", async () => {
    const picture = await makePicture("earlier.jpg");
    const [granted] = await beginUploads(viewer, [picture.offer]);
    if (granted?.status !== "granted") throw new Error("not granted");
    await postAll(granted.grants, picture);
    const { original, display } = picture.offer;
    await database()
      .orm.update(uploads)
      .set({ objects: { original, display } })
      .where(eq(uploads.id, granted.uploadId));
    expect(await confirmUploads(viewer, [granted.uploadId])).toMatchObject([{ status: "ready" }]);
    const image = await imageOf(granted.uploadId);
    expect(image.thumbhash).toBe(picture.offer.thumbhash);
    expect(await kept(image.keys.display)).toEqual(picture.bytes.display);
    const { format, width } = await sharp(await kept(image.keys.thumb)).metadata();
    expect({ format, width }).toEqual({ format: "webp", width: 480 });
  });

  test("may be a HEIC", async () => {
    const id = await begin(await photo("alpine-path-phone.heic"), "image/heic");
    expect(await confirmUploads(viewer, [id])).toMatchObject([{ status: "ready" }]);
    const { keys, width, height } = await imageOf(id);
    expect([width, height, keys.original.split(".").at(-1)]).toEqual([1000, 750, "heic"]);
    expect(await sharp(await kept(keys.thumb)).metadata()).toMatchObject({ width: 480, height: 360 });
  });

  test("is confirmed twice at once with one picture as the answer", async () => {
    const id = await begin(await coloured(2).jpeg().toBuffer());
    const answers = await Promise.all([confirmUploads(viewer, [id]), confirmUploads(viewer, [id])]);
    for (const [answer] of answers) expect(answer).toMatchObject({ status: "ready" });
  });

  test("becomes a picture in the sweep where nobody confirmed it", async () => {
    const id = await begin(await coloured(3).jpeg().toBuffer());
    setClock(new Date(Date.now() + (policySeconds + 601) * 1000));
    expect(await sweepUploads()).toMatchObject({ confirmed: 1 });
    expect(await imageOf(id)).toMatchObject({ state: "ready" });
  });

  test("is refused where the quota has no room for its variants, and then reserves nothing", async () => {
    const id = await begin(await coloured(4).jpeg().toBuffer());
    const before = await usedBytes();
    await database()
      .orm.update(users)
      .set({ usedBytes: env().userQuotaBytes - 10 })
      .where(eq(users.id, viewer.id));
    expect(await confirmUploads(viewer, [id])).toMatchObject([
      { status: "refused", error: { code: "quota_full" } },
    ]);
    const [row] = await database().orm.select().from(uploads).where(eq(uploads.id, id));
    expect(row).toMatchObject({ state: "rejected", reservedBytes: 0 });
    await database().orm.update(users).set({ usedBytes: before }).where(eq(users.id, viewer.id));
  });

  test("is refused where it cannot be decoded, or has not arrived", async () => {
    const whole = await sharp(await photo("fig.jpg"))
      .png()
      .toBuffer();
    const broken = Buffer.from(whole);
    broken.fill(0x5a, 2000, whole.length - 2000);
    const id = await begin(broken, "image/png");
    expect(await confirmUploads(viewer, [id])).toMatchObject([
      { status: "refused", error: { code: "damaged_image" } },
    ]);
    const original = { type: "image/jpeg" as const, bytes: 5, sha256: `${"A".repeat(43)}=` };
    const [outcome] = await beginOriginals(viewer, [{ name: "never sent.jpg", original }]);
    if (outcome?.status !== "granted") throw new Error("not granted");
    expect(await confirmUploads(viewer, [outcome.uploadId])).toMatchObject([
      { status: "refused", error: { code: "not_arrived" } },
    ]);
  });
});
