import type { CDPSession, Page } from "@playwright/test";
import { expect, expectAccessible, galleryImages, press, test, uploadFiles, whenLive } from "./fixtures";
import type { PailServer } from "./support/pail-server";
import { makePhotographs } from "./support/photos";

const bar = (page: Page) => page.getByRole("region", { name: "Selection", exact: true });
const tiles = (page: Page, name = "Pictures") =>
  page.getByRole("list", { name, exact: true }).locator('li > a[href^="/images/"]');
const marks = (page: Page) => page.getByRole("button", { name: /^Select “/ });
const selectedMarks = (page: Page) => page.getByRole("button", { name: /^Select “/, pressed: true });
const undo = (page: Page) => page.getByRole("button", { name: "Undo", exact: true });

test.describe("with a mouse", () => {
  test("one selects by the mark, with Ctrl, with Shift, by the month and all, and deletes with one Undo", async ({
    page,
    pail,
    user,
  }) => {
    await seed(page, pail, user.id, 11);
    await page.goto("/");
    await whenLive(page);
    await expect(tiles(page)).toHaveCount(12);
    await expect(bar(page)).toBeHidden();

    await tiles(page).nth(1).hover();
    await marks(page).nth(1).click();
    await expect(bar(page)).toContainText("1 selected · ");
    await expect(page.getByRole("status").filter({ hasText: /^1 selected$/ })).toBeAttached();
    await expect(tiles(page).nth(1)).toHaveAccessibleDescription("Selected");
    await expect(tiles(page).nth(2)).toHaveAccessibleDescription("");
    await tiles(page).nth(2).click();
    await tiles(page)
      .nth(6)
      .click({ modifiers: ["Shift"] });
    await expect(selectedMarks(page)).toHaveCount(6);
    await tiles(page)
      .nth(4)
      .click({ modifiers: ["ControlOrMeta"] });
    await expect(selectedMarks(page)).toHaveCount(5);
    await expect(page).toHaveURL("/");
    await expectAccessible(page);

    await press(page, "Escape");
    await expect(bar(page)).toBeHidden();
    await expect(selectedMarks(page)).toHaveCount(0);
    await tiles(page).nth(1).hover();
    await marks(page).nth(1).hover();
    await page.mouse.down();
    await tiles(page).nth(4).hover();
    await expect(selectedMarks(page)).toHaveCount(4);
    await tiles(page).nth(2).hover();
    await expect(selectedMarks(page)).toHaveCount(2);
    await page.mouse.up();
    await press(page, "Escape");
    await tiles(page)
      .nth(3)
      .click({ modifiers: ["ControlOrMeta"] });
    await expect(bar(page)).toContainText("1 selected · ");
    await press(page, "ControlOrMeta+a");
    await expect(bar(page)).toContainText("12 selected · ");
    await bar(page).getByRole("button", { name: "Clear the selection", exact: true }).click();
    await expect(bar(page)).toBeHidden();
    await expectFocusOnTile(page);

    await page
      .getByRole("button", { name: /^Select all of / })
      .first()
      .click();
    await expect(selectedMarks(page).first()).toBeVisible();
    const inMonth = await selectedMarks(page).count();
    await expect(bar(page)).toContainText(`${inMonth} selected · `);
    await bar(page).getByRole("button", { name: "Delete", exact: true }).click();
    await expect(tiles(page)).toHaveCount(12 - inMonth);
    await expect(bar(page)).toBeHidden();
    await expectFocusOnTile(page);
    await undo(page).click();
    await expect(tiles(page)).toHaveCount(12);
  });

  test("favourites: those that were one before stay so when it is undone", async ({ page, pail, user }) => {
    const ids = await seed(page, pail, user.id, 3);
    pail.query("update images set is_favourite = 1 where id = ?", ids[0]);
    const favourites = () =>
      pail.query("select 1 from images where owner_id = ? and is_favourite", user.id).length;
    await page.goto("/");
    await whenLive(page);
    await tiles(page)
      .first()
      .click({ modifiers: ["ControlOrMeta"] });
    await press(page, "ControlOrMeta+a");
    await bar(page).getByRole("button", { name: "Favourite", exact: true }).click();
    await expect(page.getByText("4 pictures are favourites now.", { exact: true })).toBeVisible();
    expect(favourites()).toBe(4);
    await undo(page).click();
    await expect(page.getByText("3 pictures are no favourites any more.", { exact: true })).toBeVisible();
    expect(favourites()).toBe(1);
  });

  test("add to an album, and there edit dates, download and take out", async ({
    page,
    pail,
    user,
    expectedErrors,
  }) => {
    expectedErrors.push(/net::ERR_/);
    await stubFilePicker(page);
    await seed(page, pail, user.id, 3);
    const album = pail.addAlbum(user.id, "Lake · 2026", []);
    await page.goto("/");
    await whenLive(page);
    await selectFirst(page, 2);
    await bar(page).getByRole("button", { name: "Add to album", exact: true }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: /^Lake/ }).click();
    await expect(page.getByText("2 pictures are in “Lake · 2026”.")).toBeVisible();
    // What was selected is done with.
    await expect(dialog).toBeHidden();
    await expect(bar(page)).toBeHidden();
    await expectFocusOnTile(page);

    await page.goto(`/albums/${album}`);
    await whenLive(page);
    await expect(tiles(page)).toHaveCount(2);
    await selectFirst(page, 2);
    await bar(page).getByRole("button", { name: "Edit date", exact: true }).click();
    await dialog.getByText("Set", { exact: true }).click();
    await dialog.getByLabel("Date and time", { exact: true }).fill("2020-02-29T12:00");
    await dialog.getByRole("button", { name: "Save", exact: true }).click();
    await expect(page.getByText("2 dates are changed.", { exact: true })).toBeVisible();
    await expect(dialog).toBeHidden();
    await expect(bar(page)).toContainText("2 selected · ");

    // While an upload is under way the tab's title says more than the name of the place.
    const [photograph] = await makePhotographs(1, { megapixels: 1, seed: 9 });
    pail.bucketWire.cut();
    await page.getByLabel("Choose pictures", { exact: true }).setInputFiles(photograph?.path ?? "");
    await expect(page).toHaveTitle(/^\d+ % · Lake · 2026 · Pail$/);
    await bar(page).getByRole("button", { name: "Download", exact: true }).click();
    await expect.poll(() => askedNames(page)).toEqual(["Lake · 2026.zip"]);
    pail.bucketWire.mend();
    await expect(tiles(page)).toHaveCount(3);

    // The focus goes on at once, and stays where the answer comes late.
    const shownAnew = await held(page, `**/albums/${album}/images**`);
    await bar(page).getByRole("button", { name: "Remove from album", exact: true }).click();
    await expect(page.getByText("2 pictures are out of the album. They stay in Pail.")).toBeVisible();
    await expectFocusOnTile(page);
    shownAnew.release();
    await expect(tiles(page)).toHaveCount(1);
    await expect(bar(page)).toBeHidden();
    await expectFocusOnTile(page);
    await undo(page).click();
    await expect(tiles(page)).toHaveCount(3);
  });

  test("what another tab has deleted meanwhile is left out, and said", async ({
    page,
    pail,
    user,
    context,
  }) => {
    await seed(page, pail, user.id, 3);
    await page.goto("/");
    await whenLive(page);
    await tiles(page)
      .first()
      .click({ modifiers: ["ControlOrMeta"] });
    await tiles(page).nth(1).click();
    const other = await context.newPage();
    await other.goto("/");
    await tiles(other).first().focus();
    await press(other, "Delete");
    await expect(tiles(other)).toHaveCount(3);
    await bar(page).getByRole("button", { name: "Delete", exact: true }).click();
    await expect(
      page.getByText("1 picture is deleted. 1 was not there any more.", { exact: true }),
    ).toBeVisible();
    await expect(tiles(page)).toHaveCount(2);
    await other.close();
  });

  test("what is somebody else's stays as it is", async ({ page, pail, user }) => {
    await seed(page, pail, user.id, 3);
    await page.goto("/");
    await whenLive(page);
    await tiles(page)
      .first()
      .click({ modifiers: ["ControlOrMeta"] });
    await tiles(page).nth(1).click();
    const stranger = pail.addUser();
    pail.query("update images set owner_id = ? where title = 'n 0' and owner_id = ?", stranger.id, user.id);
    await bar(page).getByRole("button", { name: "Delete", exact: true }).click();
    await expect(
      page.getByText("1 picture is deleted. 1 was not there any more.", { exact: true }),
    ).toBeVisible();
    expect(ready(pail, stranger.id)).toBe(1);
  });

  test("the next page begins with nothing selected", async ({ page, pail, user }) => {
    await seed(page, pail, user.id, 1);
    await page.goto("/");
    await whenLive(page);
    await tiles(page)
      .first()
      .click({ modifiers: ["ControlOrMeta"] });
    await expect(bar(page)).toBeVisible();
    await page.evaluate(() => {
      const link = document.querySelector<HTMLAnchorElement>('a[href="/albums"]');
      link?.click();
    });
    await expect(page).toHaveURL("/albums");
    await expect(bar(page)).toBeHidden();
    await page.goBack();
    await expect(tiles(page)).toHaveCount(2);
    await expect(bar(page)).toBeHidden();
  });
});

