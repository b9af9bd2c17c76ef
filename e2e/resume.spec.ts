import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { expect, galleryImages, noConnection, reachForFiles, test } from "./fixtures";
import { makePhotographs, type Photograph } from "./support/photos";

// Chromium itself reports requests that were cut off.
const networkErrors = /net::ERR_|Failed to load resource|status of 5\d\d/;

test.beforeEach(async ({ page, expectedErrors, user }) => {
  expect(user.id).not.toBe("");
  expectedErrors.push(networkErrors);
  // The page asks before it is left while it sends.
  page.on("dialog", (dialog) => void dialog.accept());
});

const tray = (page: Page) => page.getByRole("region", { name: "Uploads", exact: true });
const waiting = (page: Page) =>
  tray(page).getByText("The connection was lost. Trying again in a moment.").first();
const choose = (page: Page, photographs: Photograph[]) =>
  page.getByLabel("Choose pictures", { exact: true }).setInputFiles(photographs.map(({ path }) => path));

interface Noted {
  /** whether the browser has a copy of its own */
  isCopied: boolean;
  uploadId: string | null;
}

/** What the browser has noted of files that are still on their way. */
const noted = (page: Page) =>
  page.evaluate(async () => {
    // Opening it before Pail has would leave Pail an empty one.
    if (!(await indexedDB.databases()).some(({ name }) => name === "pail-uploads")) return [];
    return new Promise<Noted[]>((resolve, reject) => {
      const opening = indexedDB.open("pail-uploads");
      opening.onerror = () => reject(opening.error);
      opening.onsuccess = () => {
        const all = opening.result.transaction("files").objectStore("files").getAll();
        all.onsuccess = () => resolve(all.result.map(({ isCopied, uploadId }) => ({ isCopied, uploadId })));
        opening.result.close();
      };
    });
  });

/** Until the browser has copies of its own of all files that are still on their way, and has noted them. */
const untilKept = (page: Page, count: number) =>
  expect(async () => {
    const files = await noted(page);
    expect(files.filter(({ isCopied }) => !isCopied)).toEqual([]);
    expect(files.length + (await galleryImages(page).count())).toBeGreaterThanOrEqual(count);
  }).toPass();

/** Until it has noted so many, with copies or without. */
const untilNoted = (page: Page, files: number) =>
  expect.poll(async () => (await noted(page)).length).toBe(files);

test("what was chosen without a connection is kept once there is one, and survives a reload", async ({
  page,
  pail,
}) => {
  const photographs = await makePhotographs(3);
  await page.goto("/");
  await reachForFiles(page);
  pail.appWire.cut();
  await choose(page, photographs);
  await expect(noConnection(page)).toBeVisible();
  // Meanwhile the copies are tried, and the worker that makes them does not come.
  await page.waitForEvent("requestfailed", (request) => request.url().includes("turbopack-worker"));
  pail.bucketWire.cut();
  pail.appWire.mend();
  await untilKept(page, photographs.length);
  await page.reload();
  pail.bucketWire.mend();
  await expect(galleryImages(page)).toHaveCount(photographs.length, { timeout: 120_000 });
});

test("a reload in the middle: all of it goes on by itself and arrives", async ({ page, pail, user }) => {
  const photographs = await makePhotographs(6);
  await page.goto("/");
  // Some get through, the rest waits for the wire.
  pail.bucketWire.cut(8_000_000);
  await choose(page, photographs);
  await expect(waiting(page)).toBeVisible();
  await untilKept(page, 6);
  const uploads = () => pail.query("select count(*) as n from uploads where owner_id = ?", user.id);
  await expect.poll(uploads).toEqual([{ n: 6 }]);
  // The server knows of an upload before the page does, and the page before the browser has noted it.
  await expect.poll(async () => (await noted(page)).filter(({ uploadId }) => uploadId === null)).toEqual([]);
  await page.reload();
  pail.bucketWire.mend();
  await expect(galleryImages(page)).toHaveCount(6, { timeout: 120_000 });
  const found = pail.query<{ sha256: string }>("select sha256 from images where owner_id = ?", user.id);
  expect(found.map((row) => Buffer.from(row.sha256, "base64").toString("hex")).sort()).toEqual(
    photographs.map(({ sha256 }) => sha256).sort(),
  );
  // The same uploads went on: no second one was begun for any picture.
  expect(uploads()).toEqual([{ n: 6 }]);
});

