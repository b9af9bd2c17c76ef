import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { test as base } from "@playwright/test";
import sharp from "sharp";
import { expect, galleryImages } from "./fixtures";
import { PailServer } from "./support/pail-server";

const partBytes = 16 * 1024 * 1024;

/** A PNG that nothing compresses: a little over 100 MB. */
async function makeLargeFile(folder: string): Promise<{ file: string; bytes: number }> {
  const [width, height] = [7000, 4800];
  const file = path.join(folder, "large.png");
  const noise = randomBytes(width * height * 3);
  const { size } = await sharp(noise, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 0 })
    .toFile(file);
  return { file, bytes: size };
}

base(
  "a file of 100 MB whose wire is cut goes on, and sends no part again that had arrived",
  async ({ page }) => {
    base.setTimeout(400_000);
    const folder = await mkdtemp(path.join(os.tmpdir(), "pail-large-"));
    const pail = await PailServer.start({ env: { UPLOAD_MAX_BYTES: "200000000" } });
    try {
      const { file, bytes } = await makeLargeFile(folder);
      const { token, id } = pail.addUser();
      await page.context().addCookies([{ name: "pail", value: token, url: pail.origin }]);
      const arrived: string[] = [];
      page.on("response", (response) => {
        const part = new URL(response.url()).searchParams.get("partNumber");
        if (part !== null && response.request().method() === "PUT" && response.ok()) arrived.push(part);
      });
      await page.goto(pail.origin);
      pail.bucketWire.cut(50_000_000);
      await page.getByLabel("Choose pictures", { exact: true }).setInputFiles(file);
      await expect.poll(() => pail.bucketWire.broken, { timeout: 120_000 }).toBe(true);
      pail.bucketWire.mend();
      await expect(galleryImages(page)).toHaveCount(1, { timeout: 240_000 });
      expect(pail.query("select bytes from images where owner_id = ?", id)).toEqual([{ bytes }]);
      expect(arrived.map(Number).sort((a, b) => a - b)).toEqual(
        Array.from({ length: Math.ceil(bytes / partBytes) }, (_, index) => index + 1),
      );
      // What was under way when it was cut went twice, and nothing else.
      expect(pail.bucketWire.receivedBytes).toBeLessThan(bytes + 4 * partBytes);
    } finally {
      await pail.stop();
      await rm(folder, { recursive: true });
    }
  },
);