test.describe("by keyboard alone", () => {
  test("Space, Shift with arrows, Delete, and the focus goes on", async ({ page, pail, user }) => {
    await seed(page, pail, user.id, 11);
    await page.goto("/");
    await whenLive(page);
    await tabToTile(page, 1);
    await press(page, "Space");
    await expect(selectedMarks(page)).toHaveCount(1);
    await press(page, "Shift+ArrowRight");
    await press(page, "Shift+ArrowRight");
    await expect(selectedMarks(page)).toHaveCount(3);
    await press(page, "Shift+ArrowLeft");
    await expect(selectedMarks(page)).toHaveCount(2);
    await press(page, "Shift+ArrowDown");
    await expect.poll(() => selectedMarks(page).count()).toBeGreaterThan(2);
    const count = await selectedMarks(page).count();
    await expect(
      page.getByRole("status").filter({ hasText: new RegExp(`^${count} selected$`) }),
    ).toBeAttached();
    await press(page, "Delete");
    await expect(tiles(page)).toHaveCount(12 - count);
    await expectFocusOnTile(page);
    await press(page, "Delete");
    await expect(tiles(page)).toHaveCount(11 - count);
    await expectFocusOnTile(page);
  });
});

test.describe("with a finger", () => {
  test.use({ hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } });

  test("a long press begins, taps go on, and what scrolls selects nothing", async ({ page, pail, user }) => {
    await seed(page, pail, user.id, 11);
    await page.goto("/");
    await whenLive(page);
    await expect(tiles(page)).toHaveCount(12);
    const finger = await page.context().newCDPSession(page);
    await press(page, "Home");

    await touch(page, finger, 2, { movesBy: 80 });
    await expect(bar(page)).toBeHidden();
    await page.evaluate(() => window.scrollTo(0, 0));
    await touch(page, finger, 2);
    await expect(bar(page)).toContainText("1 selected · ");
    await expect(page).toHaveURL("/");
    await tiles(page).nth(3).tap();
    await expect(bar(page)).toContainText("2 selected · ");
    for (const mark of await marks(page).all()) {
      const box = await mark.boundingBox();
      expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(44);
    }
    await bar(page).getByRole("button", { name: "More", exact: true }).tap();
    await expect(bar(page).getByRole("button", { name: "Edit date", exact: true })).toBeVisible();
    await expectAccessible(page);
    await press(page, "Escape");
    await bar(page).getByRole("button", { name: "Delete", exact: true }).tap();
    await expect(tiles(page)).toHaveCount(10);
    await undo(page).tap();
    await expect(tiles(page)).toHaveCount(12);
  });
});

