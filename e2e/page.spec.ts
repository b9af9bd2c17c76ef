import type { Response } from "@playwright/test";
import {
  deleteAndLeave,
  expect,
  expectAccessible,
  galleryImages,
  heights,
  openMenu,
  openPicturePage,
  test,
  uploadFiles,
  whenLive,
} from "./fixtures";
import { PailServer } from "./support/pail-server";
import { makePhotographs } from "./support/photos";

for (const colorScheme of ["light", "dark"] as const) {
  test(`no page has an axe violation, in ${colorScheme}`, async ({ page, pail, user, browser }) => {
    if (user === undefined) throw new Error("no user");
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.goto("/");
    await expectAccessible(page);
    const photographs = await makePhotographs(3, { megapixels: 1 });
    await uploadFiles(page, [...photographs.map((photograph) => photograph.path), "e2e/support/photos.ts"]);
    await expect(galleryImages(page)).toHaveCount(3);
    await expectAccessible(page);
    await openPicturePage(galleryImages(page).first());
    await page.getByText("More", { exact: true }).click();
    await expect(page.getByText("SHA-256", { exact: true })).toBeVisible();
    await expectAccessible(page);
    await page.getByRole("button", { name: "Rename", exact: true }).click();
    await expect(page.getByLabel("Title", { exact: true })).toBeVisible();
    await expectAccessible(page);
    await page.getByRole("button", { name: "Close", exact: true }).click();
    await deleteAndLeave(page);
    await expect(galleryImages(page)).toHaveCount(2);
    // Pointed at, it does not go away meanwhile.
    await page.getByRole("button", { name: "Undo", exact: true }).hover();
    await expectAccessible(page);
    const signedOut = await browser.newContext({ baseURL: pail.origin, colorScheme });
    const signInPage = await signedOut.newPage();
    await signInPage.goto("/sign-in");
    await expectAccessible(signInPage);
    await signedOut.close();
  });
}

test("a phone shows the whole page without scrolling sideways, and every target is large enough", async ({
  page,
  pail,
  user,
}) => {
  if (user === undefined) throw new Error("no user");
  await page.setViewportSize({ width: 360, height: 740 });
  const photographs = await makePhotographs(6, { megapixels: 1 });
  await page.goto("/");
  pail.bucketWire.hold();
  await page
    .getByLabel("Choose pictures", { exact: true })
    .setInputFiles(photographs.map((photograph) => photograph.path));
  const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  const expectToFit = async () => {
    expect(await overflow()).toBeLessThanOrEqual(0);
    for (const height of await heights(page.getByRole("button"))) expect(height).toBeGreaterThanOrEqual(44);
  };
  const tray = page.getByRole("region", { name: "Uploads", exact: true });
  await expect(tray.getByRole("button", { name: /^Cancel / })).toHaveCount(7);
  await expectToFit();
  pail.bucketWire.mend();
  await expect(galleryImages(page)).toHaveCount(6);
  await expectToFit();
  await openPicturePage(galleryImages(page).first());
  await page.getByText("More", { exact: true }).click();
  await expect(page.getByText("SHA-256", { exact: true })).toBeVisible();
  expect(await overflow()).toBeLessThanOrEqual(0);
});

test("the gallery shifts nothing while its pictures arrive, and pages further down as one scrolls", async ({
  page,
  pail,
  user,
}) => {
  const [photograph] = await makePhotographs(1, { megapixels: 1 });
  await page.goto("/");
  await uploadFiles(page, photograph?.path ?? "");
  pail.copyImage(user.id, 450);
  await page.addInitScript(() => {
    const shifts: number[] = [];
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries())
        shifts.push((entry as PerformanceEntry & { value: number }).value);
    }).observe({ type: "layout-shift", buffered: true });
  });
  await page.reload();
  // As a person scrolls: what follows is fetched long before it is in sight.
  const titles = new Set<string>();
  await expect
    .poll(
      async () => {
        for (const title of await galleryImages(page).evaluateAll((all) =>
          all.map((image) => (image as HTMLImageElement).alt),
        ))
          titles.add(title);
        if ((await page.locator("[data-blank]").count()) === 0) await page.mouse.wheel(0, 500);
        return titles.size;
      },
      { intervals: [50], timeout: 150_000 },
    )
    .toBe(451);
  const shifts = await page.evaluate(() =>
    (window as unknown as { shifts: number[] }).shifts.reduce((sum, value) => sum + value, 0),
  );
  expect(shifts).toBeLessThan(0.01);
});

