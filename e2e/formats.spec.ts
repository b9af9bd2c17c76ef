import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import sharp, { type Sharp } from "sharp";
import { expect, galleryImages, openPicturePage, test, uploadFiles } from "./fixtures";
import type { PailServer } from "./support/pail-server";
import { photographsFolder } from "./support/photos";

const photo = (name: string) => path.join(photographsFolder, name);

/** A JPEG whose EXIF points far beyond itself. */
function withBrokenExif(jpeg: Buffer): Buffer {
  const exif = Buffer.concat([Buffer.from("Exif\0\0MM\0*"), Buffer.alloc(40, 0xfe)]);
  const segment = Buffer.from([0xff, 0xe1, 0, exif.length + 2]);
  return Buffer.concat([jpeg.subarray(0, 2), segment, exif, jpeg.subarray(2)]);
}

async function writeFormats(folder: string): Promise<Record<string, string>> {
  const scene = () => sharp(photo("fig.jpg")).resize(900);
  const clear = await sharp(photo("nuthatch.jpg")).resize(900).jpeg().toBuffer();
  const files: Record<string, Buffer> = {
    "wide gamut.jpg": await scene().withIccProfile("p3").jpeg({ quality: 95 }).toBuffer(),
    "print.jpg": await sharp(photo("drum.jpg"))
      .resize(900)
      .withIccProfile("cmyk")
      .jpeg({ quality: 95 })
      .toBuffer(),
    "deep.png": await sharp(photo("dogs.jpg")).resize(600).toColourspace("rgb16").png().toBuffer(),
    "broken exif.jpg": withBrokenExif(clear),
  };
  const written: Record<string, string> = { "phone.heic": photo("alpine-path-phone.heic") };
  for (const [name, bytes] of Object.entries(files)) {
    written[name] = path.join(folder, name);
    await writeFile(path.join(folder, name), bytes);
  }
  return written;
}

const small = (picture: Sharp) =>
  picture.toColourspace("srgb").resize(64, 48, { fit: "fill" }).removeAlpha().raw().toBuffer();

/** Mean difference of two pictures' colours, 0 to 255. */
async function difference(one: Sharp, other: Sharp): Promise<number> {
  const [a, b] = [await small(one), await small(other)];
  return a.reduce((sum, value, index) => sum + Math.abs(value - (b[index] ?? 0)), 0) / a.length;
}

async function objectOf(pail: PailServer, key: string): Promise<Buffer> {
  const { s3, name } = await pail.bucket();
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: name, Key: key }));
  const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);
  s3.destroy();
  return bytes;
}

test("HEIC, wide gamut, CMYK, 16 bits and broken EXIF look right, and their variants tell nothing", async ({
  page,
  pail,
  user,
}) => {
  const folder = await mkdtemp(path.join(os.tmpdir(), "pail-formats-"));
  try {
    const files = await writeFormats(folder);
    expect((await sharp(files["print.jpg"]).metadata()).space).toBe("cmyk");
    expect((await sharp(files["deep.png"]).metadata()).depth).toBe("ushort");
    await page.goto("/");
    await uploadFiles(page, Object.values(files));
    await expect(galleryImages(page)).toHaveCount(5);
    const rows = pail.query<{ name: string; keys: string; sha256: string }>(
      "select name, keys, sha256 from images where owner_id = ?",
      user.id,
    );
    for (const { name, keys, sha256 } of rows) {
      const chosen = files[name === "alpine-path-phone.heic" ? "phone.heic" : name] ?? "";
      const bytes = await readFile(chosen);
      expect(sha256).toBe(createHash("sha256").update(bytes).digest("base64"));
      const { original, display, thumb } = JSON.parse(keys);
      expect((await objectOf(pail, original)).equals(bytes)).toBe(true);
      const wanted = name.endsWith(".heic") ? photo("alpine-path.jpg") : chosen;
      for (const key of [display, thumb]) {
        const variant = await objectOf(pail, key);
        const off = await difference(sharp(variant), sharp(wanted));
        // Printing inks have no one place among a screen's colours; inverted ones are off by more than 60.
        expect(off, `${name}: ${key}`).toBeLessThan(name === "print.jpg" ? 20 : 7);
        const { exif, xmp, iptc } = await sharp(variant).metadata();
        expect({ exif, xmp, iptc }).toEqual({});
      }
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("a HEIC is shown large, downloads as it was chosen, and a damaged one is said to be so", async ({
  page,
  user,
}) => {
  expect(user.id).not.toBe("");
  const heic = await readFile(photo("alpine-path-phone.heic"));
  const damaged = Buffer.from(heic);
  // Without it no decoder knows what the bytes mean.
  damaged.fill(0, heic.indexOf("hvcC") + 4, heic.indexOf("hvcC") + 90);
  await page.goto("/");
  await page.getByLabel("Choose pictures", { exact: true }).setInputFiles([
    { name: "IMG_0001.HEIC", mimeType: "", buffer: heic },
    { name: "IMG_0002.HEIC", mimeType: "", buffer: damaged },
  ]);
  await expect(galleryImages(page)).toHaveCount(1);
  await expect(page.getByText("This picture is damaged or incomplete.")).toBeVisible();
  await openPicturePage(galleryImages(page).first());
  await expect(page.getByText("HEIC", { exact: true })).toBeVisible();
  const large = page.getByRole("img", { name: "IMG_0001", exact: true });
  await expect.poll(() => large.evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBe(1000);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Download original", exact: true }).click(),
  ]);
  expect(download.suggestedFilename()).toBe("IMG_0001.HEIC");
  expect((await readFile(await download.path())).equals(heic)).toBe(true);
});

for (const type of ["gif", "webp"] as const)
  test(`a moving ${type} moves in the large view, but for whoever wants nothing to move`, async ({
    page,
    user,
  }) => {
    expect(user.id).not.toBe("");
    const frames = [200, 20].map((red) => ({
      create: { width: 80, height: 60, channels: 3 as const, background: { r: red, g: 90, b: 30 } },
    }));
    const pages = await Promise.all(frames.map((frame) => sharp(frame).png().toBuffer()));
    const moving = await sharp(pages, { join: { animated: true } })
      .toFormat(type, { delay: [300, 300], loop: 0 })
      .toBuffer();
    expect((await sharp(moving, { animated: true }).metadata()).pages).toBe(2);
    await page.goto("/");
    await uploadFiles(page, { name: `blink.${type}`, mimeType: `image/${type}`, buffer: moving });
    await openPicturePage(galleryImages(page).first());
    const large = page.getByRole("img", { name: "blink", exact: true });
    // Between two sources there is none.
    const shown = () => large.evaluate((image) => (image as HTMLImageElement).currentSrc.split("?")[0] ?? "");
    await expect.poll(shown).toMatch(new RegExp(`/original\\.${type}$`));
    await page.emulateMedia({ reducedMotion: "reduce" });
    await expect.poll(shown).toMatch(/\/display\./);
  });