test.describe("very many", () => {
  test("2,000 are deleted and come back by one Undo, also after a reload", async ({ page, pail, user }) => {
    await seed(page, pail, user.id, 1_999);
    await page.goto("/");
    await whenLive(page);
    await selectAll(page);
    await expect(bar(page)).toContainText("2,000 selected · ");
    await bar(page).getByRole("button", { name: "Delete", exact: true }).click();
    await expect(page.getByText("2,000 pictures are deleted.", { exact: true })).toBeVisible();
    expect(ready(pail, user.id)).toBe(0);
    await page.reload();
    await whenLive(page);
    await expect(page.getByText("2,000 pictures are deleted.", { exact: true })).toBeVisible();
    await undo(page).click();
    await expect(page.getByText("2,000 pictures are back.", { exact: true })).toBeVisible();
    expect(ready(pail, user.id)).toBe(2_000);
    await expect(galleryImages(page).first()).toBeVisible();
    await page.reload();
    await whenLive(page);
    await expect(galleryImages(page).first()).toBeVisible();
    await expect(undo(page)).toHaveCount(0);
  });

  test("a reload in the middle leaves what was done to be undone, also where its answer never came", async ({
    page,
    pail,
    user,
  }) => {
    await seed(page, pail, user.id, 1_999);
    await page.goto("/");
    await whenLive(page);
    await selectAll(page);
    let requests = 0;
    await page.route("**/*", async (route, request) => {
      if (request.headers()["next-action"] === undefined) return route.continue();
      requests += 1;
      if (requests < 3) return route.continue();
      // It is done, and nobody hears of it.
      await route.fetch();
      await new Promise(() => {});
    });
    await bar(page).getByRole("button", { name: "Delete", exact: true }).click();
    await expect.poll(() => ready(pail, user.id)).toBe(500);
    await page.reload();
    await whenLive(page);
    await expect(
      page.getByText("1,000 pictures are deleted. 500 pictures may be deleted: the answer did not arrive.", {
        exact: true,
      }),
    ).toBeVisible();
    await page.unroute("**/*");
    await undo(page).click();
    await expect(page.getByText("1,500 pictures are back.", { exact: true })).toBeVisible();
    expect(ready(pail, user.id)).toBe(2_000);
  });

  test("a lost connection in the middle loses nothing: one goes on, or stops and undoes what was done", async ({
    page,
    pail,
    user,
    expectedErrors,
  }) => {
    expectedErrors.push(/Failed to load resource: net::ERR_/);
    await seed(page, pail, user.id, 1_999);
    await page.goto("/");
    await whenLive(page);
    await selectAll(page);
    let requests = 0;
    await page.route("**/*", async (route, request) => {
      if (request.headers()["next-action"] === undefined) return route.continue();
      requests += 1;
      // The second does not arrive; of the fourth and the sixth the answer gets lost.
      if (requests === 4 || requests === 6) await route.fetch();
      return [2, 4, 6].includes(requests) ? route.abort("connectionreset") : route.continue();
    });
    const progress = bar(page).getByRole("alert");
    const goOn = bar(page).getByRole("button", { name: "Go on", exact: true });
    await bar(page).getByRole("button", { name: "Delete", exact: true }).click();
    await expect(progress).toContainText(
      "500 of 2,000 are done; nothing is lost. The server does not answer.",
    );
    await expectAccessible(page);
    expect(ready(pail, user.id)).toBe(1_500);
    await goOn.click();
    await expect(progress).toContainText("1,000 of 2,000 are done");
    await goOn.click();
    await expect(progress).toContainText("1,500 of 2,000 are done");
    await bar(page).getByRole("button", { name: "Stop", exact: true }).click();
    await expect(
      page.getByText("1,500 pictures are deleted. 500 pictures may be deleted: the answer did not arrive.", {
        exact: true,
      }),
    ).toBeVisible();
    await expect(bar(page)).toContainText("500 selected · ");
    expect(ready(pail, user.id)).toBe(0);
    await undo(page).click();
    await expect(page.getByText("2,000 pictures are back.", { exact: true })).toBeVisible();
    expect(ready(pail, user.id)).toBe(2_000);
  });

  test("more than can be selected at a time: a sentence, and nothing is lost", async ({
    page,
    pail,
    user,
  }) => {
    await seed(page, pail, user.id, 10_004);
    await page.goto("/");
    await whenLive(page);
    await selectAll(page);
    await expect(
      page.getByText("10,000 pictures can be selected at a time. 5 more are not selected.", { exact: true }),
    ).toBeVisible();
    await expect(bar(page)).toContainText("10,000 selected · ");
  });

  test("a range over what is not loaded", async ({ page, pail, user }) => {
    await seed(page, pail, user.id, 1_499);
    await page.goto("/");
    await whenLive(page);
    await tiles(page)
      .first()
      .click({ modifiers: ["ControlOrMeta"] });
    await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
    const last = page.locator('li > a[href^="/images/"]').last();
    await expect(async () => {
      await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
      await expect(last.getByRole("img", { name: "n 1498", exact: true })).toBeVisible({ timeout: 2_000 });
    }).toPass();
    await last.click({ modifiers: ["Shift"] });
    await expect(bar(page)).toContainText("1,500 selected · ");
  });
});

