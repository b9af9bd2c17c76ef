import type { Page } from "@playwright/test";
import { expect, galleryImages, test } from "./fixtures";
import { addModels, copyModels } from "./support/many-pictures";
import type { PailServer, TestUser } from "./support/pail-server";

const day = 86_400_000;
const newest = Date.UTC(2025, 11, 20, 12);

const pictures = (page: Page) => page.getByRole("list", { name: "Pictures", exact: true });
const tiles = (page: Page) => pictures(page).locator("[data-id]");
const slider = (page: Page) => page.getByRole("slider", { name: "Go to a month", exact: true });

interface Shown {
  title: string;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Of all tiles in the document, in the window's coordinates. */
const shown = (page: Page): Promise<Shown[]> =>
  tiles(page).evaluateAll((all) =>
    all.map((tile) => {
      const { left, right, top, bottom } = tile.getBoundingClientRect();
      return { title: tile.querySelector("img")?.alt ?? "", left, right, top, bottom };
    }),
  );

/** The title of each tile with where it is seen, of those in sight. */
const inSight = async (page: Page) => {
  const height = page.viewportSize()?.height ?? 0;
  return (await shown(page))
    .filter(({ top, bottom }) => bottom > 60 && top < height)
    .map(({ title, left, top }) => `${title} ${Math.round(left)} ${Math.round(top)}`);
};

const nodes = (page: Page) => page.evaluate(() => document.querySelectorAll("*").length);
const blanksInSight = (page: Page) =>
  page.evaluate(
    () =>
      [...document.querySelectorAll("[data-blank]")].filter((blank) => {
        const { top, bottom } = blank.getBoundingClientRect();
        return bottom > 0 && top < window.innerHeight;
      }).length,
  );

/** Until the script runs and nothing that is in sight is yet to come. */
async function settled(page: Page): Promise<void> {
  await expect(pictures(page)).toHaveClass(/timeline/);
  await expect.poll(() => blanksInSight(page)).toBe(0);
  await page.evaluate(
    () => new Promise((resolve) => setTimeout(() => requestAnimationFrame(() => resolve(null)), 250)),
  );
}

/** A gallery of so many pictures, so far apart. */
async function openMany(page: Page, pail: PailServer, user: TestUser, count: number, stepMs = day) {
  await addModels(page);
  copyModels(pail, user, { count, stepMs, newest });
  await page.goto("/");
  await settled(page);
}

async function scrollTo(page: Page, y: number): Promise<void> {
  await page.evaluate((top) => window.scrollTo(0, top), y);
  await settled(page);
}

/** Full rows end where the page does, and no tile is over another. */
function expectJustified(all: Shown[], width: { left: number; right: number }) {
  const rows = Map.groupBy(all, ({ top }) => Math.round(top));
  let full = 0;
  for (const row of rows.values()) {
    const sorted = row.toSorted((a, b) => a.left - b.left);
    expect(Math.round(sorted[0]?.left ?? 0)).toBeGreaterThanOrEqual(width.left);
    const end = Math.round(sorted.at(-1)?.right ?? 0);
    expect(end).toBeLessThanOrEqual(width.right);
    if (end === width.right) full += 1;
    sorted.slice(1).forEach((tile, n) => {
      expect([4, 11, 12, 13]).toContain(Math.round(tile.left - (sorted[n]?.right ?? 0)));
    });
  }
  return { rows: rows.size, full };
}

for (const [width, height] of [
  [360, 740],
  [390, 844],
  [820, 1180],
  [1440, 900],
  [2560, 1440],
] as const) {
  test(`rows are justified to the pixel and few are in the document, ${width} pixels wide`, async ({
    page,
    pail,
    user,
  }) => {
    await page.setViewportSize({ width, height });
    await addModels(page);
    copyModels(pail, user, { count: 3000, stepMs: day / 3, newest });
    for (const size of ["small", "medium", "large"]) {
      await page.context().addCookies([{ name: "grid", value: size, url: pail.origin }]);
      await page.goto("/");
      await settled(page);
      const bounds = await pictures(page).evaluate((list) => {
        const { left, right } = list.getBoundingClientRect();
        return { left: Math.round(left), right: Math.floor(right) };
      });
      for (const part of [0, 0.3, 0.9, 0.5]) {
        const total = await page.evaluate(() => document.documentElement.scrollHeight);
        await scrollTo(page, part * total);
        const { rows, full } = expectJustified(await shown(page), bounds);
        expect(full).toBeGreaterThanOrEqual(rows * 0.6);
        expect(await nodes(page)).toBeLessThan(1500);
      }
      await scrollTo(page, 100_000_000);
      expect((await inSight(page)).some((tile) => tile.startsWith("n 2999 "))).toBe(true);
    }
  });
}

test("nothing shifts, from the first HTML on and while pictures come and go either way", async ({
  page,
  pail,
  user,
}) => {
  await addModels(page);
  copyModels(pail, user, { count: 2000, stepMs: day / 4, newest });
  await page.addInitScript(() => {
    const shifts: number[] = [];
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries())
        shifts.push((entry as PerformanceEntry & { value: number }).value);
    }).observe({ type: "layout-shift", buffered: true });
  });
  await page.goto("/");
  await settled(page);
  // As a person scrolls who looks at them.
  for (const step of [400, -400])
    for (let n = 0; n < 50; n += 1) {
      await page.mouse.wheel(0, step);
      await page.waitForTimeout(100);
    }
  await settled(page);
  const shifts = await page.evaluate(() =>
    (window as unknown as { shifts: number[] }).shifts.reduce((sum, value) => sum + value, 0),
  );
  expect(shifts).toBeLessThan(0.01);
});

