import type { Locator, Page } from "@playwright/test";
import {
  expect,
  expectAccessible,
  galleryImages,
  heights,
  menuButton,
  openMenu,
  press,
  test,
  uploadFiles,
} from "./fixtures";
import { PailServer } from "./support/pail-server";
import { makePhotographs } from "./support/photos";

const widths = [320, 360, 390, 820, 1440];
const phone = { width: 390, height: 844 };
const desktop = { width: 1440, height: 900 };
const tray = (page: Page) => page.getByRole("region", { name: "Uploads", exact: true });
const pathsOf = async (count: number) =>
  (await makePhotographs(count, { megapixels: 1 })).map(({ path }) => path);

const overflow = (page: Page) =>
  page.evaluate(() =>
    Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth),
  );

/** What has the focus, as a person would name it; “body” where it is lost. */
const focused = (page: Page) =>
  page.evaluate(() => {
    const { activeElement: active } = document;
    if (active === null || active === document.body) return "body";
    return active.id || active.getAttribute("aria-label") || active.textContent?.trim() || active.tagName;
  });

/** Whether one lies over the other anywhere. */
const overlap = async (one: Locator, other: Locator) => {
  const [a, b] = [await one.boundingBox(), await other.boundingBox()];
  if (a === null || b === null) throw new Error("one of them is not shown");
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
};

test.beforeEach(({ user }) => {
  expect(user.id).not.toBe("");
});

for (const language of ["en", "ko", "ar-XB"])
  test(`the places fit every width, in ${language}`, async ({ page, pail, user }) => {
    pail.query("update users set role = 'admin', name = '한빛' where id = ?", user.id);
    await page.context().addCookies([{ name: "language", value: language, url: pail.origin }]);
    for (const path of ["/", "/albums", "/settings", "/upload", "/admin/storage"]) {
      await page.goto(path);
      for (const width of widths) {
        await page.setViewportSize({ width, height: 740 });
        expect([path, width, await overflow(page)]).toEqual([path, width, 0]);
        const bar = page.getByRole("banner");
        for (const height of await heights(bar.locator("a, button, label:not(.sr-only)")))
          expect(height).toBeGreaterThanOrEqual(44);
        // Nothing in it lies over anything else.
        const parts = bar.locator("nav > :is(a, button, search, div):visible");
        for (let n = 1; n < (await parts.count()); n += 1)
          expect(await overlap(parts.nth(n - 1), parts.nth(n))).toBe(false);
        await page.locator("header button[popovertarget=menu]").click();
        const { width: room, height } = page.viewportSize() ?? { width: 0, height: 0 };
        const menu = await page.locator("#menu").boundingBox();
        expect(menu?.x).toBeGreaterThanOrEqual(0);
        expect((menu?.x ?? 0) + (menu?.width ?? 0)).toBeLessThanOrEqual(room);
        expect((menu?.y ?? 0) + (menu?.height ?? 0)).toBeLessThanOrEqual(height);
        expect(await overflow(page)).toBe(0);
        await page.keyboard.press("Escape");
      }
    }
  });

test("on a desktop the places are at the top, on a phone at the bottom, and the current one is marked", async ({
  page,
}) => {
  await page.setViewportSize(desktop);
  await page.goto("/");
  const place = (name: string) => page.getByRole("link", { name, exact: true });
  await expect(place("Pictures")).toHaveAttribute("aria-current", "page");
  await expect(place("Albums")).not.toHaveAttribute("aria-current");
  await place("Albums").click();
  await expect(place("Albums")).toHaveAttribute("aria-current", "page");
  expect(await focused(page)).toBe("Albums");
  expect((await place("Albums").boundingBox())?.y).toBeLessThan(60);
  await page.setViewportSize(phone);
  expect((await place("Albums").boundingBox())?.y).toBeGreaterThan(phone.height - 60);
  await expect(place("Albums")).toHaveAttribute("aria-current", "page");
  await expect(page.getByRole("banner").locator("a:visible, button:visible")).toHaveText([
    ...["Pictures", "Search", /Add/, "Albums", /Menu/],
  ]);
});

