import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { env } from "@/lib/env";
import type { ImageType } from "@/lib/images/contract";
import { plainDecoding } from "@/lib/images/formats/header";
import { inspect } from "@/lib/images/inspect";
import { variantKinds } from "@/lib/images/variants";
import { gifOf, image, trailer } from "@/lib/testing/corpus/gif";
import { bounds, decoderVersions, makeVariants } from "./decoder";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "pail-test-decoder-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const caseFile = (name: string) => path.join(import.meta.dirname, "cases", name);

async function written(name: string, bytes: Buffer): Promise<string> {
  await writeFile(path.join(folder, name), bytes);
  return path.join(folder, name);
}

/** The screen of a GIF that is one pixel large, and a picture on it that is 20,000 each way. */
const screenBomb = Buffer.from(
  "47494638396101000100800000000000ffffff2c00000000204e204e0002024401003b",
  "hex",
);

const panorama = () =>
  sharp({ create: { width: 12_000, height: 500, channels: 3, background: "olive" } }).jpeg();

const make = (file: string, type: ImageType, width: number, height: number, within = bounds) =>
  makeVariants({ file, type, width, height, orientation: 1, decoding: plainDecoding }, variantKinds, within);

const size = async (bytes: Uint8Array) => {
  const { format, width, height, hasAlpha } = await sharp(bytes).metadata();
  return { format, width, height, hasAlpha };
};

/** Mean difference of two pictures' colours, 0 to 255. */
async function difference(one: Uint8Array | string, other: Uint8Array | string): Promise<number> {
  const small = (picture: Uint8Array | string) =>
    sharp(picture).resize(64, 48, { fit: "fill" }).removeAlpha().raw().toBuffer();
  const [a, b] = [await small(one), await small(other)];
  return a.reduce((sum, value, index) => sum + Math.abs(value - (b[index] ?? 0)), 0) / a.length;
}