for (const colours of ["light", "dark", "forced"] as const) {
  test(`the bar and what is selected, in ${colours} colours`, async ({ page, pail, user }, testInfo) => {
    await uploadSome(page);
    pail.copyImage(user.id, 0);
    await page.emulateMedia({
      colorScheme: colours === "light" ? "light" : "dark",
      forcedColors: colours === "forced" ? "active" : "none",
      reducedMotion: "reduce",
    });
    await page.goto("/");
    await whenLive(page);
    await tiles(page)
      .nth(1)
      .click({ modifiers: ["ControlOrMeta"] });
    await tiles(page).nth(3).click();
    await tiles(page).nth(4).click();
    for (const width of [360, 390, 820, 1440]) {
      await page.setViewportSize({ width, height: 800 });
      await expect(bar(page)).toContainText("3 selected · ");
      // Of forced colours axe knows nothing.
      if (colours !== "forced") await expectAccessible(page);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      await page.screenshot({ path: testInfo.outputPath(`selection-${width}-${colours}.png`) });
    }
    if (colours !== "light") return;
    await page.context().addCookies([{ name: "language", value: "ko", url: pail.origin }]);
    await page.reload();
    await whenLive(page);
    await tiles(page, "사진")
      .nth(1)
      .click({ modifiers: ["ControlOrMeta"] });
    for (const width of [360, 820, 1440]) {
      await page.setViewportSize({ width, height: 800 });
      await expect(page.getByRole("region", { name: "선택한 사진", exact: true })).toContainText(
        "1장 선택됨 · ",
      );
      await expectAccessible(page);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      await page.screenshot({ path: testInfo.outputPath(`korean-${width}.png`) });
    }
  });
}