test("a tap on a place is answered within 100 ms, however slow the network is", async ({ page }) => {
  await page.goto("/");
  await page.waitForLoadState("networkidle");
  let answer = () => {};
  const held = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await page.route(/\/albums\?/, async (route) => {
    await held;
    await route.continue();
  });
  const answeredAfterMs = await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const link = document.querySelector<HTMLElement>('header a[href="/albums"]');
        const startMs = performance.now();
        new MutationObserver(() => {
          if (link?.querySelector("[data-pending]")) resolve(performance.now() - startMs);
        }).observe(document.body, { subtree: true, childList: true, attributes: true });
        link?.click();
      }),
  );
  expect(answeredAfterMs).toBeLessThan(100);
  await expect(page.locator('header a[href="/albums"] [data-pending]').first()).toBeVisible();
  answer();
  await expect(page.getByRole("heading", { name: "No albums yet", exact: true })).toBeVisible();
  await expect(page.locator("[data-pending]")).toHaveCount(0);
});

test("the field at the top leads to a search, by the keyboard", async ({ page, expectedErrors }) => {
  expectedErrors.push(/404/);
  await page.setViewportSize(desktop);
  await page.goto("/");
  await page.waitForLoadState("networkidle");
  await page.getByRole("search").getByRole("searchbox", { name: "Search" }).fill("a lake & more");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/search\?q=a(\+|%20)lake(\+|%20)%26(\+|%20)more$/);
});

