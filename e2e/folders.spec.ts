import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import type { Page } from "@playwright/test";
import { expect, galleryImages, test, uploadFiles } from "./fixtures";
import { makePhotographs } from "./support/photos";
import { addToken } from "./support/tokens";

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
      await dropFolder(page, folder);
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

const jpegOf = (photograph: { path: string } | undefined) => photograph?.path ?? "";

/** Drops it anywhere on the page, as soon as the page's script has started. */
async function dropFolder(page: Page, folder: string) {
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
}

/** Beside the two pictures of a folder what other programs keep there; returns how much that is. */
async function addOthers(folder: string): Promise<number> {
  const [third, fourth] = await makePhotographs(4, { megapixels: 1 }).then((all) => all.slice(2));
  await copyFile(jpegOf(third), path.join(folder, "2026", "third.jfif"));
  await copyFile(jpegOf(fourth), path.join(folder, "2026", "fourth.mpo"));
  const others = [
    ...["@eaDir/a.jpg/SYNOPHOTO_THUMB_M.jpg", "#recycle/a.jpg", "$RECYCLE.BIN/a.jpg", ".thumbnails/a.jpg"],
    ...[".picasaoriginals/a.jpg", ".trash/a.jpg", "__MACOSX/a.jpg", "L.photoslibrary/resources/a.jpg"],
    ...["._first.jpg", "first.AAE", "first.xmp", "first.mp4", "metadata.json", "notes.txt"],
  ].map((name) => path.join(folder, "2026", name));
  for (const file of others) {
    await mkdir(path.dirname(file), { recursive: true });
    await copyFile(jpegOf(third), file);
  }
  await writeFile(path.join(folder, "2026", "notes.txt"), "Tuesday");
  // The fixture's two.
  return others.length + 2;
}

for (const way of ["dropped", "chosen"] as const)
  folderTest(
    `what is other programs' is left out of a folder that is ${way}, and counted`,
    async ({ page, user, folder }) => {
      expect(user.id).not.toBe("");
      // Chromium tells a page of no file of this name in a folder that is dropped.
      await rm(path.join(folder, "2026", "Thumbs.db"));
      const count = (await addOthers(folder)) - 1;
      await page.goto("/");
      if (way === "dropped") await dropFolder(page, folder);
      else await page.getByLabel("Choose a folder", { exact: true }).setInputFiles(folder);
      await expect(page.getByText(/left out/)).toBeVisible();
      await expect(
        page.getByText(`${count} other files were left out: sidecars, videos, other programs’ files.`),
      ).toBeVisible();
      await expect(page.getByRole("heading", { name: "4 pictures added", exact: true })).toBeVisible();
      await expect(galleryImages(page)).toHaveCount(4);
    },
  );

folderTest("the command leaves out the same", async ({ user, folder, pail }) => {
  const count = await addOthers(folder);
  const secret = addToken(pail, user, ["upload"]);
  const args = ["--conditions=react-server", "--import", "tsx", "lib/cli.ts", "upload"];
  const { stdout } = await promisify(execFile)(process.execPath, [...args, "--origin", pail.origin, folder], {
    cwd: pail.folder,
    env: { ...process.env, NODE_OPTIONS: "", PAIL_TOKEN: secret },
  });
  expect(stdout).toBe(
    `Sent 4; 0 were already there; 0 failed.\n${count} other files were left out: sidecars, videos, other programs’ files.\n`,
  );
});

folderTest(
  "a file of a folder that cannot be read is named, and the others come",
  async ({ page, user, folder }) => {
    expect(user.id).not.toBe("");
    await page.addInitScript(() => {
      const { getFile } = FileSystemFileHandle.prototype;
      FileSystemFileHandle.prototype.getFile = function () {
        if (this.name !== "first.jpg") return getFile.call(this);
        return Promise.reject(new DOMException("It is locked.", "NotReadableError"));
      };
    });
    await page.goto("/");
    await dropFolder(page, folder);
    const tray = page.getByRole("region", { name: "Uploads", exact: true });
    await expect(
      tray.getByRole("heading", { name: "1 picture not added, 1 added", exact: true }),
    ).toBeVisible();
    const row = tray.getByRole("listitem").filter({ hasText: "first.jpg" });
    await expect(row.getByText(/^This file could not be read\./)).toBeVisible();
    await expect(page.getByRole("img", { name: "second", exact: true })).toBeVisible();
  },
);

folderTest(
  "a picture of Pail that is dragged is not uploaded, nor is the page its target",
  async ({ page, user, folder, pail }) => {
    expect(user.id).not.toBe("");
    await page.goto("/");
    await uploadFiles(page, [path.join(folder, "2026", "first.jpg")]);
    await page.goto("/");
    const begun = () => pail.query("select id from uploads where owner_id = ?", user.id).length;
    const dragged = (isOwn: boolean) =>
      galleryImages(page)
        .first()
        .evaluate((image, own) => {
          const dataTransfer = new DataTransfer();
          const init = { bubbles: true, cancelable: true, dataTransfer };
          if (own) image.dispatchEvent(new DragEvent("dragstart", init));
          // As browsers have it, though not the same bytes.
          dataTransfer.items.add(new File(["x"], "dragged.jpg", { type: "image/jpeg" }));
          document.dispatchEvent(new DragEvent("dragenter", init));
          document.dispatchEvent(new DragEvent("dragover", init));
          return new Promise<boolean>((resolve) =>
            setTimeout(() => {
              const isTarget = [...document.querySelectorAll("p")].some(
                (p) => p.textContent === "Drop to add",
              );
              document.dispatchEvent(new DragEvent("drop", init));
              resolve(isTarget);
            }, 200),
          );
        }, isOwn);
    // What is dragged from elsewhere, as often as it takes for the page's script to start.
    await expect.poll(() => dragged(false)).toBe(true);
    const tray = page.getByRole("region", { name: "Uploads", exact: true });
    await expect(tray.getByText("dragged.jpg").first()).toBeVisible();
    await tray.getByRole("button", { name: "Close", exact: true }).click();
    await expect(tray).toHaveCount(0);
    const before = begun();
    expect(await dragged(true)).toBe(false);
    // By hand, to where a drop would be.
    await galleryImages(page).first().hover();
    await page.mouse.down();
    await page.mouse.move(640, 500, { steps: 5 });
    await expect(page.getByText("Drop to add")).toHaveCount(0);
    await page.mouse.up();
    await expect(tray).toHaveCount(0);
    expect(begun()).toBe(before);
  },
);