async function uploadSome(page: Page): Promise<void> {
  const photographs = await makePhotographs(8, { megapixels: 1, seed: 4 });
  await page.goto("/");
  await whenLive(page);
  await uploadFiles(
    page,
    photographs.map(({ path }) => path),
  );
}

/** One picture, and so many more like it, each half a day older. Returns the ids of the others. */
async function seed(page: Page, pail: PailServer, ownerId: string, others: number): Promise<string[]> {
  const [photograph] = await makePhotographs(1, { megapixels: 1, seed: 2 });
  await page.goto("/");
  await whenLive(page);
  await uploadFiles(page, photograph?.path ?? "");
  const [row] = pail.query<Record<string, unknown>>("select * from images where owner_id = ?", ownerId);
  const own = ["id", "title", "sha256", "captured_at"];
  const names = Object.keys(row ?? {}).filter((name) => !own.includes(name));
  pail.query(
    `with recursive numbers (n) as (select 0 union all select n + 1 from numbers where n + 1 < ${others})
    insert into images (${[...own, ...names].join()})
    select lower(hex(randomblob(4))) || printf('-0000-4000-8000-%012x', n), 'n ' || n, 'bytes ' || n,
      ${Date.now()} - n * 40000000, ${names.join()} from images, numbers where owner_id = ?`,
    ownerId,
  );
  return pail
    .query<{ id: string }>("select id from images where owner_id = ? and title like 'n %'", ownerId)
    .map(({ id }) => id);
}

