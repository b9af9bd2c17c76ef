import type { Page } from "@playwright/test";
import sharp from "sharp";
import { expect, expectAccessible, expectAllLoaded, galleryImages, test, uploadFiles } from "./fixtures";
import { makePhotographs, type Photograph } from "./support/photos";

const workerIsThere = (page: Page) => page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));

test("a browser finds that it can be installed, with its name, icons, shortcuts and share target", async ({
  page,
  user,
}) => {
  expect(user.id).not.toBe("");
  await page.goto("/");
  await workerIsThere(page);
  const devtools = await page.context().newCDPSession(page);
  const { installabilityErrors } = await devtools.send("Page.getInstallabilityErrors");
  // Every context of a test is a private window.
  expect(installabilityErrors.filter(({ errorId }) => errorId !== "in-incognito")).toEqual([]);
  const { errors, data } = await devtools.send("Page.getAppManifest");
  expect(errors).toEqual([]);
  const manifest = JSON.parse(data ?? "");
  expect(manifest).toMatchObject({
    id: "/",
    start_url: "/",
    display: "standalone",
    short_name: "Pail",
    lang: "en",
  });
  expect(manifest.shortcuts.map(({ name }: { name: string }) => name)).toEqual(["Add pictures", "Albums"]);
  expect(manifest.share_target).toMatchObject({
    action: "/share",
    method: "POST",
    enctype: "multipart/form-data",
  });
  const touchIcon = await page.locator('link[rel="apple-touch-icon"]').getAttribute("href");
  const sizes = [
    ...manifest.icons.map(({ src, sizes }: { src: string; sizes: string }) => [
      src,
      Number.parseInt(sizes, 10),
    ]),
    [touchIcon, 180],
  ];
  for (const [src, side] of sizes)
    expect(
      await page.evaluate(async (src) => {
        const image = new Image();
        image.src = src;
        await image.decode();
        return [image.naturalWidth, image.naturalHeight];
      }, src),
    ).toEqual([side, side]);
});

test("the worker keeps assets and the offline page: no picture, no page, nothing that is signed; who signs out leaves none", async ({
  page,
  pail,
  user,
}) => {
  expect(user.id).not.toBe("");
  const [photograph] = await makePhotographs(1, { megapixels: 1 });
  await page.goto("/");
  await workerIsThere(page);
  await uploadFiles(page, photograph?.path ?? "");
  await page.reload();
  await expectAllLoaded(page, 1);
  await page.goto(
    `/images/${pail.query<{ id: string }>("select id from images where owner_id = ?", user.id)[0]?.id}`,
  );
  await page.goto("/albums");
  const kept = await cachedUrls(page);
  const paths = kept.map((url) => new URL(url).pathname).filter((path) => !path.startsWith("/_next/static/"));
  expect(paths).toEqual(["/offline"]);
  expect(kept.length).toBeGreaterThan(3);
  for (const url of kept) expect(url.startsWith(`${pail.origin}/`)).toBe(true);
  for (const url of kept) expect(url).not.toMatch(/X-Amz|[?&]X-/i);

  await signOut(page);
  await expect(page).toHaveURL("/sign-in");
  await expect
    .poll(async () => (await cachedUrls(page)).filter((url) => /albums|images/.test(url)))
    .toEqual([]);
});

test("a worker of another build takes the place of this one, and of its cache", async ({ page, user }) => {
  expect(user.id).not.toBe("");
  await page.goto("/");
  await workerIsThere(page);
  await page.evaluate(async () => {
    const cache = await caches.open("pail-shell-of-an-earlier-build");
    await cache.put("/_next/static/old.js", new Response("old"));
    await caches.open("not-of-pail");
    const registration = await navigator.serviceWorker.getRegistration();
    await registration?.unregister();
  });
  await page.reload();
  await workerIsThere(page);
  await expect
    .poll(() =>
      page.evaluate(() => caches.keys().then((names) => names.filter((name) => /earlier|not-of/.test(name)))),
    )
    .toEqual(["not-of-pail"]);
});