test("the script finds every tile where the HTML has it", async ({ page, pail, user, browser }) => {
  await addModels(page);
  // Months of few pictures and of many.
  copyModels(pail, user, { count: 40, stepMs: 9 * day, newest });
  pail.query(
    "update images set captured_at = ? + captured_at % 1000 where owner_id = ? and title in ('n 3', 'n 4', 'n 5', 'n 6', 'n 7', 'n 8', 'n 9', 'n 10', 'n 11', 'n 12')",
    ...[newest - 30 * day, user.id],
  );
  const plain = await browser.newContext({ baseURL: pail.origin, javaScriptEnabled: false });
  await plain.addCookies([{ name: "pail", value: user.token, url: pail.origin }]);
  const still = await plain.newPage();
  for (const [width, height] of [
    [360, 740],
    [820, 1180],
    [1440, 900],
    [1920, 1080],
  ] as const)
    for (const size of ["small", "medium", "large"]) {
      for (const context of [page.context(), plain])
        await context.addCookies([{ name: "grid", value: size, url: pail.origin }]);
      await page.setViewportSize({ width, height });
      await still.setViewportSize({ width, height });
      await page.goto("/");
      await settled(page);
      await still.goto("/");
      // What stands above the list is another's.
      const inList = async (one: Page) => {
        const above = (await pictures(one).boundingBox())?.y ?? 0;
        return (await shown(one)).map((tile) => ({
          ...tile,
          top: tile.top - above,
          bottom: tile.bottom - above,
        }));
      };
      const before = new Map((await inList(still)).map((tile) => [tile.title, tile]));
      const after = await inList(page);
      expect(after.length).toBeGreaterThan(5);
      for (const tile of after) {
        const other = before.get(tile.title);
        for (const side of ["left", "right", "top", "bottom"] as const)
          expect(
            Math.abs(tile[side] - (other?.[side] ?? 0)),
            `${size} ${width} ${tile.title} ${side}`,
          ).toBeLessThan(8);
      }
    }
  await plain.close();
});

