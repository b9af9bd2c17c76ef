import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import sharp from "sharp";
import { expect, galleryImages, openPicturePage, test, uploadFiles } from "./fixtures";

/** Lines of text, one pixel thick here and there: what is made smaller is grey. */
async function writeLong(folder: string): Promise<string[]> {
  const lines = (width: number, height: number) => {
    const row = (y: number) =>
      `<text x="20" y="${y}" font-size="28" font-family="monospace">${`line ${y} `.repeat(width / 150)}</text>`;
    const rows = Array.from({ length: Math.floor(height / 40) }, (_, index) => row(40 * (index + 1))).join(
      "",
    );
    return Buffer.from(
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="white"/>${rows}</svg>`,
    );
  };
  const files = {
    "screenshot.png": await sharp(lines(1080, 20_000)).png().toBuffer(),
    "panorama.jpg": await sharp(lines(12_000, 500)).jpeg({ quality: 92 }).toBuffer(),
  };
  for (const [name, bytes] of Object.entries(files)) await writeFile(path.join(folder, name), bytes);
  return Object.keys(files).map((name) => path.join(folder, name));
}

test("long pictures are sharp in their tiles, and can be read on their pages", async ({ page, user }) => {
  expect(user.id).not.toBe("");
  const folder = await mkdtemp(path.join(os.tmpdir(), "pail-test-long-"));
  try {
    await page.goto("/");
    await uploadFiles(page, await writeLong(folder));
    await expect(galleryImages(page)).toHaveCount(2);
    const sizeOf = (name: string) =>
      page
        .getByRole("img", { name, exact: true })
        .evaluate((image) => [
          (image as HTMLImageElement).naturalWidth,
          (image as HTMLImageElement).naturalHeight,
        ]);
    await expect.poll(() => sizeOf("panorama")).toEqual([2400, 240]);
    await expect.poll(() => sizeOf("screenshot")).toEqual([240, 1200]);

    await openPicturePage(page.getByRole("img", { name: "panorama", exact: true }));
    const frame = page.getByRole("region", { name: "panorama", exact: true });
    await expect(frame).toBeVisible();
    await expect.poll(() => sizeOf("panorama")).toEqual([12_000, 500]);
    expect(await frame.evaluate((it) => it.scrollWidth)).toBeGreaterThan(10_000);
    await page.screenshot({ path: test.info().outputPath("panorama.png") });

    await page.goto("/");
    await openPicturePage(page.getByRole("img", { name: "screenshot", exact: true }));
    const tall = page.getByRole("region", { name: "screenshot", exact: true });
    await expect.poll(() => sizeOf("screenshot")).toEqual([1080, 20_000]);
    expect(await tall.evaluate((it) => it.scrollHeight)).toBeGreaterThan(10_000);
    await tall.focus();
    await page.keyboard.press("End");
    await expect.poll(() => tall.evaluate((it) => it.scrollTop)).toBeGreaterThan(5000);
    await page.screenshot({ path: test.info().outputPath("screenshot.png") });

    // As an earlier Pail made it.
    const small = await sharp({ create: { width: 2048, height: 85, channels: 3, background: "grey" } })
      .jpeg()
      .toBuffer();
    await page.route(/\/display\.\w+\?/, (route) =>
      route.fulfill({ body: small, contentType: "image/jpeg" }),
    );
    await page.goto("/");
    await openPicturePage(page.getByRole("img", { name: "panorama", exact: true }));
    await expect
      .poll(() => page.getByRole("img", { name: "panorama", exact: true }).getAttribute("src"))
      .toContain("/original.jpg");
    await expect.poll(() => sizeOf("panorama")).toEqual([12_000, 500]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("a long transparent picture stands on a checkerboard, in either theme", async ({ page, user }) => {
  expect(user.id).not.toBe("");
  const clear = { r: 0, g: 0, b: 0, alpha: 0 };
  const blank = sharp({ create: { width: 400, height: 4000, channels: 4, background: clear } });
  const dot = await sharp({ create: { width: 200, height: 200, channels: 3, background: "teal" } })
    .png()
    .toBuffer();
  const picture = await blank
    .composite([{ input: dot, left: 100, top: 100 }])
    .png()
    .toBuffer();
  await page.goto("/");
  await uploadFiles(page, [
    { name: "clear.png", mimeType: "image/png", buffer: picture },
    { name: "solid.png", mimeType: "image/png", buffer: await sharp(picture).removeAlpha().png().toBuffer() },
  ]);
  await expect(galleryImages(page)).toHaveCount(2);
  const groundOf = async (name: string) => {
    const image = page.getByRole("region", { name, exact: true }).getByRole("img", { name, exact: true });
    await expect.poll(() => image.evaluate((it) => (it as HTMLImageElement).naturalHeight)).toBe(4000);
    return image.evaluate((it) => {
      const { backgroundImage, backgroundColor } = getComputedStyle(it);
      return { board: backgroundImage, colour: backgroundColor };
    });
  };

  await openPicturePage(page.getByRole("img", { name: "clear", exact: true }));
  await page.emulateMedia({ colorScheme: "light" });
  const light = await groundOf("clear");
  await page.screenshot({ path: test.info().outputPath("light.png") });
  await page.emulateMedia({ colorScheme: "dark" });
  const dark = await groundOf("clear");
  await page.screenshot({ path: test.info().outputPath("dark.png") });
  for (const { board, colour } of [light, dark])
    expect([board, colour]).toEqual([expect.stringContaining("conic-gradient"), "rgba(0, 0, 0, 0)"]);
  expect(dark.board).not.toBe(light.board);

  await page.goto("/");
  await openPicturePage(page.getByRole("img", { name: "solid", exact: true }));
  const solid = await groundOf("solid");
  expect(solid.board).toBe("none");
  expect(solid.colour).not.toBe("rgba(0, 0, 0, 0)");
});
