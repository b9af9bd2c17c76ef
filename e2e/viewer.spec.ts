import path from "node:path";
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import sharp from "sharp";
import { expect, galleryImages, press, test, uploadFiles, whenLive } from "./fixtures";
import { orientationPhotographs, photographsFolder } from "./support/photos";

/** Photographs that differ, of one shape; the last that is chosen is the newest. */
const photographs = (count: number, width = 3000) =>
  Promise.all(
    Array.from({ length: count }, async (_, n) => ({
      name: `Photograph ${n}.jpg`,
      mimeType: "image/jpeg",
      buffer: await sharp(path.join(photographsFolder, "alpine-path.jpg"))
        .extract({ left: 20 * n, top: 10 * n, width: 1200, height: 900 })
        .resize(width)
        .jpeg()
        .toBuffer(),
    })),
  );

const file = (name: string, buffer: Buffer) => ({
  name,
  mimeType: `image/${name.split(".")[1]?.replace("jpg", "jpeg")}`,
  buffer,
});

const viewer = (page: Page) => page.getByRole("dialog", { name: "Picture", exact: true });
const stage = (page: Page) => viewer(page).getByRole("region");
const button = (page: Page, name: string) => viewer(page).getByRole("button", { name, exact: true });

/** As a hand does, whose way there brings back what has faded. */
async function clickButton(page: Page, name: string): Promise<void> {
  for (const x of [300, 310]) await page.mouse.move(x, 300);
  await button(page, name).click();
}
const tileOf = (page: Page, title: string) =>
  galleryImages(page).and(page.getByRole("img", { name: title, exact: true }));

/** The pictures of a gallery, from its first to its last, by title. */
const titlesOf = (page: Page) =>
  galleryImages(page).evaluateAll((all) => all.map((image) => (image as HTMLImageElement).alt));

/** Waits until the display size, or more, of the picture of this title is there. */
const expectShown = async (page: Page, title: string) => {
  await expect(viewer(page).getByRole("heading", { level: 2, name: title, exact: true })).toBeVisible();
  await expect
    .poll(() =>
      viewer(page)
        .locator(`[aria-hidden=false] img[alt="${title}"]`)
        .evaluateAll((all) => all.filter((it) => !/thumb/.test((it as HTMLImageElement).src)).length),
    )
    .toBe(1);
};

/** Where the picture that is shown stands on the screen. */
const boxOf = (page: Page) =>
  viewer(page)
    .locator("[aria-hidden=false] .picture-frame")
    .evaluate(async (it) => {
      await Promise.allSettled(document.getAnimations().map(({ finished }) => finished));
      const { x, y, width, height } = it.getBoundingClientRect();
      return { x: Math.round(x), y: Math.round(y), width: Math.round(width), height: Math.round(height) };
    });

const focused = (page: Page) =>
  page.evaluate(() => {
    const { activeElement } = document;
    return (
      activeElement?.getAttribute("aria-label") ??
      activeElement?.querySelector("img")?.alt ??
      (activeElement?.closest("header, footer") ? activeElement.textContent : activeElement?.tagName)
    );
  });

/** Everything that is asked of a server from here on, without what follows a question mark. */
function requestsOf(page: Page): string[] {
  const asked: string[] = [];
  page.on("request", (request) => {
    // An action is posted to whatever the address is.
    if (request.headers()["next-action"] !== undefined) return;
    asked.push(new URL(request.url()).pathname + (request.url().includes("_rsc") ? "?_rsc" : ""));
  });
  return asked;
}