test("without a script one goes on by pages", async ({ page, pail, user, browser }) => {
  await addModels(page);
  copyModels(pail, user, { count: 300, stepMs: day, newest });
  const context = await browser.newContext({ baseURL: pail.origin, javaScriptEnabled: false });
  await context.addCookies([{ name: "pail", value: user.token, url: pail.origin }]);
  const still = await context.newPage();
  await still.goto("/");
  const titles = new Set<string>();
  const take = async () => {
    for (const { title } of await shown(still)) titles.add(title);
  };
  await take();
  for (
    const older = still.getByRole("link", { name: "Older pictures", exact: true });
    await older.isVisible();
  ) {
    await older.click();
    await take();
  }
  expect(titles.size).toBe(300);
  await context.close();
});

test("without a script one goes on in the order that was chosen, and back", async ({
  page,
  pail,
  user,
  browser,
}) => {
  await addModels(page);
  copyModels(pail, user, { count: 300, stepMs: day, newest });
  const album = crypto.randomUUID();
  pail.query(
    "insert into albums (id, owner_id, name, created_at) values (?, ?, 'Lake', ?)",
    ...[album, user.id, newest],
  );
  pail.query(
    `insert into album_images (album_id, image_id, position)
      select ?, id, (cast(substr(title, 3) as integer) * 37) % 300 from images where owner_id = ? and state = 'ready'`,
    ...[album, user.id],
  );
  const numbers = Array.from({ length: 300 }, (_, n) => n);
  const byDate = numbers.map((n) => `n ${n}`);
  const byHand = numbers.toSorted((a, b) => ((a * 37) % 300) - ((b * 37) % 300)).map((n) => `n ${n}`);
  const context = await browser.newContext({ baseURL: pail.origin, javaScriptEnabled: false });
  await context.addCookies([
    { name: "pail", value: user.token, url: pail.origin },
    { name: "order", value: "oldest", url: pail.origin },
  ]);
  const still = await context.newPage();
  for (const { address, sorting = "newest", further, expected } of [
    { address: "/", further: "Newer pictures", expected: byDate.toReversed() },
    { address: "/search?type=image%2Fjpeg", further: "Newer pictures", expected: byDate.toReversed() },
    { address: `/albums/${album}`, sorting: "newest", further: "Older pictures", expected: byDate },
    {
      address: `/albums/${album}`,
      sorting: "oldest",
      further: "Newer pictures",
      expected: byDate.toReversed(),
    },
    { address: `/albums/${album}`, sorting: "name", further: "More pictures", expected: byDate.toSorted() },
    { address: `/albums/${album}`, sorting: "hand", further: "More pictures", expected: byHand },
  ]) {
    pail.query("update albums set sorting = ? where id = ?", ...[sorting, album]);
    await still.goto(address);
    const seen: string[][] = [];
    const link = still.getByRole("link", { name: further, exact: true });
    for (;;) {
      seen.push((await shown(still)).map(({ title }) => title));
      if (!(await link.isVisible())) break;
      await Promise.all([still.waitForEvent("load"), link.click()]);
    }
    expect(seen.length, address).toBeGreaterThan(2);
    expect(seen.flat(), `${address} ${sorting}`).toEqual(expected);
    await still.goBack();
    expect((await shown(still)).map(({ title }) => title)).toEqual(seen.at(-2));
  }
  await context.close();
});

