import fs from "node:fs";
import path from "node:path";
import type { Page } from "@playwright/test";
import { copyProject } from "../lib/testing/project-copy";
import { test as base, expect, galleryImages, reachForFiles } from "./fixtures";
import { PailServer } from "./support/pail-server";
import { makePhotographs, type Photograph } from "./support/photos";

const projectDir = path.resolve(import.meta.dirname, "..");
/** What a page loads once someone reaches for files, chooses some, and waits for a moment. */
const changed = [
  "app/_uploads/sending.tsx",
  "lib/uploads/client/prepare/prepare.worker.ts",
  "lib/uploads/client/queue/copy.worker.ts",
];

const test = base.extend<object, { newer: string }>({
  newer: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's shape.
    async ({}, use) => {
      const copy = copyProject();
      try {
        for (const name of changed)
          fs.appendFileSync(
            path.join(copy.folder, name),
            '\nObject.assign(globalThis, { build: "newer" });\n',
          );
        // Built before a page waits for it.
        await (await PailServer.start({ folder: copy.folder })).stop();
        await use(copy.folder);
      } finally {
        copy.remove();
      }
    },
    { scope: "worker", timeout: 600_000 },
  ],
});

test.beforeEach(async ({ page, pail, expectedErrors, user }) => {
  expect(user.id).not.toBe("");
  if (pail.folder !== projectDir) await changeBuild(pail, projectDir);
  // Scripts and actions of the earlier build are gone, and nobody answers while one ends and the other begins.
  expectedErrors.push(/net::ERR_|Failed to load resource|status of (404|5\d\d)|MIME type|ChunkLoadError/);
  expectedErrors.push(/Failed to load chunk|Failed to fetch|unexpected response|Server Action|importScripts/);
  // The page asks before it is left while it sends.
  page.on("dialog", (dialog) => void dialog.accept());
});

const choose = (page: Page, photographs: Photograph[]) =>
  page
    .getByLabel("Choose pictures", { exact: true })
    .setInputFiles(photographs.map((photograph) => photograph.path));

async function changeBuild(pail: PailServer, folder: string): Promise<void> {
  await pail.kill();
  pail.moveTo(folder);
  await pail.run();
}

test("a page of an earlier build that sends says to reload, and then all arrives that was chosen, before and after", async ({
  page,
  pail,
  newer,
}) => {
  const photographs = await makePhotographs(6);
  await page.goto("/");
  await reachForFiles(page);
  pail.bucketWire.hold(4_000_000);
  await choose(page, photographs.slice(0, 4));
  await expect.poll(() => pail.bucketWire.holding).toBe(true);
  await changeBuild(pail, newer);
  pail.bucketWire.mend();
  const tray = page.getByRole("region", { name: "Uploads", exact: true });
  await expect(tray.getByText("Pail was updated. It goes on once the page is reloaded.")).toBeVisible({
    timeout: 120_000,
  });
  await choose(page, photographs.slice(4));
  await untilKept(page, photographs.length);
  await tray.getByRole("button", { name: "Reload", exact: true }).click();
  await expect(galleryImages(page)).toHaveCount(photographs.length, { timeout: 120_000 });
});

test("a page of an earlier build whose scripts are gone keeps what is chosen for the next page", async ({
  page,
  pail,
  newer,
}) => {
  const photographs = await makePhotographs(2);
  await page.goto("/");
  // Its worker is there already, or is not fetched from a server that is just going.
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  await changeBuild(pail, newer);
  await choose(page, photographs);
  await expect(page.getByText("What you chose is kept: reload the page.")).toBeVisible();
  await page.reload();
  await expect(galleryImages(page)).toHaveCount(photographs.length, { timeout: 120_000 });
});

/** Until the browser has copies of its own of all that has not arrived. */
const untilKept = (page: Page, files: number) =>
  expect(async () => {
    const copied = await page.evaluate(
      () =>
        new Promise<boolean[]>((resolve, reject) => {
          const opening = indexedDB.open("pail-uploads");
          opening.onerror = () => reject(opening.error);
          opening.onsuccess = () => {
            const all = opening.result.transaction("files").objectStore("files").getAll();
            all.onsuccess = () => resolve(all.result.map(({ isCopied }) => isCopied));
            opening.result.close();
          };
        }),
    );
    expect(copied).not.toContain(false);
    expect(copied.length + (await galleryImages(page).count())).toBeGreaterThanOrEqual(files);
  }).toPass();