describe("what is decoded", () => {
  test("is a HEIC, in its colours", async () => {
    const { variants } = await make("e2e/photos/alpine-path-phone.heic", "image/heic", 1000, 750);
    expect(await size(variants.display.bytes)).toEqual({
      format: "webp",
      width: 1000,
      height: 750,
      hasAlpha: false,
    });
    expect(await difference(variants.thumb.bytes, "e2e/photos/alpine-path.jpg")).toBeLessThan(7);
  });

  test("keeps a HEIC's transparency", async () => {
    const { variants } = await make(caseFile("heic-alpha.heic"), "image/heic", 600, 400);
    expect(await size(variants.display.bytes)).toMatchObject({ hasAlpha: true });
    const { channels } = await sharp(variants.display.bytes).stats();
    expect(channels[3]).toMatchObject({ min: 0, max: 255 });
  });

  test("is turned as browsers turn it: a WebP's EXIF turns nothing", async () => {
    const { variants } = await make(caseFile("webp-o6.webp"), "image/webp", 640, 480);
    expect(await size(variants.display.bytes)).toMatchObject({ width: 640, height: 480 });
    await expect(make(caseFile("webp-o6.webp"), "image/webp", 480, 640)).rejects.toMatchObject({
      code: "damaged_image",
    });
  });

  test.each(["samsung-sos.jpg", "jpeg-noEOI.jpg"])(
    "is %s: it has every pixel, and browsers show it",
    async (name) => {
      // A copy: it is changed.
      const bytes = await readFile(caseFile(name));
      const file = await written(name, bytes);
      const read = async (start: number, end: number) => new Uint8Array(bytes.subarray(start, end));
      const inspection = await inspect({ bytes: bytes.length, read }, env().limits);
      const { width, height } = (await sharp(file).metadata()).autoOrient;
      const { variants } = await makeVariants({ file, ...inspection }, variantKinds);
      expect(await size(variants.display.bytes)).toMatchObject({ width, height });
    },
  );

  test("is a JPEG that only its decoder finds without its end", async () => {
    const file = await written("unended.jpg", await readFile(caseFile("jpeg-noEOI.jpg")));
    const { width, height } = await sharp(file).metadata();
    const { variants } = await make(file, "image/jpeg", width, height);
    expect(await size(variants.display.bytes)).toMatchObject({ width, height });
  });

  test("is a GIF on its screen, at the screen's size", async () => {
    const screen = { width: 3000, height: 2250 };
    const gif = gifOf(screen, image({ width: 1500, height: 1125 }), trailer);
    const file = await written("screen.gif", gif);
    const { variants } = await make(file, "image/gif", screen.width, screen.height);
    expect(await size(variants.display.bytes)).toMatchObject({ width: 2048, height: 1536, hasAlpha: true });
    const alpha = await sharp(variants.display.bytes).extractChannel(3).raw().toBuffer();
    const at = (x: number, y: number) => alpha[y * 2048 + x];
    expect([at(0, 0), at(1020, 764), at(1030, 0), at(0, 775)]).toEqual([255, 255, 0, 0]);
  });

  test("is a long picture at a size at which it can be read", async () => {
    const wide = await make(
      await written("wide.jpg", await panorama().toBuffer()),
      "image/jpeg",
      12_000,
      500,
    );
    expect(await size(wide.variants.display.bytes)).toMatchObject({
      format: "webp",
      width: 12_000,
      height: 500,
    });
    expect(await size(wide.variants.thumb.bytes)).toMatchObject({ width: 2400, height: 240 });
    // Longer than any WebP.
    const screenshot = sharp({ create: { width: 1080, height: 20_000, channels: 3, background: "teal" } });
    const file = await written("long.png", await screenshot.png().toBuffer());
    const long = await make(file, "image/png", 1080, 20_000);
    expect(long.variants.display.type).toBe("image/jpeg");
    expect(await size(long.variants.display.bytes)).toMatchObject({
      format: "jpeg",
      width: 1080,
      height: 20_000,
    });
    expect(await size(long.variants.thumb.bytes)).toMatchObject({ format: "webp", width: 240, height: 1200 });
  });

  test("is a long transparent picture as long as a WebP can be", async () => {
    const clear = { r: 0, g: 0, b: 0, alpha: 0 };
    const picture = sharp({ create: { width: 300, height: 20_000, channels: 4, background: clear } });
    const { variants } = await make(
      await written("clear.png", await picture.png().toBuffer()),
      "image/png",
      300,
      20_000,
    );
    expect(await size(variants.display.bytes)).toEqual({
      format: "webp",
      width: 246,
      height: 16_383,
      hasAlpha: true,
    });
  });
});