test("two pages show the same, one sends, and when it is closed the other goes on", async ({
  page,
  pail,
  context,
  user,
}) => {
  const photographs = await makePhotographs(8);
  await page.goto("/");
  const other = await context.newPage();
  await other.goto("/");
  pail.bucketWire.cut(5_000_000);
  await choose(page, photographs.slice(0, 4));
  await expect(tray(other).getByRole("heading", { name: /of 4 pictures/ })).toBeVisible();
  await choose(other, photographs.slice(4));
  await expect(tray(page).getByRole("progressbar")).toHaveCount(8);
  await untilKept(page, 8);
  await page.close();
  pail.bucketWire.mend();
  await expect(galleryImages(other)).toHaveCount(8, { timeout: 120_000 });
  expect(pail.query("select count(*) as n from images where owner_id = ?", user.id)).toEqual([{ n: 8 }]);
});

test("what is chosen in one page is sent by another", async ({ page, context }) => {
  const photographs = await makePhotographs(2);
  await page.goto("/");
  await choose(page, photographs.slice(0, 1));
  await expect(galleryImages(page)).toHaveCount(1);
  const other = await context.newPage();
  await other.goto("/");
  await choose(other, photographs.slice(1));
  for (const each of [page, other]) await expect(galleryImages(each)).toHaveCount(2);
});

/** Browsers that keep none of the files, but what is to be done with them. */
const keepers = {
  "whose disk is full": () => {
    navigator.storage.estimate = async () => ({ quota: 0, usage: 0 });
  },
  "that has no private file system, as WebKitGTK": () => {
    Object.defineProperty(navigator, "storage", { value: undefined });
  },
  "that does not hand it out, as Firefox in a private window": () => {
    navigator.storage.getDirectory = () => Promise.reject(new DOMException("", "SecurityError"));
  },
};

for (const [which, become] of Object.entries(keepers))
  test(`in a browser ${which}, what was left is chosen again, told by its content`, async ({
    page,
    pail,
  }) => {
    const photographs = await makePhotographs(3);
    await page.addInitScript(become);
    await page.goto("/");
    pail.bucketWire.cut(500_000);
    await choose(page, photographs.slice(0, 2));
    await expect(waiting(page)).toBeVisible();
    await untilNoted(page, 2);
    await page.reload();
    pail.bucketWire.mend();
    await expect(tray(page).getByText("2 pictures were on the way when Pail was closed.")).toBeVisible();
    const again = tray(page).getByLabel("Choose these again", { exact: true });
    await again.setInputFiles(photographs[2]?.path ?? "");
    await expect(page.getByText("is none of them. Nothing was added.")).toBeVisible();
    await again.setInputFiles(photographs.slice(0, 2).map(({ path }) => path));
    await expect(galleryImages(page)).toHaveCount(2);
    // What has arrived is struck out a moment later.
    await untilNoted(page, 0);
    await page.reload();
    await expect(galleryImages(page)).toHaveCount(2);
    await expect(tray(page)).toHaveCount(0);
  });

test("what was left goes on where it is chosen again by the button for new pictures", async ({
  page,
  pail,
  user,
}) => {
  const photographs = await makePhotographs(3);
  await page.addInitScript(keepers["that has no private file system, as WebKitGTK"]);
  await page.goto("/");
  pail.bucketWire.cut(500_000);
  await choose(page, photographs.slice(0, 2));
  await expect(waiting(page)).toBeVisible();
  await untilNoted(page, 2);
  await page.reload();
  pail.bucketWire.mend();
  await expect(tray(page).getByText("2 pictures were on the way when Pail was closed.")).toBeVisible();
  await choose(page, photographs);
  await expect(galleryImages(page)).toHaveCount(3);
  await untilNoted(page, 0);
  await expect(tray(page).getByText("were on the way")).toHaveCount(0);
  expect(pail.query("select count(*) as n from uploads where owner_id = ?", user.id)).toEqual([{ n: 3 }]);
});

