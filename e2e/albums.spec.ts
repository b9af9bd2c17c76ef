import type { Page } from "@playwright/test";
import {
  allTitles,
  expect,
  expectAccessible,
  galleryImages,
  heights,
  openPicturePage,
  press,
  test,
  uploadFiles,
} from "./fixtures";
import type { PailServer } from "./support/pail-server";
import { makePhotographs } from "./support/photos";

test("the page of somebody without albums says how one is made", async ({ page, user }) => {
  expect(user.id).not.toBe("");
  await page.goto("/");
  await page.getByRole("link", { name: "Albums", exact: true }).click();
  await expect(page.getByRole("heading", { name: "No albums yet", exact: true })).toBeVisible();
  await expect(page.getByText("Drop a folder on the page to make one.")).toBeVisible();
  await expectAccessible(page);
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`look, rename, delete, undo, in ${colorScheme}`, async ({ page, pail, user }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const [first = "", second = ""] = await uploadPhotographs(page, pail, user.id, 3);
    addAlbum(pail, user.id, "Lake", [first, second]);
    addAlbum(pail, user.id, "Zoo", []);
    const albums = page.getByRole("list", { name: "Albums", exact: true }).getByRole("link");
    await page.goto("/albums");
    await expect(albums).toHaveText(["Zoo0 pictures", "Lake2 pictures"]);
    await expectAccessible(page);

    await page.getByRole("link", { name: /^Lake\b/ }).click();
    const heading = page.getByRole("heading", { level: 1 });
    await expect(heading).toHaveText("Lake");
    await expect(page.getByText("2 pictures", { exact: true })).toBeVisible();
    await expect(galleryImages(page)).toHaveCount(2);
    await expectAccessible(page);

    await page.getByRole("button", { name: "Rename", exact: true }).click();
    await page.getByLabel("Name", { exact: true }).fill("Zoo");
    await page.keyboard.press("Enter");
    await expect(page.getByText("You have another album of this name.")).toBeVisible();
    await expectAccessible(page);
    await page.getByLabel("Name", { exact: true }).fill("  Abend am See ");
    await page.keyboard.press("Enter");
    await expect(heading).toHaveText("Abend am See");
    await expect(page).toHaveTitle("Abend am See · Pail");

    const address = page.url();
    await openPicturePage(galleryImages(page).first());
    await expect(page.getByRole("link", { name: "Older picture", exact: true })).toBeVisible();
    await expect(page.getByRole("link", { name: "Newer picture" })).toHaveCount(0);
    await press(page, "ArrowRight");
    await expect(page.getByRole("link", { name: "Newer picture", exact: true })).toBeVisible();
    await expect(page.getByRole("link", { name: "Older picture" })).toHaveCount(0);
    await press(page, "Escape");
    await expect(page).toHaveURL(address);
    await openPicturePage(galleryImages(page).last());
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await expect(page).toHaveURL(address);
    await expect(page.getByText("1 picture", { exact: true })).toBeVisible();
    await page.getByRole("button", { name: "Undo", exact: true }).click();
    await expect(galleryImages(page)).toHaveCount(2);

    await page.getByRole("button", { name: "Delete album", exact: true }).click();
    await expect(page).toHaveURL("/albums");
    await expect(albums).toHaveText(["Zoo0 pictures"]);
    const undo = page.getByRole("button", { name: "Undo", exact: true });
    // Pointed at, it does not go away meanwhile.
    await undo.hover();
    await expectAccessible(page);
    await undo.click();
    await expect(albums).toHaveText(["Zoo0 pictures", "Abend am See2 pictures"]);
    await page.goto(address);
    await expect(galleryImages(page)).toHaveCount(2);
    await page.goto("/");
    await expect(galleryImages(page)).toHaveCount(3);
  });
}