test("what opens over a page comes when someone moves, and what sends pictures when someone reaches for it", async ({
  page,
  user,
}) => {
  if (user === undefined) throw new Error("no user");
  const scripts: Response[] = [];
  page.on("response", (response) => {
    if (response.request().resourceType() === "script") scripts.push(response);
  });
  await page.goto("/");
  await page.waitForLoadState("networkidle");
  const first = scripts.length;
  expect(first).toBeGreaterThan(0);
  // As often as it takes for the page's script to start.
  await expect(async () => {
    await page.mouse.move(200 * Math.random(), 400);
    expect(scripts.length).toBeGreaterThan(first);
  }).toPass();
  await page.waitForLoadState("networkidle");
  const before = scripts.length;
  await expect(async () => {
    await page.mouse.move(0, 400);
    await page.getByLabel("Choose pictures", { exact: true }).hover();
    expect(scripts.length).toBeGreaterThan(before);
  }).toPass();
});

test("a page of 200 pictures is at most 207 kB of HTML, and all of its script at most 150 kB over the line", async ({
  page,
  pail,
  user,
  browser,
}) => {
  const [photograph] = await makePhotographs(1, { megapixels: 1 });
  await page.goto("/");
  await uploadFiles(page, photograph?.path ?? "");
  await expect(galleryImages(page)).toHaveCount(1);
  pail.copyImage(user.id, 199);
  const html = await (await page.request.get("/")).text();
  expect(html.length).toBeLessThanOrEqual(207_000);
  const storageState = await page.context().storageState();
  const context = await browser.newContext({
    baseURL: pail.origin,
    storageState,
    serviceWorkers: "block",
  });
  const fresh = await context.newPage();
  const scripts: Response[] = [];
  fresh.on("response", (response) => {
    if (response.request().resourceType() === "script") scripts.push(response);
  });
  await fresh.goto("/");
  await whenLive(fresh);
  await fresh.waitForLoadState("networkidle");
  const sizes = await Promise.all(
    scripts.map(async (script) => (await script.request().sizes()).responseBodySize),
  );
  expect(sizes.length).toBeGreaterThan(5);
  expect(Math.min(...sizes)).toBeGreaterThan(0);
  expect(sizes.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(150_000);
  await context.close();
});

test.describe("without a service worker, which would have them", () => {
  test.use({ serviceWorkers: "block" });

  test("until what makes them live has come, pictures are links; and it is asked for until it comes", async ({
    page,
    pail,
    user,
    expectedErrors,
  }) => {
    expectedErrors.push(/Failed to load resource/);
    const [photograph] = await makePhotographs(1, { megapixels: 1 });
    await page.goto("/");
    await uploadFiles(page, photograph?.path ?? "");
    await expect(galleryImages(page)).toHaveCount(1);
    pail.copyImage(user.id, 20);
    const named = new Set((await (await page.request.get("/")).text()).match(/[\w.-]+\.js(?=\\?")/g));
    let failed = 0;
    await page.route("**/_next/static/chunks/**", (route) => {
      if (named.has(route.request().url().split("/").at(-1) ?? "") || route.request().url().endsWith(".css"))
        return route.continue();
      failed += 1;
      return route.abort();
    });
    await page.reload();
    await expect(galleryImages(page)).toHaveCount(21);
    await expect.poll(() => failed).toBeGreaterThan(1);
    const marks = page.locator(".select-mark");
    await expect(marks).toHaveCount(0);
    await galleryImages(page).first().click();
    await expect(page).toHaveURL(/\/images\//);
    await expect(page.getByRole("main").getByRole("img")).toBeVisible();
    await page.goto("/");
    await expect(page.getByText("The server does not answer.")).toHaveCount(0);
    await page.unroute("**/_next/static/chunks/**");
    await expect(marks).toHaveCount(21, { timeout: 60_000 });
  });
});

test("files that are chosen while what sends them cannot be loaded are sent once it can", async ({
  page,
  user,
  expectedErrors,
}) => {
  if (user === undefined) throw new Error("no user");
  expectedErrors.push(/Failed to load resource/);
  const photographs = await makePhotographs(2, { megapixels: 1 });
  await page.goto("/");
  await page.waitForLoadState("networkidle");
  await page.route("**/_next/static/chunks/**", (route) => route.abort());
  await page
    .getByLabel("Choose pictures", { exact: true })
    .setInputFiles(photographs.map((photograph) => photograph.path));
  await expect(page.getByText("could not be loaded")).toBeVisible();
  await page.unroute("**/_next/static/chunks/**");
  await expect(galleryImages(page)).toHaveCount(2);
});

test("of thousands of files only the rows that can be seen are made", async ({ page, user }) => {
  if (user === undefined) throw new Error("no user");
  await page.goto("/");
  const drop = () =>
    page.evaluate(() => {
      const data = new DataTransfer();
      for (let n = 1; n <= 3000; n += 1) data.items.add(new File([`text ${n}`], `text ${n}.jpg`));
      const event = new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: data });
      return document.dispatchEvent(event);
    });
  // As often as it takes for the page's script to start and take them.
  await expect.poll(drop).toBe(false);
  const tray = page.getByRole("region", { name: "Uploads", exact: true });
  const rows = tray.getByRole("listitem");
  await expect(rows.first()).toBeVisible();
  expect(await rows.count()).toBeLessThanOrEqual(150);
  await expect(tray.getByRole("heading", { name: "3,000 pictures not added", exact: true })).toBeVisible({
    timeout: 120_000,
  });
  expect(await rows.count()).toBeLessThanOrEqual(150);
  await expect(async () => {
    await tray.locator("div.overflow-y-auto").evaluate((list) => list.scrollTo(0, list.scrollHeight));
    await expect(tray.getByText("text 3000.jpg")).toBeVisible({ timeout: 1000 });
  }).toPass();
  expect(await rows.count()).toBeLessThanOrEqual(150);
});

test("files are taken by drop anywhere and by paste", async ({ page, user }) => {
  if (user === undefined) throw new Error("no user");
  await page.goto("/");
  await expect(page.getByRole("heading", { name: "No pictures yet", exact: true })).toBeVisible();
  const give = (kind: "dragenter" | "drop" | "paste", shade: string) =>
    page.evaluate(
      async ([event, colour]) => {
        const canvas = new OffscreenCanvas(60, 40);
        const context = canvas.getContext("2d");
        if (context === null) throw new Error("no canvas");
        context.fillStyle = colour ?? "";
        context.fillRect(0, 0, 60, 40);
        const data = new DataTransfer();
        data.items.add(new File([await canvas.convertToBlob()], `${event}.png`, { type: "image/png" }));
        const init = { bubbles: true, cancelable: true };
        document.dispatchEvent(
          event === "paste"
            ? new ClipboardEvent(event, { ...init, clipboardData: data })
            : new DragEvent(event ?? "", { ...init, dataTransfer: data }),
        );
      },
      [kind, shade],
    );
  // As often as it takes for the page's script to start.
  await expect(async () => {
    await give("dragenter", "teal");
    await expect(page.getByText("Drop to add", { exact: true })).toBeVisible({ timeout: 500 });
  }).toPass();
  await give("drop", "teal");
  await expect(page.getByRole("img", { name: "drop", exact: true })).toBeVisible();
  await give("paste", "plum");
  await expect(page.getByRole("img", { name: "paste", exact: true })).toBeVisible();
});

test("a phone can take a picture, and its header fits", async ({ browser, pail, user }) => {
  pail.query("update users set role = 'admin' where id = ?", user.id);
  const viewport = { width: 360, height: 740 };
  const context = await browser.newContext({
    baseURL: pail.origin,
    viewport,
    hasTouch: true,
    isMobile: true,
  });
  await context.addCookies([{ name: "pail", value: user.token, url: pail.origin }]);
  const page = await context.newPage();
  await page.goto("/");
  await openMenu(page);
  await expect(page.getByRole("button", { name: "Sign out", exact: true })).toBeInViewport({ ratio: 1 });
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Add", exact: true }).tap();
  await expect(page.getByLabel("Take a picture", { exact: true })).toBeInViewport({ ratio: 1 });
  await expect(page.getByLabel("Take a picture", { exact: true })).toHaveAttribute("capture", "environment");
  await expect(page.getByLabel("Choose a folder", { exact: true })).toBeHidden();
  const [photograph] = await makePhotographs(1, { megapixels: 1 });
  await page.getByLabel("Take a picture", { exact: true }).setInputFiles(photograph?.path ?? "");
  await expect(galleryImages(page)).toHaveCount(1);
  await context.close();
});

test("over plain http in a home network, where there is no secure context", async ({ browser }) => {
  const pail = await PailServer.start({ hostname: "pail.test" });
  try {
    const user = pail.addUser();
    const context = await browser.newContext({ baseURL: pail.origin });
    await context.addCookies([{ name: "pail", value: user.token, url: pail.origin }]);
    const page = await context.newPage();
    const errors: string[] = [];
    page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
    await page.goto("/");
    expect(await page.evaluate(() => [window.isSecureContext, crypto.subtle === undefined])).toEqual([
      false,
      true,
    ]);
    const photographs = await makePhotographs(2, { megapixels: 1 });
    await uploadFiles(
      page,
      photographs.map((photograph) => photograph.path),
    );
    await expect(galleryImages(page)).toHaveCount(2);
    const found = pail.query<{ sha256: string }>("select sha256 from images");
    expect(found.map((row) => Buffer.from(row.sha256, "base64").toString("hex")).sort()).toEqual(
      photographs.map((photograph) => photograph.sha256).sort(),
    );
    expect(errors.filter((error) => !error.includes("Cross-Origin-Opener-Policy"))).toEqual([]);
    await context.close();
  } finally {
    await pail.stop();
  }
});
