import { readFile } from "node:fs/promises";
import type { Locator, Page } from "@playwright/test";
import { expect, expectAccessible, galleryImages, heights, press, test, uploadFiles } from "./fixtures";
import type { PailServer } from "./support/pail-server";
import { makePhotographs } from "./support/photos";

test("the page of somebody without albums says how one is made", async ({ page, user }) => {
  expect(user.id).not.toBe("");
  await page.goto("/");
  await page.getByRole("link", { name: "Albums", exact: true }).click();
  await expect(page.getByRole("heading", { name: "No albums yet", exact: true })).toBeVisible();
  await expect(page.getByText("Make one here, or drop a folder on the page.")).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: "New album", exact: true }).click();
  await expect(page.getByLabel("Name", { exact: true })).toBeFocused();
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: "New album", exact: true })).toBeFocused();
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
    const pages = await tiles(page).evaluateAll((all) => all.map((tile) => tile.getAttribute("href") ?? ""));
    await page.goto(pages[0] ?? "");
    await expect(page.getByRole("link", { name: "Older picture", exact: true })).toBeVisible();
    await expect(page.getByRole("link", { name: "Newer picture" })).toHaveCount(0);
    await press(page, "ArrowRight");
    await expect(page.getByRole("link", { name: "Newer picture", exact: true })).toBeVisible();
    await expect(page.getByRole("link", { name: "Older picture" })).toHaveCount(0);
    await press(page, "Escape");
    await expect(page).toHaveURL(address);
    await tiles(page).last().click();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await expect(page).toHaveURL(address);
    await expect(page.getByText("1 picture", { exact: true })).toBeVisible();
    await page.getByRole("button", { name: "Undo", exact: true }).click();
    await expect(galleryImages(page)).toHaveCount(2);

    await option(page, "Delete album");
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