test("the scrubber leads to any month, by mouse and by keyboard", async ({ page, pail, user }) => {
  await openMany(page, pail, user, 4000);
  await expect(slider(page)).toHaveAttribute("aria-valuetext", "December 2025");
  const labels = await page
    .locator(".timeline-years span")
    .evaluateAll((all) =>
      all.map((label) => ({ text: label.textContent, ...label.getBoundingClientRect().toJSON() })),
    );
  expect(labels.length).toBeGreaterThan(8);
  expect(labels[0].text).toBe("2025");
  for (const [n, label] of labels.slice(1).entries())
    expect(label.top).toBeGreaterThanOrEqual(labels[n].bottom);

  const handle = await slider(page).boundingBox();
  if (handle === null) throw new Error("no handle");
  await page.mouse.move(handle.x + 20, handle.y + 22);
  await page.mouse.down();
  await page.mouse.move(handle.x + 20, handle.y + 300, { steps: 5 });
  const month = (await slider(page).getAttribute("aria-valuetext")) ?? "";
  expect(month).not.toBe("December 2025");
  await expect(page.locator(".timeline-bubble")).toHaveText(month);
  await expect(page.locator(".timeline-bubble")).toHaveCSS("opacity", "1");
  await page.mouse.up();
  await settled(page);
  await expect(pictures(page).getByRole("heading", { name: month, exact: true })).toBeInViewport();

  await slider(page).focus();
  for (const [key, expected] of [
    ["Home", "December 2025"],
    ["ArrowDown", "November 2025"],
    ["PageDown", "December 2024"],
    ["PageDown", "December 2023"],
    ["PageUp", "December 2024"],
    ["ArrowUp", "January 2025"],
  ] as const) {
    await page.keyboard.press(key);
    await settled(page);
    await expect(slider(page)).toHaveAttribute("aria-valuetext", expected);
    const heading = pictures(page).getByRole("heading", { name: expected, exact: true });
    expect(Math.abs((await heading.boundingBox())?.y ?? 1000)).toBeLessThan(80);
  }
  await page.keyboard.press("End");
  await settled(page);
  const last = new Intl.DateTimeFormat("en", { month: "long", year: "numeric", timeZone: "UTC" });
  await expect(
    pictures(page).getByRole("heading", { name: last.format(newest - 3999 * day), exact: true }),
  ).toBeInViewport();
});

test("the scrubber follows a finger", async ({ pail, user, page, browser }) => {
  await addModels(page);
  copyModels(pail, user, { count: 4000, stepMs: day, newest });
  const viewport = { width: 390, height: 844 };
  const context = await browser.newContext({
    baseURL: pail.origin,
    viewport,
    hasTouch: true,
    isMobile: true,
  });
  await context.addCookies([{ name: "pail", value: user.token, url: pail.origin }]);
  const phone = await context.newPage();
  await phone.goto("/");
  await settled(phone);
  await scrollTo(phone, 500);
  const handle = await slider(phone).boundingBox();
  if (handle === null) throw new Error("no handle");
  const session = await context.newCDPSession(phone);
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", y: number) =>
    session.send("Input.dispatchTouchEvent", {
      type,
      touchPoints: type === "touchEnd" ? [] : [{ x: handle.x + handle.width - 8, y }],
    });
  await touch("touchStart", handle.y + 20);
  for (let n = 1; n <= 10; n += 1) await touch("touchMove", handle.y + 20 + n * 40);
  await expect(phone.locator(".timeline-bubble")).toHaveCSS("opacity", "1");
  await touch("touchEnd", 0);
  await settled(phone);
  const month = (await slider(phone).getAttribute("aria-valuetext")) ?? "";
  expect(new Date(month).getUTCFullYear()).toBeLessThan(2021);
  await expect(pictures(phone).getByRole("heading", { name: month, exact: true })).toBeInViewport();
  await context.close();
});

test("one comes back to the same pixel and the same focus", async ({ page, pail, user }) => {
  await openMany(page, pail, user, 3000, day / 3);
  await scrollTo(page, 31_000);
  const tile = tiles(page)
    .locator("a")
    .nth(Math.floor((await tiles(page).count()) / 2));
  await tile.focus();
  await settled(page);
  const before = await inSight(page);
  const focused = () =>
    page.evaluate(() => document.activeElement?.closest<HTMLElement>("[data-id]")?.dataset.id);
  const id = await focused();
  expect(id).toBeDefined();

  await page.reload();
  await settled(page);
  await expect.poll(() => inSight(page)).toEqual(before);
  expect(await focused()).toBe(id);

  // To the page of another picture by its address, and back.
  await page.goto(`/images/${id}`);
  await page.goBack();
  await settled(page);
  await expect.poll(() => inSight(page)).toEqual(before);
  expect(await focused()).toBe(id);

  // To another place by its name, which is pressed without scrolling to it, and back.
  await page.getByRole("link", { name: "Albums", exact: true }).dispatchEvent("click");
  await expect(page.getByRole("heading", { name: "No albums yet", exact: true })).toBeVisible();
  await page.goBack();
  await settled(page);
  await expect.poll(() => inSight(page)).toEqual(before);
  expect(await focused()).toBe(id);
});