async function expectAccessible(page: Page) {
  const { violations } = await new AxeBuilder({ page }).include("[role=dialog]").analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(", ")}`)).toEqual(
    [],
  );
}

test("by mouse: over the gallery, to the next, and back to the same place", async ({ page, user, pail }) => {
  expect(user.id).not.toBe("");
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto("/");
  await whenLive(page);
  await uploadFiles(page, await photographs(3));
  pail.copyImage(user.id, 60);
  await page.goto("/");
  await whenLive(page);
  const pictures = pail.query<{ id: string; title: string }>(
    "select id, title from images where owner_id = ? order by captured_at desc, captured_order desc, id desc",
    user.id,
  );
  const titles = pictures.map(({ title }) => title);
  const [first = "", second = "", third = ""] = titles.slice(40);
  // Only what is near is in the page.
  await expect(async () => {
    await page.mouse.wheel(0, 300);
    await tileOf(page, first).hover({ timeout: 500 });
  }).toPass();
  // Both are wholly in sight, so that nothing has to be moved for either.
  await tileOf(page, second).evaluate((tile) => tile.scrollIntoView({ block: "center" }));
  await tileOf(page, first).hover();
  await page.waitForLoadState("networkidle");
  const asked = requestsOf(page);
  const before = await page.evaluate(() => [window.scrollY, document.title] as const);

  await tileOf(page, first).click();
  await expectShown(page, first);
  expect(
    asked.filter((url) => !/icon\.svg|^\/images\/urls|media|\/display|\/original|\/thumb/.test(url)),
  ).toEqual([]);
  await expect(page).toHaveURL(/\/images\/[0-9a-f-]{36}$/);
  await expect(page).toHaveTitle(`${first} · Pail`);
  const address = page.url();
  const box = await boxOf(page);
  expect(box.x >= 0 && box.width <= 1440 && box.height <= 900).toBe(true);
  expect(await focused(page)).toBe(`${first}, picture 41 of 63`);
  await expectAccessible(page);

  await clickButton(page, "Favourite");
  await expect(button(page, "Favourite")).toHaveAttribute("aria-pressed", "true");
  await expect
    .poll(() => pail.query("select title from images where owner_id = ? and is_favourite = 1", user.id))
    .toEqual([{ title: first }]);

  await page.mouse.move(700, 500);
  await clickButton(page, "Next picture");
  await expectShown(page, second);
  await expect(page).not.toHaveURL(address);
  await clickButton(page, "Next picture");
  await expectShown(page, third);
  await clickButton(page, "Previous picture");
  await expectShown(page, second);

  // Further than it keeps pictures, and back.
  for (let n = 0; n < 14; n += 1) await page.keyboard.press("ArrowRight");
  await expectShown(page, titles[55] ?? "");
  for (let n = 55; n > 41; n -= 1) {
    await page.keyboard.press("ArrowLeft");
    await expectShown(page, titles[n - 1] ?? "");
  }
  await expect(page).toHaveURL(`/images/${pictures[41]?.id}`);

  await page.goBack();
  await expect(viewer(page)).toBeHidden();
  await expect(page).toHaveURL("/");
  await expect.poll(() => focused(page)).toBe(second);
  expect(await page.evaluate(() => [window.scrollY, document.title])).toEqual(before);

  await page.goForward();
  await expectShown(page, second);
  await clickButton(page, "Back");
  await expect(viewer(page)).toBeHidden();
  await expect(page).toHaveURL("/");
  await expect.poll(() => focused(page)).toBe(second);
  await page.goForward();
  await expectShown(page, second);
  expect(asked.filter((url) => /_rsc|^\/$|^\/images\/[0-9a-f]/.test(url))).toEqual([]);

  await page.reload();
  await whenLive(page);
  await expect(page.getByRole("heading", { level: 1, name: second, exact: true })).toBeVisible();
  await expect(viewer(page)).toBeHidden();
  await page.goBack();
  await expect(galleryImages(page).first()).toBeVisible();
  await expect(page).toHaveURL("/");
  await page.goForward();
  await expect(page.getByRole("heading", { level: 1, name: second, exact: true })).toBeVisible();
  await page.goBack();
  await tileOf(page, first).click();
  await expectShown(page, first);
  await page.keyboard.press("Escape");
  await expect(viewer(page)).toBeHidden();
});

test("by keyboard alone", async ({ page, user }) => {
  expect(user.id).not.toBe("");
  await page.goto("/");
  await whenLive(page);
  await uploadFiles(page, await photographs(3));
  await page.reload();
  await whenLive(page);
  const [first = "", second = "", third = ""] = await titlesOf(page);
  await page.getByRole("link", { name: first, exact: true }).focus();
  await press(page, "Enter");
  await expectShown(page, first);
  await expect.poll(() => focused(page)).toBe(`${first}, picture 1 of 3`);
  await page.keyboard.press("ArrowRight");
  await expectShown(page, second);
  await expect.poll(() => focused(page)).toBe(`${second}, picture 2 of 3`);
  await page.keyboard.press("ArrowRight");
  await expectShown(page, third);
  await page.keyboard.press("ArrowRight");
  await expectShown(page, third);
  await page.keyboard.press("ArrowLeft");
  await expectShown(page, second);

  // Tab goes round within.
  const names: (string | undefined)[] = [];
  for (let n = 0; n < 14; n += 1) {
    await page.keyboard.press("Tab");
    names.push(await focused(page));
    expect(await viewer(page).evaluate((it) => it.contains(document.activeElement))).toBe(true);
  }
  expect(new Set(names)).toEqual(
    new Set([
      `${second}, picture 2 of 3`,
      ...["Back", "Favourite", "Add to album", "Download original", "Slideshow", "Full screen", "Facts"],
      ...["Delete", "Keys", "Previous picture", "Next picture"],
    ]),
  );

  await stage(page).focus();
  await page.keyboard.press("i");
  await expect(viewer(page).getByRole("complementary", { name: "Facts", exact: true })).toBeVisible();
  await page.keyboard.press("ArrowRight");
  await expectShown(page, third);
  await expect(viewer(page).getByRole("complementary", { name: "Facts", exact: true })).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press("i");
  await expect(viewer(page).getByRole("complementary")).toHaveCount(0);
  await page.keyboard.press("ArrowLeft");
  await expectShown(page, second);

  await page.keyboard.press("?");
  const keys = page.getByRole("dialog", { name: "Keys", exact: true });
  await expect(keys.getByText("Start or pause the slideshow")).toBeVisible();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Escape");
  await expect(keys).toBeHidden();
  await expectShown(page, second);
  await expect.poll(() => focused(page)).toBe(`${second}, picture 2 of 3`);

  // The next one, with the focus; the toast undoes it and the focus comes back.
  await page.keyboard.press("Delete");
  await expectShown(page, third);
  await expect.poll(() => focused(page)).toBe(`${third}, picture 2 of 2`);
  await page.getByRole("button", { name: "Undo", exact: true }).focus();
  await page.keyboard.press("Enter");
  await expect.poll(() => focused(page)).toBe(`${third}, picture 3 of 3`);
  await page.keyboard.press("Delete");
  await expect(viewer(page)).toBeHidden();
  await expect(galleryImages(page)).toHaveCount(2);
  await expect.poll(() => focused(page)).toBe(second);
  await expect(page).toHaveURL("/");

  await page.keyboard.press("?");
  await expect(keys).toBeVisible();
  await page.keyboard.press("Escape");
  await expect.poll(() => focused(page)).toBe(second);
});

test("zooming fetches the original, and only then", async ({ page, user }) => {
  expect(user.id).not.toBe("");
  await page.setViewportSize({ width: 1200, height: 800 });
  await page.goto("/");
  await whenLive(page);
  await uploadFiles(page, await photographs(2, 4000));
  await page.reload();
  await whenLive(page);
  const [first = "", second = ""] = await titlesOf(page);
  const asked = requestsOf(page);
  const originals = () => asked.filter((url) => /\/original/.test(url)).length;
  await tileOf(page, first).click();
  await expectShown(page, first);
  const whole = await boxOf(page);
  expect(whole.height).toBe(800);
  await page.keyboard.press("+");
  await expect.poll(async () => (await boxOf(page)).width).toBe(1600);
  await page.waitForLoadState("networkidle");
  expect(originals()).toBe(0);
  for (let n = 0; n < 4; n += 1) await page.keyboard.press("+");
  await expect.poll(async () => (await boxOf(page)).width).toBe(4000);
  await expect.poll(originals).toBe(1);
  await expect
    .poll(() =>
      viewer(page)
        .locator("[aria-hidden=false] .picture-frame img")
        .last()
        .evaluate((it) => (it as HTMLImageElement).naturalWidth),
    )
    .toBe(4000);

  // Arrows move within it, to its edge, and then on.
  const { x } = await boxOf(page);
  await page.keyboard.press("ArrowRight");
  await expect.poll(async () => (await boxOf(page)).x).toBe(x - 80);
  await page.keyboard.press("0");
  await expect.poll(() => boxOf(page)).toEqual(whole);
  await page.keyboard.press("ArrowRight");
  await expectShown(page, second);
  await page.keyboard.press("ArrowLeft");
  await expectShown(page, first);

  await page.mouse.dblclick(600, 400);
  await expect.poll(async () => (await boxOf(page)).width).toBe(3200);
  await page.mouse.move(600, 400);
  await page.mouse.down();
  await page.mouse.move(500, 380, { steps: 5 });
  await page.mouse.up();
  await expect.poll(async () => (await boxOf(page)).x).toBeLessThan(-950);
  await page.mouse.dblclick(600, 400);
  await expect.poll(() => boxOf(page)).toEqual(whole);
  await page.mouse.wheel(0, -300);
  await expect.poll(async () => (await boxOf(page)).width).toBeGreaterThan(whole.width * 1.3);
  await page.keyboard.down("Control");
  await page.mouse.wheel(0, 1000);
  await page.keyboard.up("Control");
  await expect.poll(() => boxOf(page)).toEqual(whole);
});

test.describe("by touch", () => {
  test.use({ hasTouch: true, viewport: { width: 390, height: 844 } });

  /** A finger, or two, along a way; by the browser's own input. */
  async function swipe(page: Page, from: [number, number], to: [number, number], fingers = 1) {
    const session = await page.context().newCDPSession(page);
    const at = (part: number) => {
      const [x, y] = [from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part];
      return fingers === 1
        ? [{ x, y, id: 1 }]
        : [
            { x, y, id: 1 },
            { x: 390 - x, y: 844 - y, id: 2 },
          ];
    };
    await session.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: at(0) });
    for (let n = 1; n <= 8; n += 1) {
      await session.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: at(n / 8) });
      await page.waitForTimeout(16);
    }
    await session.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  }

  /** Again where the machine was too slow for two taps to be one. */
  async function doubleTap(page: Page, width: number) {
    await expect(async () => {
      if ((await boxOf(page)).width === width) return;
      await page.touchscreen.tap(195, 420);
      await page.touchscreen.tap(195, 420);
      await expect.poll(async () => (await boxOf(page)).width, { timeout: 2000 }).toBe(width);
    }).toPass();
  }

  test("swipe, pinch, double tap, menu", async ({ page, user }) => {
    expect(user.id).not.toBe("");
    await page.goto("/");
    await whenLive(page);
    await uploadFiles(page, await photographs(3));
    await page.reload();
    await whenLive(page);
    const [first = "", second = ""] = await titlesOf(page);
    await tileOf(page, first).tap();
    await expectShown(page, first);
    const whole = await boxOf(page);
    expect(whole).toMatchObject({ x: 0, width: 390 });
    await swipe(page, [330, 420], [60, 420]);
    await expectShown(page, second);
    await swipe(page, [60, 420], [330, 420]);
    await expectShown(page, first);

    await doubleTap(page, 390 * 3);
    await doubleTap(page, 390);
    await expect.poll(() => boxOf(page)).toEqual(whole);
    await swipe(page, [180, 400], [60, 250], 2);
    await expect.poll(async () => (await boxOf(page)).width).toBeGreaterThan(900);
    await page.keyboard.press("0");

    await button(page, "More").tap();
    const items = viewer(page).locator("header ul button, header ul a");
    expect(await items.allInnerTexts()).toEqual(["Slideshow", "Full screen", "Keys"]);
    const atHand = viewer(page).locator("footer button, footer a");
    expect(await atHand.allInnerTexts()).toEqual([
      ...["Favourite", "Add to album", "Download original", "Facts", "Delete"],
    ]);
    for (const height of await items.evaluateAll((all) => all.map((it) => it.getBoundingClientRect().height)))
      expect(height).toBeGreaterThanOrEqual(44);
    await expectAccessible(page);
    await button(page, "Facts").tap();
    await expect(viewer(page).getByRole("complementary", { name: "Facts", exact: true })).toBeVisible();
    await button(page, "Close facts").tap();

    // A tap takes the bar away, and brings it back.
    const bar = viewer(page).locator("header");
    await page.touchscreen.tap(195, 420);
    await expect(bar).toHaveCSS("opacity", "0");
    await page.touchscreen.tap(195, 420);
    await expect(bar).toHaveCSS("opacity", "1");

    await swipe(page, [195, 400], [195, 760]);
    await expect(viewer(page)).toBeHidden();
    await expect(page).toHaveURL("/");
    await expect.poll(() => focused(page)).toBe(first);
  });
});

test("a slideshow goes on every five seconds, pauses, and stops", async ({ page, user }) => {
  expect(user.id).not.toBe("");
  await page.goto("/");
  await whenLive(page);
  await uploadFiles(page, await photographs(3));
  await page.clock.install();
  await page.reload();
  await whenLive(page);
  const [first = "", second = "", third = ""] = await titlesOf(page);
  await tileOf(page, first).click();
  await expectShown(page, first);
  await clickButton(page, "Slideshow");
  await page.clock.runFor(4000);
  await expectShown(page, first);
  await page.clock.runFor(1000);
  await expectShown(page, second);
  await page.keyboard.press("Space");
  await expect(button(page, "Slideshow")).toBeAttached();
  await page.clock.runFor(20_000);
  await expectShown(page, second);
  await page.keyboard.press("Space");
  await page.clock.runFor(5000);
  await expectShown(page, third);
  await page.keyboard.press("ArrowLeft");
  await expectShown(page, second);
  await page.clock.runFor(20_000);
  await expectShown(page, second);
  await page.keyboard.press("Space");
  await page.clock.runFor(5000);
  await expectShown(page, third);
  await page.clock.runFor(5000);
  await expect(button(page, "Slideshow")).toBeAttached();
  await expectShown(page, third);
});

test("moving, long, small, transparent and turned pictures", async ({ page, user }) => {
  expect(user.id).not.toBe("");
  await page.setViewportSize({ width: 1000, height: 700 });
  const plain = (width: number, height: number, background: object | string) =>
    sharp({ create: { width, height, channels: 4, background: background as string } });
  const frames = await Promise.all(["red", "blue"].map((colour) => plain(640, 480, colour).png().toBuffer()));
  const turned = (await orientationPhotographs())[5]?.path ?? "";
  await page.goto("/");
  await whenLive(page);
  await uploadFiles(page, [
    file(
      "moving.gif",
      await sharp(frames, { join: { animated: true } })
        .gif({ loop: 0, delay: [100, 100] })
        .toBuffer(),
    ),
    file("tall.png", await plain(1080, 9000, "teal").png().toBuffer()),
    file("wide.png", await plain(9000, 600, "olive").png().toBuffer()),
    file("small.png", await plain(64, 48, "purple").png().toBuffer()),
    file("clear.png", await plain(600, 400, { r: 0, g: 200, b: 0, alpha: 0.3 }).png().toBuffer()),
    {
      name: "turned.jpg",
      mimeType: "image/jpeg",
      buffer: await sharp(turned, { autoOrient: false }).keepMetadata().jpeg().toBuffer(),
    },
  ] as never);
  await page.reload();
  await whenLive(page);
  const open = async (title: string) => {
    await tileOf(page, title).click();
    await expectShown(page, title);
    return boxOf(page);
  };
  const close = async () => {
    await page.keyboard.press("Escape");
    await expect(viewer(page)).toBeHidden();
    await expect(page).toHaveURL("/");
  };
  const shown = viewer(page).locator("[aria-hidden=false] .picture-frame");

  expect(await open("moving")).toMatchObject({ width: 640, height: 480 });
  expect(await shown.locator("img").last().getAttribute("src")).toContain("original.gif");
  await close();
  await page.emulateMedia({ reducedMotion: "reduce" });
  await open("moving");
  expect(await shown.locator("img").last().getAttribute("src")).toContain("/display.");
  await close();
  await page.emulateMedia({ reducedMotion: null });

  expect(await open("tall")).toMatchObject({ x: 0, y: 0, width: 1000 });
  await page.mouse.move(500, 400);
  await page.mouse.wheel(0, 500);
  await expect.poll(async () => (await boxOf(page)).y).toBe(-500);
  await page.keyboard.press("End");
  await expect
    .poll(async () => {
      const { y, height } = await boxOf(page);
      return y + height;
    })
    .toBe(700);
  await page.keyboard.press("-");
  await page.keyboard.press("0");
  await close();
  expect(await open("wide")).toMatchObject({ x: 0, height: 600 });
  await page.mouse.wheel(0, 500);
  await expect.poll(async () => (await boxOf(page)).x).toBe(-500);
  await close();

  expect(await open("small")).toEqual({ x: 468, y: 326, width: 64, height: 48 });
  await close();

  await open("clear");
  expect(await shown.evaluate((it) => getComputedStyle(it).backgroundImage)).toContain("conic-gradient");
  expect(await shown.locator("img").count()).toBe(1);
  await close();

  // 4000 × 3000 upright.
  const turnedBox = await open("turned");
  expect(turnedBox.height).toBe(700);
  expect(turnedBox.width).toBe(Math.round((700 * 4) / 3));
  for (let n = 0; n < 6; n += 1) await page.keyboard.press("+");
  await expect.poll(() => shown.locator("img").last().getAttribute("src")).toContain("original.jpg");
  await expect
    .poll(() =>
      shown
        .locator("img")
        .last()
        .evaluate((it) => (it as HTMLImageElement).naturalWidth),
    )
    .toBe(4000);
  await close();
});

test("what does not come is told, and tried again", async ({ page, pail, user, expectedErrors }) => {
  expect(user.id).not.toBe("");
  expectedErrors.push(/net::ERR_FAILED/);
  await page.goto("/");
  await whenLive(page);
  await uploadFiles(page, await photographs(2));
  await page.reload();
  await whenLive(page);
  const [first = ""] = await titlesOf(page);
  let isAway = true;
  let count = 0;
  await page.route(new RegExp(`^${pail.bucketOrigin}.*/display`), (route) => {
    count += 1;
    return isAway ? route.abort() : route.fallback();
  });
  await tileOf(page, first).click();
  const told = viewer(page).getByText("This picture did not arrive, or this browser cannot show it.");
  await expect(told).toBeVisible();
  // The picture and its neighbour, each once more with fresh URLs.
  expect(count).toBeLessThanOrEqual(4);
  await expect(
    viewer(page).getByRole("link", { name: "Download original", exact: true }).last(),
  ).toBeVisible();
  await expectAccessible(page);
  isAway = false;
  await button(page, "Try again").click();
  await expectShown(page, first);
  await expect(told).toBeHidden();
});

test("the bar fades where nobody needs it", async ({ page, user }) => {
  expect(user.id).not.toBe("");
  await page.goto("/");
  await whenLive(page);
  await uploadFiles(page, await photographs(1));
  await page.clock.install();
  await page.reload();
  await whenLive(page);
  await galleryImages(page).first().click();
  const bar = viewer(page).locator("header");
  await expect(bar).toHaveCSS("opacity", "1");
  await page.mouse.move(300, 300);
  await page.clock.runFor(3500);
  await expect(bar).toHaveCSS("opacity", "0");
  // There is no picture beside this one.
  for (const name of ["Previous picture", "Next picture"])
    await expect(viewer(page).getByRole("button", { name, exact: true })).toHaveCSS("opacity", "0");
  await page.mouse.move(310, 300);
  await expect(bar).toHaveCSS("opacity", "1");
  await page.keyboard.press("Tab");
  await page.clock.runFor(10_000);
  await expect(bar).toHaveCSS("opacity", "1");
});

test("from right to left, the next picture is at the left", async ({ page, user, context, baseURL }) => {
  expect(user.id).not.toBe("");
  await page.goto("/");
  await whenLive(page);
  await uploadFiles(page, await photographs(3));
  await context.addCookies([{ name: "language", value: "ar-XB", url: baseURL ?? "" }]);
  await page.goto("/");
  await whenLive(page);
  const links = page.locator('main a[href^="/images/"]');
  const titles = await links
    .locator("img")
    .evaluateAll((all) => all.map((it) => (it as HTMLImageElement).alt));
  await links.first().click();
  const heading = page.getByRole("dialog").getByRole("heading", { level: 2 }).first();
  await expect(heading).toHaveText(titles[0] ?? "");
  await page.keyboard.press("ArrowRight");
  await expect(heading).toHaveText(titles[0] ?? "");
  await page.keyboard.press("ArrowLeft");
  await expect(heading).toHaveText(titles[1] ?? "");
  // A plain letter in this language is a sentence that was forgotten.
  const words = await page
    .getByRole("dialog")
    .evaluate((it) =>
      [...it.querySelectorAll("button, a, section, aside, [aria-live]")].map(
        (one) => one.getAttribute("aria-label") ?? one.textContent ?? "",
      ),
    );
  expect(
    words.map((text) => titles.reduce((rest, title) => rest.replace(title, ""), text)).join(""),
  ).not.toMatch(/[A-Za-z]/);
  await page.keyboard.press("Delete");
  await expect(heading).toHaveText(titles[2] ?? "");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();
});

test("on a phone lying on its side, in forced colours, at a large size of text", async ({ page, user }) => {
  expect(user.id).not.toBe("");
  await page.goto("/");
  await whenLive(page);
  await uploadFiles(page, await photographs(2));
  const shoot = (name: string) => page.screenshot({ path: test.info().outputPath(`${name}.png`) });
  for (const [name, viewport, media] of [
    ["side", { width: 844, height: 390 }, {}],
    ["forced", { width: 844, height: 390 }, { forcedColors: "active" as const }],
    // As a desktop's window is at 400 %.
    ["large", { width: 320, height: 256 }, {}],
  ] as const) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ forcedColors: null, ...media });
    await page.goto("/");
    await whenLive(page);
    await galleryImages(page).first().click();
    await expect(viewer(page).locator("[aria-hidden=false] img")).toHaveCount(2);
    const box = await boxOf(page);
    expect(box.y >= 0 && box.height <= viewport.height && box.width <= viewport.width).toBe(true);
    for (const control of await viewer(page).locator("button, a").filter({ visible: true }).all()) {
      const { x = -1, y = -1, width = 0, height = 0 } = (await control.boundingBox()) ?? {};
      expect([x >= 0, y >= 0, x + width <= viewport.width, width >= 44, height >= 44]).toEqual(
        Array(5).fill(true),
      );
    }
    await shoot(name);
    await page.keyboard.press("i");
    await expect(viewer(page).getByRole("complementary")).toBeVisible();
    await shoot(`${name}-facts`);
    await page.keyboard.press("Escape");
    await expect(viewer(page)).toBeHidden();
  }
});

for (const width of [390, 1440]) {
  for (const colorScheme of ["light", "dark"] as const) {
    test(`looks, ${width} pixels wide, ${colorScheme}`, async ({ page, user }) => {
      expect(user.id).not.toBe("");
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: width === 390 ? 844 : 900 });
      await page.goto("/");
      await whenLive(page);
      await uploadFiles(page, await photographs(3));
      await page.reload();
      await whenLive(page);
      const [first = ""] = await titlesOf(page);
      const shoot = (name: string) => page.screenshot({ path: test.info().outputPath(`${name}.png`) });
      await tileOf(page, first).click();
      await expectShown(page, first);
      await page.waitForTimeout(400);
      await shoot("picture");
      if (width === 390) {
        await clickButton(page, "More");
        await shoot("menu");
        await page.keyboard.press("Escape");
      }
      await page.keyboard.press("i");
      await expect(viewer(page).getByRole("complementary")).toBeVisible();
      await page.waitForTimeout(300);
      await shoot("facts");
      await page.keyboard.press("i");
      await page.keyboard.press("?");
      await expect(page.getByRole("dialog", { name: "Keys", exact: true })).toBeVisible();
      await shoot("keys");
      await page.keyboard.press("Escape");
      await page.keyboard.press("Delete");
      await expect(page.getByRole("button", { name: "Undo", exact: true })).toBeVisible();
      await page.waitForTimeout(300);
      await shoot("deleted");
    });
  }
}