test("the menu works by keyboard, and gives focus back", async ({ page, pail, user }) => {
  pail.query("update users set role = 'admin', name = 'Ada Lovelace' where id = ?", user.id);
  await page.setViewportSize(desktop);
  await page.goto("/");
  await menuButton(page).focus();
  await press(page, "Enter");
  const menu = page.locator("#menu");
  await expect(menu).toBeVisible();
  await expect(menu).toContainText("0 MB of 107.4 GB stored");
  await expectAccessible(page);
  const seen: string[] = [];
  for (let n = 0; n < 8; n += 1) {
    await page.keyboard.press("Tab");
    seen.push(await focused(page));
  }
  expect(seen).toEqual([
    ...["Trash", "Settings", "Storage", "System", "Light", "Dark", "한국어", "Sign out"],
  ]);
  await page.keyboard.press("Escape");
  await expect(menu).toBeHidden();
  expect(await focused(page)).toBe("Menu Ada Lovelace");
  await openMenu(page);
  await menu.getByRole("button", { name: "Dark", exact: true }).click();
  await expect(menu.getByRole("button", { name: "Dark", exact: true })).toHaveAttribute(
    "aria-pressed",
    "true",
  );
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await menu.getByRole("link", { name: "Settings", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Settings", exact: true })).toBeVisible();
  await expect(menu).toBeHidden();
  expect(await focused(page)).not.toBe("body");
  // The same choice, in both places.
  const colours = page.getByRole("region", { name: "Colours", exact: true });
  await expect(colours.getByRole("button", { name: "Dark", exact: true })).toHaveAttribute(
    ...(["aria-pressed", "true"] as const),
  );
});

test("how much is stored is said as it is now", async ({ page }) => {
  await page.goto("/");
  await uploadFiles(page, await pathsOf(2));
  await openMenu(page);
  await expect(page.locator("#menu")).toContainText(/\d+(\.\d)? (kB|MB) of 107.4 GB stored/);
  await expect(page.locator("#menu")).not.toContainText("0 MB of");
});

test("on a phone one tap shows the ways to add, and a chosen one closes them", async ({
  browser,
  pail,
  user,
}) => {
  const context = await browser.newContext({
    ...{ baseURL: pail.origin, viewport: phone, hasTouch: true, isMobile: true },
  });
  await context.addCookies([{ name: "pail", value: user.token, url: pail.origin }]);
  const page = await context.newPage();
  await page.goto("/");
  await page.getByRole("button", { name: "Add", exact: true }).tap();
  const ways = page.locator("#add");
  await expect(ways.getByText("Take a picture", { exact: true })).toBeInViewport({ ratio: 1 });
  await expect(ways.getByText("Choose a folder", { exact: true })).toBeHidden();
  for (const height of await heights(ways.locator("label"))) expect(height).toBeGreaterThanOrEqual(44);
  await expectAccessible(page);
  const [path = ""] = await pathsOf(1);
  await page.getByLabel("Pictures from this device", { exact: true }).setInputFiles(path);
  await expect(ways).toBeHidden();
  await expect(galleryImages(page)).toHaveCount(1);
  await context.close();
});

for (const viewport of [phone, desktop])
  test(`the tray becomes a pill and comes back, and covers nothing, ${viewport.width} pixels wide`, async ({
    page,
    pail,
  }) => {
    await page.setViewportSize(viewport);
    await page.goto("/");
    await uploadFiles(page, (await pathsOf(24)).slice(0, 12));
    await tray(page).getByRole("button", { name: "Close", exact: true }).click();
    expect(await focused(page)).not.toBe("body");
    pail.bucketWire.hold(500_000);
    await page.getByLabel("Choose pictures", { exact: true }).setInputFiles((await pathsOf(24)).slice(12));
    await expect(tray(page).getByRole("progressbar").first()).toBeVisible();
    // A small preview for each that is prepared.
    await expect(tray(page).locator("canvas:visible").first()).toBeVisible();
    const bar = page.getByRole("banner");
    if (viewport === phone) expect(await overlap(tray(page), bar)).toBe(false);
    const expectRoomBelow = async () => {
      await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
      const last = galleryImages(page).last();
      await expect.poll(() => overlap(last, tray(page))).toBe(false);
    };
    await expectRoomBelow();
    await tray(page).getByRole("button", { name: "Minimise", exact: true }).click();
    const pill = tray(page).getByRole("button", { name: /^\d+ of 12 pictures$/ });
    await expect(pill).toBeFocused();
    expect((await tray(page).boundingBox())?.height).toBeLessThan(60);
    if (viewport === phone) expect(await overlap(tray(page), bar)).toBe(false);
    await expectRoomBelow();
    await page.keyboard.press("Enter");
    await expect(tray(page).getByRole("button", { name: "Minimise", exact: true })).toBeFocused();
    pail.bucketWire.mend();
    await expect(tray(page).getByText("12 pictures added").first()).toBeVisible({ timeout: 60_000 });
    // It stays as long as the focus is in it.
    await page.keyboard.press("F6");
    await expect(tray(page)).toBeHidden();
    expect(await focused(page)).not.toBe("body");
  });

test("F6 goes from the page to the tray, to the toast and back, and a toast never lies over the tray", async ({
  page,
  expectedErrors,
}) => {
  expectedErrors.push(/Failed to load/);
  await page.goto("/");
  await uploadFiles(page, [...(await pathsOf(3)), "e2e/support/photos.ts"]);
  for (const viewport of [phone, { width: 700, height: 800 }, desktop]) {
    await page.setViewportSize(viewport);
    const tile = page.getByRole("list", { name: "Pictures", exact: true }).getByRole("link").first();
    await tile.focus();
    await press(page, "Delete");
    const undo = page.getByRole("button", { name: "Undo", exact: true });
    await expect(undo).toBeVisible();
    const toast = page.locator("[data-toasts] > div");
    expect(await overlap(toast, tray(page))).toBe(false);
    expect(await overflow(page)).toBe(0);
    const at = await focused(page);
    expect(at).not.toBe("body");
    const inside = (pane: Locator) => pane.evaluate((element) => element.contains(document.activeElement));
    await page.keyboard.press("F6");
    expect(await inside(tray(page))).toBe(true);
    await page.keyboard.press("F6");
    await expect(undo).toBeFocused();
    await page.keyboard.press("F6");
    expect(await focused(page)).toBe(at);
    await page.keyboard.press("Shift+F6");
    await expect(undo).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(page.getByText("is back")).toBeVisible();
    await expect(galleryImages(page)).toHaveCount(3);
    expect(await focused(page)).not.toBe("body");
    await page.getByRole("button", { name: "Dismiss", exact: true }).focus();
    await page.keyboard.press("Enter");
    await expect(toast).toHaveCount(0);
    expect(await focused(page)).not.toBe("body");
  }
});

test("the first Tab leads past the places to the content", async ({ page }) => {
  await page.goto("/albums");
  await page.waitForLoadState("networkidle");
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name: "Skip to the content", exact: true });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport({ ratio: 1 });
  await page.keyboard.press("Enter");
  await expect(page.locator("#content")).toBeFocused();
});