test("deleting goes on to the next picture, and at the end to the one before", async ({
  page,
  pail,
  user,
}) => {
  await openMany(page, pail, user, 400);
  const focused = () => page.evaluate(() => document.activeElement?.querySelector("img")?.alt);
  await tiles(page).locator("a").nth(3).focus();
  await page.keyboard.press("Delete");
  await expect.poll(focused).toBe("n 4");
  await page.keyboard.press("End");
  await expect.poll(focused).toBe("n 399");
  await page.keyboard.press("Delete");
  await expect.poll(focused).toBe("n 398");
  expect(pail.query("select id from images where owner_id = ? and state = 'ready'", user.id)).toHaveLength(
    398,
  );
});

test("the arrows lead from tile to tile, and the focus is never lost", async ({ page, pail, user }) => {
  await openMany(page, pail, user, 3000, day / 3);
  const focused = () => page.evaluate(() => document.activeElement?.querySelector("img")?.alt);
  await tiles(page).locator("a").first().focus();
  for (const [key, title] of [
    ["ArrowRight", "n 1"],
    ["ArrowRight", "n 2"],
    ["ArrowLeft", "n 1"],
  ] as const) {
    await page.keyboard.press(key);
    await expect.poll(focused).toBe(title);
  }
  const boxOfFocused = () =>
    page.evaluate(() => {
      const { left, right, width, top, bottom } =
        document.activeElement?.getBoundingClientRect() ?? new DOMRect();
      return { left, right, width, top: top + window.scrollY, bottom: bottom + window.scrollY };
    });
  const above = await boxOfFocused();
  const step = async (key: string) => {
    const before = await focused();
    await page.keyboard.press(key);
    await expect.poll(focused).not.toBe(before);
  };
  await step("ArrowDown");
  const below = await boxOfFocused();
  expect(below.top).toBeGreaterThanOrEqual(above.bottom);
  const middle = above.left + above.width / 2;
  expect(below.left - 4 <= middle && middle <= below.right + 4).toBe(true);
  // However rows differ, as many steps back lead to where one was.
  for (const key of ["ArrowDown", "ArrowDown", "ArrowUp", "ArrowUp", "ArrowUp"]) await step(key);
  expect(await focused()).toBe("n 1");
  for (let n = 0; n < 40; n += 1) {
    await page.keyboard.press(n % 4 === 3 ? "PageDown" : "ArrowDown");
    await page.waitForTimeout(30);
    expect(await focused()).toMatch(/^n /);
  }
  await expect(tiles(page).locator("a:focus")).toBeInViewport();
  // Wherever one scrolls to meanwhile, it stays in the document, and does not make the page longer.
  const title = await focused();
  const total = await page.evaluate(() => document.documentElement.scrollHeight);
  await scrollTo(page, 0);
  expect(await focused()).toBe(title);
  expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBe(total);
  await page.keyboard.press("End");
  await expect.poll(focused).toBe("n 2999");
  await expect(tiles(page).locator("a:focus")).toBeInViewport();
});