test("a browser that notes nothing at all says that its page has to stay open", async ({ page, pail }) => {
  const photographs = await makePhotographs(1);
  await page.addInitScript(() => {
    indexedDB.open = () => {
      throw new DOMException("", "SecurityError");
    };
  });
  await page.goto("/");
  pail.bucketWire.cut(500_000);
  await choose(page, photographs);
  await expect(waiting(page)).toBeVisible();
  const stays = tray(page).getByText("Keep this page open until all is added");
  await expect(stays).toBeVisible();
  pail.bucketWire.mend();
  await expect(galleryImages(page)).toHaveCount(1);
  await expect(stays).toHaveCount(0);
});

test("what was left is chosen again in any page, also one that does not send", async ({
  page,
  pail,
  context,
}) => {
  const photographs = await makePhotographs(3);
  await context.addInitScript(() => {
    // A browser whose disk is full.
    navigator.storage.estimate = async () => ({ quota: 0, usage: 0 });
  });
  await page.goto("/");
  pail.bucketWire.cut(500_000);
  await choose(page, photographs.slice(0, 2));
  await expect(waiting(page)).toBeVisible();
  await untilNoted(page, 2);
  const sender = await context.newPage();
  await sender.goto("/");
  await expect(tray(sender).getByRole("progressbar")).toHaveCount(2);
  await page.reload();
  pail.bucketWire.mend();
  for (const each of [sender, page])
    await expect(tray(each).getByText("2 pictures were on the way when Pail was closed.")).toBeVisible();
  const again = tray(page).getByLabel("Choose these again", { exact: true });
  await again.setInputFiles(photographs.map(({ path }) => path));
  await expect(page.getByText("is none of them. Nothing was added.")).toBeVisible();
  for (const each of [sender, page]) await expect(galleryImages(each)).toHaveCount(2);
});

test("what was left can be discarded, and another person on this browser sees none of it", async ({
  page,
  pail,
  context,
}) => {
  const photographs = await makePhotographs(1);
  await page.addInitScript(() => {
    navigator.storage.estimate = async () => ({ quota: 0, usage: 0 });
  });
  await page.goto("/");
  pail.bucketWire.cut(500_000);
  await choose(page, photographs);
  await expect(waiting(page)).toBeVisible();
  await untilNoted(page, 1);
  const mine = await context.cookies();
  await context.addCookies([{ name: "pail", value: pail.addUser().token, url: pail.origin }]);
  await page.reload();
  await expect(page.getByRole("heading", { name: "No pictures yet", exact: true })).toBeVisible();
  await expect(tray(page)).toHaveCount(0);
  await context.addCookies(mine);
  await page.reload();
  pail.bucketWire.mend();
  await tray(page).getByRole("button", { name: "Discard", exact: true }).click();
  await expect(tray(page)).toHaveCount(0);
  await page.reload();
  await expect(page.getByRole("heading", { name: "No pictures yet", exact: true })).toBeVisible();
  await expect(tray(page)).toHaveCount(0);
});

test("three pictures of the same name, size and type are three pictures", async ({ page, pail, user }) => {
  const [photograph] = await makePhotographs(1, { megapixels: 1 });
  if (photograph === undefined) throw new Error("no photograph");
  const bytes = await readFile(photograph.path);
  const files = [1, 2, 3].map((last) => {
    const buffer = Buffer.from(bytes);
    // A few bytes of the picture's data.
    buffer[bytes.length - 20] = last;
    return { name: "IMG_0001.jpg", mimeType: "image/jpeg", buffer };
  });
  await page.goto("/");
  await page.getByLabel("Choose pictures", { exact: true }).setInputFiles(files);
  await expect(galleryImages(page)).toHaveCount(3);
  const found = pail.query<{ sha256: string }>("select sha256 from images where owner_id = ?", user.id);
  expect(found.map(({ sha256 }) => sha256).sort()).toEqual(
    files.map(({ buffer }) => createHash("sha256").update(buffer).digest("base64")).sort(),
  );
});