for (const [language, title, again] of [
  ["en", "No connection to Pail", "Try again"],
  ["ko", "Pail에 연결할 수 없어요", "다시 시도"],
] as const)
  test(`without a connection there is a page that says so (${language}), and leads back to where one was going`, async ({
    page,
    context,
    pail,
    user,
    expectedErrors,
  }) => {
    expect(user.id).not.toBe("");
    expectedErrors.push(/net::ERR_/);
    await page.goto("/");
    await workerIsThere(page);
    await context.addCookies([
      { name: "language", value: language, url: pail.origin },
      { name: "theme", value: "dark", url: pail.origin },
    ]);
    pail.appWire.cut();
    try {
      await page.goto("/albums");
      await expect(page.getByRole("heading", { name: title, exact: true })).toBeVisible();
      await expect(page.getByRole("heading")).toHaveCount(1);
      await expect(page).toHaveTitle(`${title} · Pail`);
      await expectAccessible(page);
      expect(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe("dark");
    } finally {
      pail.appWire.mend();
    }
    await page.getByRole("link", { name: again, exact: true }).click();
    await expect(page).toHaveURL("/albums");
    await expect(page.getByRole("heading", { level: 1 })).not.toHaveText(title);
  });

test("twenty pictures that are shared to Pail are sent", async ({ page, pail, user }) => {
  expect(user.id).not.toBe("");
  const photographs = await makePhotographs(20, { megapixels: 1 });
  await page.goto("/");
  await workerIsThere(page);
  pail.appWire.reset();
  await share(page, photographs);
  await expect(page).toHaveURL("/");
  const all = "select count(*) as n from images where owner_id = ?";
  await expect.poll(() => pail.query(all, user.id), { timeout: 120_000 }).toEqual([{ n: 20 }]);
  // Once: the next page has none to send.
  await page.reload();
  await expect(galleryImages(page).first()).toBeVisible();
  await page.waitForTimeout(1000);
  await expect(page.getByRole("region", { name: "Uploads", exact: true })).toHaveCount(0);
  const bytes = photographs.reduce((sum, photograph) => sum + photograph.bytes, 0);
  expect(pail.appWire.receivedBytes).toBeLessThan(bytes / 4);
});

test("what somebody shares who is signed out is kept until they have signed in", async ({
  page,
  context,
  pail,
  user,
}) => {
  const photographs = await makePhotographs(3, { megapixels: 1 });
  await page.goto("/");
  await workerIsThere(page);
  await context.clearCookies();
  await share(page, photographs);
  await expect(page).toHaveURL(/\/shared/);
  await expect(
    page.getByText("The pictures are kept on this device. Sign in, and they are added."),
  ).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("link", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL("/sign-in");
  await context.addCookies([{ name: "pail", value: user.token, url: pail.origin }]);
  await page.goto("/");
  await expect(galleryImages(page)).toHaveCount(3, { timeout: 120_000 });
});

test("another site that sends pictures adds none before the person says so", async ({ page, pail, user }) => {
  expect(user.id).not.toBe("");
  const photographs = await makePhotographs(1, { megapixels: 1 });
  await page.goto("/");
  await workerIsThere(page);
  // The bucket's address is another origin, and has a page that is not Pail's.
  await page.route(`${pail.bucketOrigin}/evil`, (route) =>
    route.fulfill({ contentType: "text/html", body: "<!doctype html><title>evil</title>" }),
  );
  await page.goto(`${pail.bucketOrigin}/evil`);
  await share(page, photographs, pail.origin);
  await expect(page.getByText("Another site wants to add pictures to yours.")).toBeVisible();
  await page.getByRole("button", { name: "Discard them", exact: true }).click();
  await expect(page).toHaveURL("/");
  await page.waitForTimeout(1000);
  await expect(galleryImages(page)).toHaveCount(0);

  await page.goto(`${pail.bucketOrigin}/evil`);
  await share(page, photographs, pail.origin);
  await page.getByRole("button", { name: "Add them", exact: true }).click();
  await expect(galleryImages(page)).toHaveCount(1, { timeout: 120_000 });
});

test("of what is shared only pictures are taken", async ({ page, user }) => {
  expect(user.id).not.toBe("");
  await page.goto("/");
  await workerIsThere(page);
  await share(page, []);
  await expect(page.getByText("There was no picture among what was shared.")).toBeVisible();
});

test.describe("without a worker", () => {
  test.use({ serviceWorkers: "block" });

  test("what is shared is not lost silently, and none of it is read", async ({ page, pail, user }) => {
    expect(user.id).not.toBe("");
    const photographs = await makePhotographs(3, { megapixels: 12 });
    expect(photographs.reduce((sum, { bytes }) => sum + bytes, 0)).toBeGreaterThan(3_000_000);
    await page.goto("/");
    await share(page, photographs);
    await expect(
      page.getByText("Pail was not ready to take the pictures, and nothing was added."),
    ).toBeVisible();
    await expectAccessible(page);
    expect(pail.query("select count(*) as n from uploads where owner_id = ?", user.id)).toEqual([{ n: 0 }]);
  });
});

test("while it sends, the app's icon says how many are left and the screen stays on; afterwards neither", async ({
  page,
  pail,
  user,
}) => {
  expect(user.id).not.toBe("");
  await page.addInitScript(() => {
    const calls: string[] = [];
    Object.assign(window, { calls });
    Object.assign(Navigator.prototype, {
      setAppBadge: async (count: number) => void calls.push(`badge ${count}`),
      clearAppBadge: async () => void calls.push("no badge"),
    });
    const request = async () => {
      calls.push("awake");
      return { released: false, release: async () => void calls.push("asleep") };
    };
    Object.defineProperty(navigator, "wakeLock", { value: { request } });
  });
  const calls = () => page.evaluate(() => (window as unknown as { calls: string[] }).calls);
  const photographs = await makePhotographs(2, { megapixels: 1 });
  await page.goto("/");
  pail.bucketWire.hold();
  await page
    .getByLabel("Choose pictures", { exact: true })
    .setInputFiles(photographs.map((photograph) => photograph.path));
  await expect.poll(calls).toEqual(expect.arrayContaining(["badge 2", "awake"]));
  expect(await calls()).not.toContain("asleep");
  pail.bucketWire.mend();
  await expect.poll(calls).toEqual(expect.arrayContaining(["no badge", "asleep"]));
  expect((await calls()).filter((call) => call === "no badge")).toHaveLength(1);
});

test("Settings offers to install Pail where the browser can, and no banner comes up", async ({
  page,
  user,
}) => {
  expect(user.id).not.toBe("");
  await page.goto("/settings");
  const button = page.getByRole("button", { name: "Install Pail", exact: true });
  await expect(button).toHaveCount(0);
  // As often as it takes for the page's script to start.
  await expect(async () => {
    const isKept = await page.evaluate(() => {
      const event = new Event("beforeinstallprompt", { cancelable: true });
      Object.assign(event, { prompt: async () => Object.assign(window, { asked: true }) });
      window.dispatchEvent(event);
      return event.defaultPrevented;
    });
    expect(isKept).toBe(true);
  }).toPass();
  await button.click();
  expect(await page.evaluate(() => "asked" in window)).toBe(true);
  await page.evaluate(() => window.dispatchEvent(new Event("appinstalled")));
  await expect(button).toHaveCount(0);
});

test("the shortcut to add pictures leads to the button that does", async ({ page, user }) => {
  expect(user.id).not.toBe("");
  await page.goto("/?add");
  await expect(page.getByLabel("Choose pictures", { exact: true })).toBeFocused();
  await expect(page).toHaveURL("/");
});

for (const [colorScheme, ground] of [
  ["light", [255, 255, 255]],
  ["dark", [16, 16, 18]],
] as const)
  test.describe(`on an iPhone, ${colorScheme}`, () => {
    test.use({ colorScheme, deviceScaleFactor: 3, viewport: { width: 390, height: 844 } });

    // An iPhone's navigator, as there is none here: what iOS makes of the link no test says.
    test("what is shown while Pail starts is as large as the screen, with the icon on the page's ground", async ({
      page,
      user,
    }) => {
      expect(user.id).not.toBe("");
      await page.goto("/sign-in");
      await page.waitForLoadState("networkidle");
      const link = page.locator("link[rel=apple-touch-startup-image]");
      await expect(link).toHaveCount(0);
      await page.addInitScript(() => {
        Object.defineProperty(navigator, "standalone", { value: false });
        for (const [side, pixels] of [
          ["width", 390],
          ["height", 844],
        ] as const)
          Object.defineProperty(window.screen, side, { value: pixels });
      });
      await page.goto("/");
      await expect(page.locator("meta[name=apple-mobile-web-app-capable]")).toHaveAttribute("content", "yes");
      await expect(link).toHaveCount(1);
      const href = (await link.getAttribute("href")) ?? "";
      expect(href).toMatch(/^data:image\/png;base64,/);
      const image = sharp(Buffer.from(href.slice(href.indexOf(",") + 1), "base64"));
      const { data, info } = await image.removeAlpha().raw().toBuffer({ resolveWithObject: true });
      expect([info.width, info.height]).toEqual([1170, 2532]);
      const colours = new Map<string, number>();
      for (let at = 0; at < data.length; at += 3) {
        const colour = [...data.subarray(at, at + 3)].join();
        colours.set(colour, (colours.get(colour) ?? 0) + 1);
      }
      expect([...data.subarray(0, 3)]).toEqual([...ground]);
      // The icon's lines are of one colour, and in the middle alone.
      expect(colours.get("31,79,216") ?? 0).toBeGreaterThan(5000);
      expect(colours.get(ground.join()) ?? 0).toBeGreaterThan(0.9 * info.width * info.height);
    });
  });

/** Every address that a cache of this browser has. */
const cachedUrls = (page: Page) =>
  page.evaluate(async () => {
    const all = await Promise.all(
      (await caches.keys()).map(async (name) => (await caches.open(name)).keys()),
    );
    return all.flat().map(({ url }) => url);
  });

/** As the share sheet does: a form that is posted, to which the browser goes. */
async function share(page: Page, photographs: Photograph[], origin = "") {
  await page.evaluate((action) => {
    const form = document.createElement("form");
    Object.assign(form, { method: "post", action, enctype: "multipart/form-data", id: "share-sheet" });
    const field = document.createElement("input");
    Object.assign(field, { type: "file", name: "pictures", multiple: true });
    form.append(field);
    document.body.append(form);
  }, `${origin}/share`);
  await page.locator("#share-sheet input").setInputFiles(photographs.map((photograph) => photograph.path));
  await Promise.all([
    page.waitForURL(/\/(shared.*)?$/),
    page.locator("#share-sheet").evaluate((form) => (form as HTMLFormElement).submit()),
  ]);
}

async function signOut(page: Page) {
  const button = page.getByRole("button", { name: "Sign out", exact: false });
  await page.goto("/");
  if (!(await button.isVisible()))
    await page
      .getByRole("button", { name: /menu|Test/i })
      .first()
      .click();
  await button.click();
}