describe("what is refused", () => {
  const damaged = { name: "AppError", code: "damaged_image" };

  test.each([
    ["bomb-two-meta.avif", "image/avif", 10, 10],
    ["screen-bomb.gif", "image/gif", 1, 1],
    ["heic-alpha.heic", "image/heic", 60, 40],
    ["slow-grid-8x8.heic", "image/heic", 10, 10],
    ["panorama.jpg", "image/jpeg", 500, 500],
  ] as const)(
    "is what is decoded as something else than was inspected: %s",
    async (name, type, width, height) => {
      const made = { "screen-bomb.gif": screenBomb, "panorama.jpg": await panorama().toBuffer() };
      const file = name in made ? await written(name, made[name as keyof typeof made]) : caseFile(name);
      // It has to be known before the pixels are: they would take more.
      const within = { ...bounds, maxMemoryBytes: 150_000_000 };
      const error: Error = await make(file, type, width, height, within).catch((reason) => reason);
      expect(error).toMatchObject(damaged);
      expect(String(error.cause)).toMatch(/and its decoder|exceeds pixel limit/);
    },
  );

  test("is what breaks off, as the page refuses it", async () => {
    const whole = await readFile("e2e/photos/fig.jpg");
    const { width, height } = await sharp(whole).metadata();
    const half = await written("half.jpg", whole.subarray(0, whole.length / 2));
    await expect(make(half, "image/jpeg", width, height)).rejects.toMatchObject(damaged);
    const png = await sharp(whole).resize(400, 300, { fit: "fill" }).png().toBuffer();
    const halfPng = await written("half.png", png.subarray(0, png.length / 2));
    await expect(make(halfPng, "image/png", 400, 300)).rejects.toMatchObject(damaged);
  });

  test("is what breaks off where another picture begins, and what comes whole before one is taken", async () => {
    const photo = await sharp("e2e/photos/alpine-path.jpg").resize(400, 300).jpeg().toBuffer();
    const another = await panorama().toBuffer();
    const broken = await written("broken.jpg", Buffer.concat([photo.subarray(0, photo.length / 2), another]));
    await expect(make(broken, "image/jpeg", 400, 300)).rejects.toMatchObject(damaged);
    const followed = await written("followed.jpg", Buffer.concat([photo, another]));
    const { variants } = await make(followed, "image/jpeg", 400, 300);
    expect(await size(variants.display.bytes)).toMatchObject({ width: 400, height: 300 });
  });

  test("is a GIF whose first image has fewer pixels than it is large", async () => {
    const picture = image({ width: 96, height: 64 });
    const taller = Buffer.from(picture);
    taller.writeUInt16LE(65, 7);
    const made = [];
    for (const [index, each] of [picture, taller].entries()) {
      const file = await written(`${index}.gif`, gifOf({ width: 96, height: 65 }, each, trailer));
      made.push(
        await make(file, "image/gif", 96, 65).then(
          () => "taken",
          ({ code }) => code,
        ),
      );
    }
    expect(made).toEqual(["taken", "damaged_image"]);
    // With codes of all lengths, and a table that is full.
    const noise = Buffer.from(Array.from({ length: 300 * 200 * 3 }, (_, n) => (n * n * 7919) >> 5));
    const raw = { width: 300, height: 200, channels: 3 } as const;
    for (const colours of [2, 4, 16, 256]) {
      const gif = await sharp(noise, { raw }).gif({ colours }).toBuffer();
      const file = await written(`noise-${colours}.gif`, gif);
      expect((await make(file, "image/gif", 300, 200)).variants.display.bytes.length).toBeGreaterThan(0);
    }
  });

  test("is no picture at all", async () => {
    const file = await written("words.heic", Buffer.from("no picture"));
    for (const type of ["image/heic", "image/jpeg", "image/avif"] as const)
      await expect(make(file, type, 10, 10)).rejects.toMatchObject(damaged);
  });
});

describe("a picture of 48 megapixels that takes seconds", () => {
  const slow = (within = bounds) => make(caseFile("slow-grid-8x8.heic"), "image/heic", 6000, 8000, within);

  test("leaves the server its time", async () => {
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const { variants } = await slow();
    delay.disable();
    expect(await size(variants.display.bytes)).toMatchObject({ width: 1536, height: 2048 });
    expect(delay.max / 1e6).toBeLessThan(500);
  });

  test("is ended after its time, and beyond its memory", async () => {
    await expect(slow({ ...bounds, maxMilliseconds: 700 })).rejects.toMatchObject({ reason: "time" });
    // Node and the libraries alone take a hundred.
    await expect(slow({ ...bounds, maxMemoryBytes: 130_000_000 })).rejects.toMatchObject({
      reason: "memory",
    });
  });

  test("is refused where its decoder holds itself to less", async () => {
    const maxMemoryBytes = 150_000_000;
    const error = await slow({ ...bounds, maxMemoryBytes }).catch((reason) => reason);
    expect(error.reason ?? String(error.cause)).toMatch(/memory/i);
  });
});

test("the decoder says of what it is made", async () => {
  const { version } = JSON.parse(await readFile("node_modules/libheif-js/package.json", "utf8"));
  expect(await decoderVersions()).toEqual({
    libheif: version,
    sharp: sharp.versions.sharp,
    avif: sharp.versions.heif,
  });
});