const ready = (pail: PailServer, ownerId: string): number =>
  pail.query("select 1 from images where owner_id = ? and state = 'ready'", ownerId).length;

async function selectAll(page: Page): Promise<void> {
  await tiles(page)
    .first()
    .click({ modifiers: ["ControlOrMeta"] });
  await expect(bar(page)).toBeVisible();
  await press(page, "ControlOrMeta+a");
}

async function selectFirst(page: Page, count: number): Promise<void> {
  await tiles(page)
    .first()
    .click({ modifiers: ["ControlOrMeta"] });
  for (let n = 1; n < count; n += 1) await tiles(page).nth(n).click();
  await expect(bar(page)).toContainText(`${count} selected · `);
}

/** What the page asks for at these addresses gets no answer before it is released. */
async function held(page: Page, addresses: string) {
  const released = Promise.withResolvers<void>();
  await page.route(addresses, async (route) => {
    await released.promise;
    await route.continue();
  });
  return { release: () => released.resolve() };
}

/** Where the browser asks where a file is to go, nobody chooses: `askedNames` are the names that it suggested. */
const stubFilePicker = (page: Page) =>
  page.addInitScript(() => {
    const asked: string[] = [];
    Object.assign(window, {
      asked,
      showSaveFilePicker: async ({ suggestedName }: { suggestedName: string }) => {
        asked.push(suggestedName);
        throw new DOMException("nothing was chosen", "AbortError");
      },
    });
  });

const askedNames = (page: Page) => page.evaluate(() => (window as unknown as { asked: string[] }).asked);

/** From the top of the page, by Tab alone. */
async function tabToTile(page: Page, index: number): Promise<void> {
  const href = await tiles(page).nth(index).getAttribute("href");
  for (let tries = 0; tries < 60; tries += 1) {
    await press(page, "Tab");
    const focused = await page.evaluate(() => document.activeElement?.getAttribute("href"));
    if (focused === href) return;
  }
  throw new Error("no Tab leads to the tile");
}

const expectFocusOnTile = (page: Page) =>
  expect
    .poll(() => page.evaluate(() => document.activeElement?.matches('li > a[href^="/images/"]') ?? false))
    .toBe(true);

/** Rests a finger on a tile for as long as a long press takes, or moves it. */
async function touch(page: Page, finger: CDPSession, index: number, { movesBy = 0 } = {}): Promise<void> {
  const box = await tiles(page).nth(index).boundingBox();
  const x = (box?.x ?? 0) + (box?.width ?? 0) / 2;
  const y = (box?.y ?? 0) + (box?.height ?? 0) / 2;
  await finger.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [{ x, y }] });
  for (let step = 1; step <= 4 && movesBy > 0; step += 1)
    await finger.send("Input.dispatchTouchEvent", {
      type: "touchMove",
      touchPoints: [{ x, y: y - (movesBy * step) / 4 }],
    });
  await page.waitForTimeout(600);
  await finger.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
}