test("an album shows further pages of its own, also once deleted and back, and nothing else that is added", async ({
  page,
  pail,
  user,
}) => {
  const [photograph] = await makePhotographs(1, { megapixels: 1, seed: 2 });
  const [first = ""] = await uploadPhotographs(page, pail, user.id, 1);
  const copies = pail.copyImage(user.id, 450);
  const contents = [first, ...copies.filter((_, n) => n % 2 === 0)];
  const address = `/albums/${addAlbum(pail, user.id, "Many", contents)}`;
  await page.goto(address);
  expect(await allTitles(page)).toHaveLength(226);
  await page.getByRole("button", { name: "Delete album", exact: true }).click();
  await page.getByRole("button", { name: "Undo", exact: true }).click();
  await page.getByRole("link", { name: /^Many\b/ }).click();
  await expect(page).toHaveURL(address);
  await expect(page.getByText("226 pictures", { exact: true })).toBeVisible();
  await uploadFiles(page, photograph?.path ?? "");
  const titles = await allTitles(page);
  expect(titles).toHaveLength(226);
  const even = /^n \d*[02468]$/;
  expect(titles.filter((title) => !even.test(title))).toHaveLength(1);

  await page.getByRole("list", { name: "Pictures", exact: true }).getByRole("link").nth(1).press("Delete");
  await expect(page.getByText("225 pictures", { exact: true })).toBeVisible();
  await expect(galleryImages(page).and(page.getByAltText(titles[1] ?? "", { exact: true }))).toHaveCount(0);
  await page.getByRole("button", { name: "Undo", exact: true }).click();
  await expect(page.getByText("226 pictures", { exact: true })).toBeVisible();
  expect(await allTitles(page)).toHaveLength(226);
});

test("another user's album is a 404, and so is none", async ({ page, pail, user, expectedErrors }) => {
  expect(user.id).not.toBe("");
  expectedErrors.push(/status of 404/);
  const stranger = pail.addUser();
  const id = addAlbum(pail, stranger.id, "Theirs", []);
  for (const missing of [id, crypto.randomUUID(), "no-id"]) {
    expect((await page.goto(`/albums/${missing}`))?.status()).toBe(404);
    await expect(page.getByRole("heading", { name: "There is nothing here", exact: true })).toBeVisible();
  }
  expect((await page.request.get(`/albums/${id}/images`)).status()).toBe(404);
  await page.goto("/albums");
  await expect(page.getByRole("heading", { name: "No albums yet", exact: true })).toBeVisible();
});

test("whoever is not signed in sees no album", async ({ page, pail }) => {
  const id = addAlbum(pail, pail.addUser().id, "Lake", []);
  for (const address of ["/albums", `/albums/${id}`]) {
    await page.goto(address);
    await expect(page).toHaveURL(/sign-in/);
  }
  expect((await page.request.get(`/albums/${id}/images`)).status()).toBe(401);
});

test("on a phone both pages fit", async ({ page, pail, user }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  const ids = await uploadPhotographs(page, pail, user.id, 3);
  const id = addAlbum(pail, user.id, "Summer holidays ".repeat(4) + "x".repeat(36), ids);
  for (const address of ["/albums", `/albums/${id}`]) {
    await page.goto(address);
    await expect(page.getByText("3 pictures", { exact: true })).toBeVisible();
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    for (const height of await heights(page.getByRole("button"))) expect(height).toBeGreaterThanOrEqual(44);
  }
});

/** Their ids, in any order. */
async function uploadPhotographs(
  page: Page,
  pail: PailServer,
  userId: string,
  count: number,
): Promise<string[]> {
  const photographs = await makePhotographs(count, { megapixels: 1 });
  await page.goto("/");
  await uploadFiles(
    page,
    photographs.map((photograph) => photograph.path),
  );
  const rows = pail.query<{ id: string }>("select id from images where owner_id = ?", userId);
  return rows.map(({ id }) => id);
}

let albums = 0;

/** The rows that adding pictures to a new album makes; its id, which is higher than that of the one before. */
function addAlbum(pail: PailServer, ownerId: string, name: string, imageIds: string[]): string {
  albums += 1;
  const id = `${String(albums).padStart(8, "0")}${crypto.randomUUID().slice(8)}`;
  pail.query(
    "insert into albums (id, owner_id, name, created_at) values (?, ?, ?, ?)",
    ...[id, ownerId, name, Date.now()],
  );
  for (const imageId of imageIds)
    pail.query("insert into album_images (album_id, image_id) values (?, ?)", id, imageId);
  return id;
}