test("who is at the top stays there, whatever the window's size makes of what is above", async ({
  page,
  pail,
  user,
}) => {
  await openMany(page, pail, user, 400);
  const top = () => page.evaluate(() => window.scrollY);
  for (const width of [390, 1280, 390, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    await settled(page);
    expect(await top()).toBe(0);
  }
});

test("size and order are remembered, and the first HTML is as it was chosen", async ({
  page,
  pail,
  user,
}) => {
  await openMany(page, pail, user, 400);
  const height = async () => {
    const [tile] = await shown(page);
    return (tile?.bottom ?? 0) - (tile?.top ?? 0);
  };
  const medium = await height();
  await page.getByLabel("Size of the pictures", { exact: true }).selectOption("Large pictures");
  await settled(page);
  expect(await height()).toBeGreaterThan(medium * 1.2);
  await page.getByLabel("Order", { exact: true }).selectOption("Oldest first");
  await expect(galleryImages(page).first()).toHaveAttribute("alt", "n 399");
  await page.reload();
  await settled(page);
  await expect(galleryImages(page).first()).toHaveAttribute("alt", "n 399");
  expect(await height()).toBeGreaterThan(medium * 1.2);
  await scrollTo(page, 100_000_000);
  expect((await inSight(page)).some((tile) => tile.startsWith("n 0 "))).toBe(true);
});

test("+ and - change the size in three steps, where nobody types and no picture is open, and one stays where one is", async ({
  page,
  pail,
  user,
}) => {
  await openMany(page, pail, user, 400);
  const size = page.getByLabel("Size of the pictures", { exact: true });
  await scrollTo(page, 3000);
  const [first] = (await inSight(page)).map((tile) => tile.split(" ").slice(0, 2).join(" "));
  const link = page.getByRole("link", { name: first ?? "", exact: true });
  await link.focus();
  await settled(page);
  const top = async () => Math.round((await link.boundingBox())?.y ?? -1);
  const before = await top();
  const steps = [
    ["+", "large"],
    ["+", "large"],
    ["-", "medium"],
    ["-", "small"],
    ["-", "small"],
    ["=", "medium"],
  ] as const;
  for (const [key, chosen] of steps) {
    await page.keyboard.press(key);
    await settled(page);
    await expect(size).toHaveValue(chosen);
    await expect(link).toBeFocused();
    expect(await top()).toBe(before);
  }
  await expect(page.getByRole("status").getByText("Medium pictures", { exact: true })).toBeAttached();

  const field = page.getByRole("searchbox").first();
  await field.focus();
  await page.keyboard.type("+-");
  await expect(field).toHaveValue("+-");
  await expect(size).toHaveValue("medium");
  await tiles(page).locator("a").first().focus();
  await page.keyboard.press("Control+-");
  await page.keyboard.press("Enter");
  const viewer = page.getByRole("dialog", { name: "Picture", exact: true });
  await expect(viewer.locator("[aria-hidden=false] img")).toHaveCount(2);
  await page.keyboard.press("+");
  await page.keyboard.press("Escape");
  await expect(viewer).toBeHidden();
  await expect(size).toHaveValue("medium");
  await page.keyboard.press("-");
  await expect(size).toHaveValue("small");
  await page.reload();
  await settled(page);
  await expect(size).toHaveValue("small");
});

test("what changes elsewhere is noticed, and what is added here takes its place, without moving what is seen", async ({
  page,
  pail,
  user,
}) => {
  await openMany(page, pail, user, 3000, day / 3);
  await scrollTo(page, 20_000);
  const before = await inSight(page);
  const title = before[0]?.split(" ").slice(0, 2).join(" ") ?? "";
  // Another tab deletes some further down, of the month that comes next.
  const [{ captured_at: at } = { captured_at: 0 }] = pail.query<{ captured_at: number }>(
    "select captured_at from images where owner_id = ? and title = ?",
    ...[user.id, title],
  );
  pail.query(
    "update images set state = 'trashed', deleted_at = 1 where owner_id = ? and captured_at between ? and ? and title like '%7'",
    ...[user.id, at - 400 * day, at - 60 * day],
  );
  await page.mouse.wheel(0, 300);
  await page.mouse.wheel(0, -300);
  for (let n = 0; n < 12; n += 1) {
    await page.mouse.wheel(0, 2000);
    await page.waitForTimeout(150);
  }
  await settled(page);
  await page.waitForTimeout(2500);
  await settled(page);
  const seen = (await shown(page)).map((tile) => Number(tile.title.slice(2)));
  expect(seen.filter((n) => n % 10 === 7)).toEqual([]);
});