for (const colorScheme of ["light", "dark"] as const)
  test(`the borders of fields are seen, and so is the focus on every part, in ${colorScheme}`, async ({
    page,
  }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.setViewportSize(desktop);
    await page.goto("/settings");
    for (const field of await page.locator("input:visible:not([type=file], [type=checkbox]), select").all())
      expect(await borderContrast(field)).toBeGreaterThanOrEqual(3);
    await page.goto("/");
    await uploadFiles(page, await pathsOf(2));
    await page.mouse.move(0, 0);
    const parts = page.getByRole("banner").locator("a:visible, button:visible, input[type=search]");
    for (const part of await parts.all()) expect(await changesWithFocus(page, part)).toBe(true);
    // Within the tile, so that nothing cuts the ring off, and over the picture.
    const tile = page.getByRole("list", { name: "Pictures", exact: true }).getByRole("link").first();
    await expect(galleryImages(page).first()).toBeVisible();
    expect(await changesWithFocus(page, tile)).toBe(true);
  });

test("with all colours of the system the current place, the choice and the focus are seen", async ({
  page,
}) => {
  await page.emulateMedia({ forcedColors: "active", reducedMotion: "reduce" });
  for (const viewport of [phone, desktop]) {
    await page.setViewportSize(viewport);
    await page.goto("/");
    await expectAccessible(page);
    const mark = page.locator('header a[aria-current="page"]');
    const marked = await mark.screenshot();
    await mark.evaluate((link) => link.removeAttribute("aria-current"));
    expect(
      (await mark.or(page.locator('header a[href="/"]:visible').last()).screenshot()).equals(marked),
    ).toBe(false);
    await openMenu(page);
    await page.screenshot({ path: test.info().outputPath(`forced-${viewport.width}.png`) });
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => getComputedStyle(document.activeElement as Element).outlineStyle)).toBe(
      "solid",
    );
    await page.keyboard.press("Escape");
  }
});

test("on paper there are the pictures and their names, and nothing to press", async ({ page }) => {
  await page.goto("/");
  await uploadFiles(page, await pathsOf(2));
  await expect(galleryImages(page)).toHaveCount(2);
  await page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
  await page.emulateMedia({ media: "print" });
  await expect(page.getByRole("banner")).toBeHidden();
  await expect(tray(page)).toBeHidden();
  const names = await page
    .locator("main a[data-name]")
    .evaluateAll((all) => all.map((link) => getComputedStyle(link, "::after").content));
  expect(names).toHaveLength(2);
  for (const name of names) expect(name).toMatch(/^".+"$/);
});

test("with letters twice as large the places go to the bottom, and all of it is there", async ({ page }) => {
  await page.setViewportSize({ width: 1000, height: 700 });
  const browser = await page.context().newCDPSession(page);
  await browser.send("Page.enable");
  await browser.send("Page.setFontSizes", { fontSizes: { standard: 32, fixed: 26 } });
  for (const path of ["/settings", "/albums", "/upload"]) {
    await page.goto(path);
    expect(await page.evaluate(() => getComputedStyle(document.documentElement).fontSize)).toBe("32px");
    expect([path, await overflow(page)]).toEqual([path, 0]);
    await openMenu(page);
    await page.getByRole("button", { name: "Sign out", exact: true }).scrollIntoViewIfNeeded();
    await expect(page.getByRole("button", { name: "Sign out", exact: true })).toBeInViewport({ ratio: 1 });
    await page.keyboard.press("Escape");
  }
});

