import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, galleryImages, test } from "./fixtures";
import { makePhotographs } from "./support/photos";

const folderTest = test.extend<{ folder: string }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's shape.
  folder: async ({}, use) => {
    const [first, second] = await makePhotographs(2, { megapixels: 1 });
    const folder = await mkdtemp(path.join(os.tmpdir(), "pail-folder-"));
    await mkdir(path.join(folder, "2026", "lake"), { recursive: true });
    await copyFile(first?.path ?? "", path.join(folder, "2026", "first.jpg"));
    await copyFile(second?.path ?? "", path.join(folder, "2026", "lake", "second.jpg"));
    for (const name of [".DS_Store", "2026/Thumbs.db"]) await writeFile(path.join(folder, name), "x");
    await use(folder);
    await rm(folder, { recursive: true });
  },
});

folderTest.describe(
  "a folder comes with what is in its folders, but for what file managers keep there",
  () => {
    folderTest.beforeEach(async ({ page, user }) => {
      expect(user.id).not.toBe("");
      await page.goto("/");
      await expect(page.getByRole("heading", { name: "No pictures yet", exact: true })).toBeVisible();
    });
    folderTest.afterEach(async ({ page }) => {
      await expect(page.getByRole("img", { name: "first", exact: true })).toBeVisible();
      await expect(page.getByRole("img", { name: "second", exact: true })).toBeVisible();
      await expect(galleryImages(page)).toHaveCount(2);
      await expect(page.getByRole("heading", { name: "2 pictures added", exact: true })).toBeVisible();
    });

    folderTest("when it is dropped", async ({ page, folder }) => {
      const session = await page.context().newCDPSession(page);
      const data = { items: [], files: [folder], dragOperationsMask: 1 };
      const drag = (type: "dragEnter" | "dragOver" | "drop") =>
        session.send("Input.dispatchDragEvent", { type, x: 200, y: 200, data });
      await drag("dragEnter");
      // As often as it takes for the page's script to start.
      await expect(async () => {
        await drag("dragOver");
        await expect(page.getByText("Drop to add")).toBeVisible({ timeout: 500 });
      }).toPass();
      await drag("drop");
    });

    folderTest("when it is chosen", async ({ page, folder }) => {
      await page.getByLabel("Choose a folder", { exact: true }).setInputFiles(folder);
    });
  },
);

folderTest("its folders become albums where that is wanted", async ({ page, user, folder }) => {
  expect(user.id).not.toBe("");
  await page.goto("/");
  await page.getByLabel("Choose a folder", { exact: true }).setInputFiles(folder);
  const tray = page.getByRole("region", { name: "Uploads", exact: true });
  const name = path.basename(folder);
  await expect(tray.getByText(/^Keep “.*2026.*” and 1 more as albums\?$/)).toBeVisible();
  await tray.getByRole("button", { name: "Make albums", exact: true }).click();
  await expect(tray.getByRole("button", { name: "Make albums" })).toHaveCount(0);
  await expect(tray.getByText(/as albums\?$/)).toHaveCount(0);
  await expect(page.getByText("The pictures go into 2 albums.")).toBeVisible();
  await expect(galleryImages(page)).toHaveCount(2);
  // With nothing to decide any more, and nobody pointing at it, it goes away.
  await page.mouse.move(0, 0);
  await expect(tray).toHaveCount(0, { timeout: 15_000 });
  await page.getByRole("link", { name: "Albums", exact: true }).click();
  const albums = page.getByRole("list", { name: "Albums", exact: true });
  await expect(albums.getByText(`${name} / 2026`, { exact: true })).toBeVisible();
  await albums.getByText(`${name} / 2026 / lake`, { exact: true }).click();
  await expect(galleryImages(page)).toHaveCount(1);
  await expect(page.getByRole("img", { name: "second", exact: true })).toBeVisible();
});