test("an album shows all of its own, also once deleted and back, and nothing that is added elsewhere", async ({
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
  await expect(galleryImages(page).first()).toBeVisible();
  await option(page, "Delete album");
  await expect(page).toHaveURL("/albums");
  await page.getByRole("button", { name: "Undo", exact: true }).click();
  await page.getByRole("link", { name: /^Many\b/ }).click();
  await expect(page).toHaveURL(address);
  await expect(page.getByText("226 pictures", { exact: true })).toBeVisible();
  await page.goto("/");
  await uploadFiles(page, photograph?.path ?? "");
  await page.goto(address);
  await expect(page.getByText("226 pictures", { exact: true })).toBeVisible();
  const listed = await page.request.get(`${address}/images/ids?from=0&to=999`);
  const ids = ((await listed.json()) as { id: string }[]).map(({ id }) => id);
  expect(ids.toSorted()).toEqual(contents.toSorted());
  await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
  await expect(page.getByRole("img", { name: "n 448", exact: true })).toBeVisible();
  await page.evaluate(() => window.scrollTo(0, 0));

  await tiles(page).nth(1).press("Delete");
  await expect(page.getByText("225 pictures", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Undo", exact: true }).click();
  await expect(page.getByText("226 pictures", { exact: true })).toBeVisible();
});

test("new albums, one of each name, and what is chosen or dropped for an album goes into it", async ({
  page,
  pail,
  user,
  expectedErrors,
}) => {
  expectedErrors.push(/net::ERR_|Failed to load resource/);
  page.on("dialog", (dialog) => void dialog.accept());
  const photographs = await makePhotographs(4, { megapixels: 1, seed: 40 });
  const lake = addAlbum(pail, user.id, "Lake", []);
  await page.goto("/albums");
  await page.getByRole("button", { name: "New album", exact: true }).click();
  await page.getByLabel("Name", { exact: true }).fill("Lake");
  await page.keyboard.press("Enter");
  await expect(page.getByText("You have another album of this name.")).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("link", { name: "Open “Lake”", exact: true }).click();
  await expect(page).toHaveURL(`/albums/${lake}`);
  await expect(
    page.getByRole("heading", { name: "No pictures in this album yet", exact: true }),
  ).toBeVisible();
  await expect(page.locator("main").getByText("Add pictures", { exact: true })).toBeVisible();

  await page.goto("/albums");
  await page.getByRole("button", { name: "New album", exact: true }).click();
  await page.getByLabel("Name", { exact: true }).fill("Zoo");
  await page.getByRole("button", { name: "Create", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Zoo");
  const zoo = new URL(page.url()).pathname;

  // They are still on their way when the page goes.
  const tray = page.getByRole("region", { name: "Uploads", exact: true });
  pail.bucketWire.cut();
  await page
    .getByLabel("Choose pictures", { exact: true })
    .setInputFiles(photographs.slice(0, 2).map(({ path }) => path));
  await expect(tray.getByText("Goes into the album “Zoo”.")).toBeVisible();
  await expect(tray.getByText("The connection was lost. Trying again in a moment.").first()).toBeVisible();
  await expect.poll(() => keptFiles(page)).toBe(2);
  await page.reload();
  await expect(tray.getByText("Goes into the album “Zoo”.")).toBeVisible();
  pail.bucketWire.mend();
  await expect(galleryImages(page)).toHaveCount(2, { timeout: 60_000 });
  await expect(page.getByText("2 pictures", { exact: true })).toBeVisible();

  await dropOn(page, page.locator("main"), photographs[2]?.path ?? "");
  await expect(galleryImages(page)).toHaveCount(3, { timeout: 60_000 });
  await page.goto("/albums");
  await dropOn(page, page.locator(`[data-album="${lake}"]`), photographs[3]?.path ?? "");
  await expect(page.getByRole("link", { name: "Lake 1 picture", exact: true })).toBeVisible({
    timeout: 60_000,
  });
  await expect(page.getByRole("link", { name: "Zoo 3 pictures", exact: true })).toBeVisible();
  await page.goto(zoo);
  await expect(galleryImages(page)).toHaveCount(3);
  expect(pail.query("select id from images where owner_id = ?", user.id)).toHaveLength(4);
});

test("selected pictures go into an album and out of it, by keys alone, undone also after a reload", async ({
  page,
  pail,
  user,
}) => {
  await uploadPhotographs(page, pail, user.id, 1);
  pail.copyImage(user.id, 5);
  const lake = addAlbum(pail, user.id, "Lake", []);
  addAlbum(pail, user.id, "Zoo", []);
  await page.goto("/");
  await expect(tiles(page)).toHaveCount(6);
  const addButton = page.getByRole("button", { name: "Add to album", exact: true });
  const addTwo = async () => {
    await tiles(page).nth(1).focus();
    await press(page, "Space");
    await press(page, "ArrowRight");
    await press(page, "Space");
    await addButton.focus();
    await press(page, "Enter");
  };
  await addTwo();
  const dialog = page.getByRole("dialog", { name: "Add 2 pictures to an album", exact: true });
  await expect(dialog.getByRole("searchbox", { name: "Find an album" })).toBeFocused();
  await expect(dialog.getByRole("list", { name: "Albums" }).getByRole("button")).toHaveCount(2);
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(addButton).toBeFocused();
  await press(page, "Enter");
  await expect(dialog.getByRole("searchbox", { name: "Find an album" })).toBeFocused();
  await page.keyboard.type("lA");
  await expect(dialog.getByRole("list", { name: "Albums" }).getByRole("button")).toHaveCount(1);
  await page.keyboard.press("ArrowDown");
  await expect(dialog.getByRole("button", { name: "New album “lA”" })).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(dialog.getByRole("button", { name: /^Lake/ })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(dialog).toBeHidden();
  await expect(page.getByText("2 pictures are in “Lake”.")).toBeVisible();
  // They are not selected any more, and one goes on where one was.
  await expect(addButton).toBeHidden();
  await expect(tiles(page).nth(2)).toBeFocused();
  const count = () => pail.query("select * from album_images where album_id = ?", lake).length;
  expect(count()).toBe(2);

  await addTwo();
  await dialog.getByRole("button", { name: /^Lake/ }).click();
  await expect(page.getByText("They are in “Lake” already.")).toBeVisible();
  await expect(addButton).toBeHidden();
  await page.getByRole("button", { name: "Dismiss", exact: true }).click();
  await addTwo();
  await expect(dialog.getByRole("list", { name: "Albums" }).getByRole("button")).toHaveCount(2);
  await page.keyboard.type("Lake ");
  await page.keyboard.press("Enter");
  await expect(page.getByText("They are in “Lake” already.")).toBeVisible();
  await expect(addButton).toBeHidden();
  await addTwo();
  await expect(dialog.getByRole("list", { name: "Albums" }).getByRole("button")).toHaveCount(2);
  await page.keyboard.type("Sea");
  await page.keyboard.press("Enter");
  await expect(dialog.getByLabel("Name", { exact: true })).toHaveValue("Sea");
  await page.keyboard.press("Enter");
  await expect(page.getByText("2 pictures are in “Sea”.")).toBeVisible();
  await page.reload();
  await page.getByRole("button", { name: "Undo", exact: true }).click();
  await expect(page.getByText("“Sea” is deleted. Its pictures stay.")).toBeVisible();

  await page.goto(`/albums/${lake}`);
  await tiles(page).first().focus();
  await press(page, "Space");
  await page.getByRole("button", { name: "Remove from album", exact: true }).press("Enter");
  await expect(page.getByText("1 picture is out of the album. It stays in Pail.")).toBeVisible();
  await expect(tiles(page)).toHaveCount(1);
  await page.reload();
  await page.getByRole("button", { name: "Undo", exact: true }).click();
  await expect(tiles(page)).toHaveCount(2);
  await page.goto("/");
  await expect(tiles(page)).toHaveCount(6);
});

test("a picture goes into an album from the viewer, and says so", async ({ page, pail, user }) => {
  await uploadPhotographs(page, pail, user.id, 1);
  addAlbum(pail, user.id, "Lake", []);
  await page.goto("/");
  await tiles(page).first().click();
  await page.getByRole("button", { name: "Add to album", exact: true }).click();
  await page
    .getByRole("dialog", { name: "Add the picture to an album" })
    .getByRole("button", { name: /^Lake/ })
    .click();
  await expect(page.getByText("1 picture is in “Lake”.")).toBeVisible();
  await page.goto(new URL(page.url()).pathname);
  await page.getByRole("link", { name: "Lake", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Lake");
});

test("whoever goes back while they are asked is asked no more, and is where they were", async ({
  page,
  pail,
  user,
}) => {
  await uploadPhotographs(page, pail, user.id, 1);
  addAlbum(pail, user.id, "Lake", []);
  await page.goto("/");
  await tiles(page).first().click();
  await page.getByRole("button", { name: "Add to album", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Add the picture to an album" });
  await expect(dialog.getByRole("button", { name: /^Lake/ })).toBeVisible();
  await page.goBack();
  await expect(dialog).toBeHidden();
  await expect(page).toHaveURL("/");
  await expect(tiles(page).first()).toBeFocused();
});

test("order, cover and description of an album", async ({ page, pail, user }) => {
  await uploadPhotographs(page, pail, user.id, 1);
  const ids = pail.copyImage(user.id, 4);
  const id = addAlbum(pail, user.id, "Lake", ids);
  await page.goto(`/albums/${id}`);
  const titles = () =>
    galleryImages(page).evaluateAll((all) => all.map((image) => (image as HTMLImageElement).alt));
  expect(await titles()).toEqual(["n 0", "n 1", "n 2", "n 3"]);
  const options = page.getByRole("button", { name: "Options", exact: true });
  await options.click();
  await expect(page.getByRole("radio", { name: "Newest first" })).toBeChecked();
  await expectAccessible(page);
  await page.getByRole("radio", { name: "Oldest first" }).check();
  await expect.poll(titles).toEqual(["n 3", "n 2", "n 1", "n 0"]);
  await page.keyboard.press("Escape");
  await expect(options).toBeFocused();
  await option(page, "By title");
  await expect.poll(titles).toEqual(["n 0", "n 1", "n 2", "n 3"]);
  await page.reload();
  await options.click();
  await expect(page.getByRole("radio", { name: "By title" })).toBeChecked();

  await page.getByRole("button", { name: "Choose cover", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Choose cover" });
  await dialog.getByRole("button", { name: "n 2", exact: true }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText("The album has another cover.")).toBeVisible();
  expect(pail.query("select cover_id from albums where id = ?", id)).toEqual([{ cover_id: ids[2] }]);

  await page.getByRole("button", { name: "Add a description", exact: true }).click();
  await page.getByLabel("Description", { exact: true }).fill("Two weeks\nof rain");
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(page.getByText("Two weeks of rain")).toBeVisible();
  const edit = page.getByRole("button", { name: "Edit description", exact: true });
  await expect(edit).toBeFocused();
  const kept = () => pail.query("select description from albums where id = ?", id);
  expect(kept()).toEqual([{ description: "Two weeks\nof rain" }]);
  await page.keyboard.press("Enter");
  await page.keyboard.type("none of this");
  await page.keyboard.press("Escape");
  await expect(edit).toBeFocused();
  await expect(page.getByText("Two weeks of rain")).toBeVisible();
  await edit.click();
  await page.getByLabel("Description", { exact: true }).fill("");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByRole("button", { name: "Add a description", exact: true })).toBeFocused();
  expect(kept()).toEqual([{ description: "" }]);
});

test.describe("by hand", () => {
  test("pictures are moved with the mouse and with keys, and it is told", async ({ page, pail, user }) => {
    const { id, ids, order } = await albumByHand(page, pail, user.id);
    await page.goto(`/albums/${id}`);
    await option(page, "By hand");
    await page.getByRole("button", { name: "Arrange", exact: true }).click();
    const movable = page.getByRole("region", { name: "Arrange" }).getByRole("listitem");
    await expect(movable).toHaveCount(6);
    await expectAccessible(page);
    const [a, b, c, d, e, f] = ids;

    await movable.nth(4).hover();
    await page.mouse.down();
    await movable.nth(3).hover();
    await movable.nth(1).hover();
    await page.mouse.up();
    await expect.poll(order).toEqual([a, e, b, c, d, f]);

    await movable.nth(1).hover();
    await page.mouse.down();
    await movable.nth(3).hover();
    await page.keyboard.press("Escape");
    await page.mouse.up();
    expect(await order()).toEqual([a, e, b, c, d, f]);

    await movable.nth(0).getByRole("button").focus();
    await press(page, "Alt+ArrowRight");
    await press(page, "Alt+ArrowRight");
    await expect.poll(order).toEqual([e, b, a, c, d, f]);
    await expect(movable.nth(2).getByRole("button")).toBeFocused();
    await expect(page.getByText("“n 0” is picture 3 of 6.")).toBeAttached();
    await press(page, "Alt+End");
    await expect.poll(order).toEqual([e, b, c, d, f, a]);
    await press(page, "ArrowLeft");
    await press(page, "ArrowLeft");
    await page.getByRole("button", { name: "Move earlier", exact: true }).press("Enter");
    await expect.poll(order).toEqual([e, b, d, c, f, a]);
    await page.getByRole("button", { name: "To the start", exact: true }).click();
    await expect.poll(order).toEqual([d, e, b, c, f, a]);

    await page.getByRole("button", { name: "Done", exact: true }).click();
    await expect(page.getByRole("button", { name: "Arrange", exact: true })).toBeFocused();
    await expect
      .poll(() => galleryImages(page).evaluateAll((all) => all.map((one) => (one as HTMLImageElement).alt)))
      .toEqual(["n 3", "n 4", "n 1", "n 2", "n 5", "n 0"]);
  });

  test.describe("with a finger", () => {
    test.use({ hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } });

    test("a long press moves, a short one scrolls", async ({ page, pail, user }) => {
      const { id, ids, order } = await albumByHand(page, pail, user.id);
      pail.query("update albums set sorting = 'hand' where id = ?", id);
      await page.goto(`/albums/${id}`);
      await page.getByRole("button", { name: "Arrange", exact: true }).tap();
      const movable = page.getByRole("region", { name: "Arrange" }).getByRole("listitem");
      await expect(movable).toHaveCount(6);
      const [a, b, c, d, e, f] = ids;
      await drag(page, movable.nth(0), movable.nth(2), { pressMs: 0 });
      expect(await order()).toEqual([a, b, c, d, e, f]);
      await page.evaluate(() => window.scrollTo(0, 0));
      await drag(page, movable.nth(0), movable.nth(2), { pressMs: 500 });
      await expect.poll(order).toEqual([b, c, a, d, e, f]);
      await movable.nth(0).getByRole("button").tap();
      await page.getByRole("button", { name: "Move later", exact: true }).tap();
      await expect.poll(order).toEqual([c, b, a, d, e, f]);
    });
  });

  test("what somebody has taken out meanwhile is said, and the rest is as it is now", async ({
    page,
    pail,
    user,
  }) => {
    const { id, ids } = await albumByHand(page, pail, user.id);
    pail.query("update albums set sorting = 'hand' where id = ?", id);
    await page.goto(`/albums/${id}`);
    await page.getByRole("button", { name: "Arrange", exact: true }).click();
    const movable = page.getByRole("region", { name: "Arrange" }).getByRole("listitem");
    await expect(movable).toHaveCount(6);
    pail.query("delete from album_images where album_id = ? and image_id = ?", id, ids[0]);
    await movable.nth(0).getByRole("button").focus();
    await press(page, "Alt+ArrowRight");
    await expect(page.getByText("It is not in this album any more.")).toBeVisible();
    await expect(movable).toHaveCount(5);
  });
});

test("two tabs change the same album: nothing is lost, and the last word counts", async ({
  page,
  context,
  pail,
  user,
}) => {
  await uploadPhotographs(page, pail, user.id, 1);
  const ids = pail.copyImage(user.id, 3);
  const id = addAlbum(pail, user.id, "Lake", ids);
  const other = await context.newPage();
  for (const tab of [page, other]) {
    await tab.goto(`/albums/${id}`);
    await expect(tiles(tab)).toHaveCount(3);
  }
  const takeOut = async (tab: Page, n: number) => {
    await tab.bringToFront();
    await tiles(tab).nth(n).focus();
    await press(tab, "Space");
    await tab.getByRole("button", { name: "Remove from album", exact: true }).click();
  };
  await takeOut(page, 0);
  await expect(tiles(page)).toHaveCount(2);
  // There it is still seen.
  await takeOut(other, 0);
  await expect(other.getByText("None of them is in the album any more.")).toBeVisible();
  await expect(tiles(other)).toHaveCount(2);

  await rename(page, "Sea");
  await other.getByRole("button", { name: "Add a description", exact: true }).click();
  await other.getByLabel("Description", { exact: true }).fill("Rain");
  await other.getByRole("button", { name: "Save", exact: true }).click();
  await expect(other.getByRole("heading", { level: 1 })).toHaveText("Sea");
  await rename(other, "Pond");
  await expect(other.getByRole("heading", { level: 1 })).toHaveText("Pond");
  await page.reload();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Pond");
  await expect(page.getByText("Rain", { exact: true })).toBeVisible();

  await option(page, "Delete album");
  await expect(page).toHaveURL("/albums");
  await other.bringToFront();
  await rename(other, "Too late");
  await expect(other.getByText("There is no such album.")).toBeVisible();
  await other.goto("/albums");
  await expect(other.getByRole("heading", { name: "No albums yet", exact: true })).toBeVisible();

  // Another takes its name before it comes back.
  await other.getByRole("button", { name: "New album", exact: true }).click();
  await other.getByLabel("Name", { exact: true }).fill("Pond");
  await other.keyboard.press("Enter");
  await expect(other.getByRole("heading", { level: 1 })).toHaveText("Pond");
  await page.bringToFront();
  await page.reload();
  await page.getByRole("button", { name: "Undo", exact: true }).click();
  await expect(page.getByText("“Pond (2)” is back.")).toBeVisible();
  await expect(page.getByRole("link", { name: "Pond (2) 2 pictures", exact: true })).toBeVisible();
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

for (const width of [360, 390, 820, 1440])
  test(`at ${width} pixels both pages fit, and what they open`, async ({ page, pail, user }) => {
    await page.setViewportSize({ width, height: 740 });
    const ids = await uploadPhotographs(page, pail, user.id, 3);
    const id = addAlbum(pail, user.id, "Summer holidays ".repeat(4) + "x".repeat(36), ids);
    addAlbum(pail, user.id, "Zoo", []);
    pail.query("update albums set sorting = 'hand' where id = ?", id);
    const fits = async () => {
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(overflow).toBeLessThanOrEqual(0);
      for (const height of await heights(page.locator("main").getByRole("button")))
        expect(height).toBeGreaterThanOrEqual(44);
    };
    for (const address of ["/albums", `/albums/${id}`]) {
      await page.goto(address);
      await expect(page.getByText("3 pictures", { exact: true })).toBeVisible();
      await fits();
    }
    for (const look of [
      { colorScheme: "light" },
      { colorScheme: "dark" },
      { colorScheme: "light", forcedColors: "active" },
    ] as const) {
      await page.emulateMedia(look);
      await page.getByRole("button", { name: "Options", exact: true }).click();
      await fits();
      // On a phone it stands above the places.
      const places = await page.getByRole("banner").boundingBox();
      const last = await page.getByRole("button", { name: "Delete album", exact: true }).boundingBox();
      if (width < 640) expect((last?.y ?? 0) + (last?.height ?? 1e9)).toBeLessThanOrEqual(places?.y ?? 0);
      await expectAccessible(page);
      await page.getByRole("button", { name: "Choose cover", exact: true }).click();
      await expect(page.getByRole("dialog").getByRole("img")).toHaveCount(3);
      await fits();
      await expectAccessible(page);
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Arrange", exact: true }).click();
      await expect(page.getByRole("region", { name: "Arrange" }).getByRole("img")).toHaveCount(3);
      await fits();
      await expectAccessible(page);
      await page.getByRole("button", { name: "Done", exact: true }).click();
    }
  });

const tiles = (page: Page) =>
  page.getByRole("list", { name: "Pictures", exact: true }).locator('li > a[href^="/images/"]');

/** Presses what is under the album's options. */
async function option(page: Page, name: string) {
  const opened = page.getByRole("region", { name: "Options", exact: true });
  // As often as it takes for the page's script to start.
  await expect(async () => {
    if (!(await opened.isVisible())) await page.getByRole("button", { name: "Options", exact: true }).click();
    await expect(opened).toBeVisible({ timeout: 1000 });
  }).toPass();
  await opened.getByText(name, { exact: true }).click();
}

/** Of how many files on their way the browser has copies of its own. */
const keptFiles = (page: Page) =>
  page.evaluate(
    () =>
      new Promise<number>((resolve, reject) => {
        const opening = indexedDB.open("pail-uploads");
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const all = opening.result.transaction("files").objectStore("files").getAll();
          all.onsuccess = () => resolve(all.result.filter(({ isCopied }) => isCopied).length);
          opening.result.close();
        };
      }),
  );

async function rename(page: Page, name: string) {
  await page.getByRole("button", { name: "Rename", exact: true }).click();
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.keyboard.press("Enter");
}

async function dropOn(page: Page, target: Locator, file: string) {
  const bytes = (await readFile(file)).toString("base64");
  const data = await page.evaluateHandle((base64) => {
    const dropped = new DataTransfer();
    const read = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    dropped.items.add(new File([read], "dropped.jpg", { type: "image/jpeg" }));
    return dropped;
  }, bytes);
  for (const type of ["dragenter", "dragover", "drop"])
    await target.dispatchEvent(type, { dataTransfer: data });
}

/** An album of six, titled “n 0” and so on, in this order; and what order the database has by now. */
async function albumByHand(page: Page, pail: PailServer, userId: string) {
  await uploadPhotographs(page, pail, userId, 1);
  const ids = pail.copyImage(userId, 6);
  const id = addAlbum(pail, userId, "Lake", ids);
  const order = async () =>
    pail
      .query<{ id: string }>(
        "select image_id as id from album_images where album_id = ? order by position, image_id",
        id,
      )
      .map((row) => row.id);
  return { id, ids, order };
}

/** A finger that presses, moves and leaves. */
async function drag(page: Page, from: Locator, to: Locator, { pressMs }: { pressMs: number }) {
  const finger = await page.context().newCDPSession(page);
  const middle = async (locator: Locator) => {
    const box = await locator.boundingBox();
    return { x: (box?.x ?? 0) + (box?.width ?? 0) / 2, y: (box?.y ?? 0) + (box?.height ?? 0) / 2 };
  };
  const [start, end] = [await middle(from), await middle(to)];
  await finger.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [start] });
  await page.waitForTimeout(pressMs);
  for (let step = 1; step <= 5; step += 1) {
    const x = start.x + ((end.x - start.x) * step) / 5;
    const y = start.y + ((end.y - start.y) * step) / 5;
    await finger.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: [{ x, y }] });
  }
  await finger.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
}

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
  return pail.addAlbum(ownerId, name, imageIds, { id });
}