test("without JavaScript the places, the menu and adding lead somewhere", async ({ browser, pail, user }) => {
  const context = await browser.newContext({
    ...{ baseURL: pail.origin, javaScriptEnabled: false, viewport: phone },
  });
  await context.addCookies([{ name: "pail", value: user.token, url: pail.origin }]);
  const page = await context.newPage();
  await page.goto("/");
  await page.getByRole("link", { name: "Albums", exact: true }).click();
  await expect(page).toHaveURL(/\/albums$/);
  await openMenu(page);
  await page.getByRole("link", { name: "Settings", exact: true }).click();
  await expect(page).toHaveURL(/\/settings$/);
  await page.getByRole("link", { name: "Upload a picture", exact: true }).click();
  await expect(page).toHaveURL(/\/upload$/);
  await context.close();
});

test("what is not there is said within the frame", async ({ page, expectedErrors }) => {
  expectedErrors.push(/404/);
  await page.goto("/images/00000000-0000-7000-8000-000000000000");
  await expect(page.getByRole("heading", { name: "There is nothing here", exact: true })).toBeVisible();
  await expect(page.getByRole("main")).toHaveCount(1);
  await expectAccessible(page);
  await page.getByRole("link", { name: "Pictures", exact: true }).click();
  await expect(page.getByRole("heading", { name: "No pictures yet", exact: true })).toBeVisible();
});

test("opened before it is set up, Pail says where the link is, and offers no form", async ({ browser }) => {
  const fresh = await PailServer.start();
  try {
    const context = await browser.newContext({
      baseURL: fresh.origin,
      viewport: { width: 320, height: 740 },
    });
    const page = await context.newPage();
    for (const path of ["/", "/setup?token=wrong"]) {
      await page.goto(path);
      await expect(page.getByText("npm start", { exact: true })).toBeVisible();
      await expect(page.getByText("npm run manage -- setup-link", { exact: true })).toBeVisible();
      await expect(page.getByText("On Vercel, at the end of the build’s log.")).toBeVisible();
      await expect(page.getByLabel("Password")).toHaveCount(0);
      expect(await overflow(page)).toBe(0);
      await expectAccessible(page);
    }
    await page.goto(fresh.setupUrl ?? "");
    await page.getByLabel("Name", { exact: true }).fill("Ada");
    await page.getByLabel("Email", { exact: true }).fill("ada@example.org");
    await page.getByLabel("Password", { exact: true }).fill("a pail of pictures");
    await page.getByRole("button", { name: "Create account", exact: true }).click();
    await expect(menuButton(page)).toBeVisible();
    await context.clearCookies();
    await page.goto("/");
    await expect(page.getByLabel("Password", { exact: true })).toBeVisible();
    await context.close();
  } finally {
    await fresh.stop();
  }
});

/** Between a field's border and what is around it, as WCAG measures it. */
const borderContrast = (field: Locator) =>
  field.evaluate((element) => {
    const rgbOf = (colour: string) => {
      const context = document.createElement("canvas").getContext("2d");
      if (context === null) throw new Error("no canvas");
      context.fillStyle = colour;
      context.fillRect(0, 0, 1, 1);
      return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const lightOf = (colour: string) => {
      const [red = 0, green = 0, blue = 0] = rgbOf(colour).map((value) => {
        const share = value / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const page = lightOf(getComputedStyle(document.documentElement).backgroundColor);
    const border = lightOf(getComputedStyle(element).borderTopColor);
    return (Math.max(page, border) + 0.05) / (Math.min(page, border) + 0.05);
  });

/** Whether one can see that it has the focus: by its pixels and those around it. */
async function changesWithFocus(page: Page, part: Locator): Promise<boolean> {
  const box = await part.boundingBox();
  if (box === null) throw new Error("it is not shown");
  const { x, y, width, height } = box;
  const clip = { x: Math.max(0, x - 5), y: Math.max(0, y - 5), width: width + 10, height: height + 10 };
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  const before = await page.screenshot({ clip });
  await page.keyboard.press("Shift");
  await part.focus();
  const after = await page.screenshot({ clip });
  return !before.equals(after);
}
