import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { CopyObjectCommand } from "@aws-sdk/client-s3";
import type { Locator, Page } from "@playwright/test";
import sharp from "sharp";
import { expect, galleryImages, test, uploadFiles, whenLive } from "./fixtures";
import { PailServer, type TestUser } from "./support/pail-server";
import { makePhotographs } from "./support/photos";

const dayMs = 24 * 60 * 60_000;
/** The bucket's answer to a URL that has run out. */
const forbidden = /403 \(Forbidden\)/;

interface Night {
  pail: PailServer;
  user: TestUser;
  page: Page;
  /** A night and more passes, for the server, the bucket and, where that is said, the browser. */
  pass(options?: { browser: boolean }): Promise<void>;
  errors: RegExp[];
}

/** A server with a clock that can be set, and a page whose scripts have a clock that can be set too. */
const nightTest = test.extend<{ night: Night }>({
  night: async ({ browser }, use) => {
    const folder = await mkdtemp(path.join(os.tmpdir(), "pail-night-"));
    const clockFile = path.join(folder, "ahead-ms");
    await writeFile(clockFile, "0");
    const preload = pathToFileURL(path.join(import.meta.dirname, "support", "shifted-clock.mjs")).href;
    const pail = await PailServer.start({
      env: { NODE_OPTIONS: `--import ${preload}`, PAIL_E2E_CLOCK: clockFile },
    });
    const user = pail.addUser();
    pail.query("update sessions set expires_at = ?", Date.now() + 30 * dayMs);
    const context = await browser.newContext({
      baseURL: pail.origin,
      viewport: { width: 600, height: 400 },
    });
    await context.addCookies([{ name: "pail", value: user.token, url: pail.origin }]);
    const page = await context.newPage();
    const [said, errors]: [string[], RegExp[]] = [[], []];
    page.on("console", (message) => message.type() === "error" && said.push(message.text()));
    page.on("pageerror", (error) => said.push(String(error)));
    await page.clock.install();
    const pass: Night["pass"] = async (options = { browser: true }) => {
      await writeFile(clockFile, String(1.5 * dayMs));
      // Until the server has read it.
      await page.waitForTimeout(500);
      if (!options.browser) return;
      await page.clock.setSystemTime(Date.now() + 1.5 * dayMs);
      await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    };
    await use({ pail, user, page, pass, errors });
    await context.close();
    await pail.stop();
    await rm(folder, { recursive: true });
    expect(said.filter((text) => !errors.some((expected) => expected.test(text)))).toEqual([]);
  },
});

/** A gallery of many, of which one has seen the first rows: a place in it, a focus, and a mark that a reload would take. */
async function openGallery({ pail, user, page }: Night): Promise<void> {
  await page.goto("/");
  await uploadFiles(page, [(await makePhotographs(1, { megapixels: 1 }))[0]?.path ?? ""]);
  await addCopies(pail, user);
  await page.goto("/");
  await expect(page.getByRole("list", { name: "Pictures", exact: true })).toBeVisible();
  const seen = galleryImages(page).nth(3);
  await expect
    .poll(() => seen.evaluate((image) => (image as HTMLImageElement).naturalWidth))
    .toBeGreaterThan(0);
  await page.getByRole("list", { name: "Pictures", exact: true }).getByRole("link").nth(3).focus();
  await page.evaluate(() => {
    window.scrollTo(0, 300);
    document.body.dataset.mark = "here";
  });
}

/** 160 pictures, each with an object of its own: what has come of one is not what is wanted of another. */
async function addCopies(pail: PailServer, user: TestUser): Promise<void> {
  const [row] = pail.query<{ keys: string }>("select keys from images where owner_id = ?", user.id);
  const { thumb } = JSON.parse(row?.keys ?? "{}");
  const { s3, name: Bucket } = await pail.bucket();
  for (const id of pail.copyImage(user.id, 160)) {
    const Key = `media/${id}/thumb.webp`;
    await s3.send(new CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/${thumb}` }));
    pail.query("update images set keys = json_set(keys, '$.thumb', ?) where id = ?", Key, id);
  }
  s3.destroy();
}

const placeOf = (page: Page) =>
  page.evaluate(() => [
    window.scrollY,
    document.activeElement?.getAttribute("href"),
    document.body.dataset.mark,
  ]);

/** From the top to the end and back: of all pictures those near the window come, and there is none that does not. */
async function expectAllCome(page: Page): Promise<void> {
  const { top, focused } = await page.evaluate(() => ({
    top: window.scrollY,
    focused: document.activeElement?.getAttribute("href"),
  }));
  const come = new Set<string>();
  const goOn = async () => {
    const near = await galleryImages(page).evaluateAll((all) =>
      all.map((image) => {
        const { alt, naturalWidth } = image as HTMLImageElement;
        (image as HTMLImageElement).loading = "eager";
        return { alt, hasCome: naturalWidth > 0 };
      }),
    );
    for (const { alt } of near.filter(({ hasCome }) => hasCome)) come.add(alt);
    if (near.every(({ hasCome }) => hasCome)) await page.evaluate(() => window.scrollBy(0, 300));
    return come.size;
  };
  await expect.poll(goOn, { intervals: [100], timeout: 90_000 }).toBe(161);
  await page.evaluate((y) => window.scrollTo(0, y), top);
  expect(await page.evaluate(() => document.activeElement?.getAttribute("href"))).toBe(focused);
}

nightTest(
  "what a page left open has yet to show has fresh URLs in the morning, and nothing is fetched by an old one",
  async ({ night }) => {
    await openGallery(night);
    const { page } = night;
    const place = await placeOf(page);
    const first = galleryImages(page).first();
    const source = await first.getAttribute("src");
    await night.pass();
    // What has come is not fetched again.
    expect(await first.getAttribute("src")).toBe(source);
    await expectAllCome(page);
    expect(await placeOf(page)).toEqual(place);
  },
);

nightTest(
  "what fails by an old URL comes by a fresh one, also where this device's clock is wrong",
  async ({ night }) => {
    night.errors.push(forbidden);
    await openGallery(night);
    const { page } = night;
    const place = await placeOf(page);
    await night.pass({ browser: false });
    await expectAllCome(page);
    expect(await placeOf(page)).toEqual(place);
  },
);

/** What of these is near the window comes; scrolls on until all have. */
async function expectAllComeIn(page: Page, images: Locator, count: number): Promise<void> {
  const goOn = async () => {
    const near = await images.evaluateAll((all) =>
      all.map((image) => {
        const { top } = image.getBoundingClientRect();
        const { naturalWidth } = image as HTMLImageElement;
        return { isNear: top < window.innerHeight + 200, hasCome: naturalWidth > 0 };
      }),
    );
    if (near.every(({ isNear, hasCome }) => hasCome || !isNear))
      await page.evaluate(() => window.scrollBy(0, 200));
    return near.filter(({ hasCome }) => hasCome).length;
  };
  await expect.poll(goOn, { intervals: [100], timeout: 90_000 }).toBe(count);
}

/** Ways to show the 160 copies by lists of their own; how many one page of it has. */
const places = {
  "the trash": {
    images: "Pictures in the trash",
    count: 100,
    open: async ({ pail, user, page }: Night) => {
      const now = Date.now();
      pail.query(
        "update images set state = 'trashed', deleted_at = ? where owner_id = ? and title like 'n %'",
        ...[now, user.id],
      );
      await page.goto("/trash");
    },
  },
  "all albums": {
    images: "Albums",
    count: 60,
    open: async ({ pail, user, page }: Night) => {
      const ids = pail.query<{ id: string }>(
        "select id from images where owner_id = ? and title like 'n %' limit 60",
        user.id,
      );
      for (const [n, { id }] of ids.entries()) pail.addAlbum(user.id, `album ${n}`, [id], { createdAt: n });
      await page.goto("/albums");
    },
  },
};
for (const [name, { images, count, open }] of Object.entries(places))
  nightTest(`${name}, left open, has fresh URLs in the morning`, async ({ night }) => {
    const { pail, user, page } = night;
    await page.goto("/");
    await uploadFiles(page, [(await makePhotographs(1, { megapixels: 1 }))[0]?.path ?? ""]);
    await addCopies(pail, user);
    await open(night);
    // Those of albums have no name of their own.
    const shown = page.getByRole("list", { name: images, exact: true }).locator("img");
    await expect
      .poll(() => shown.first().evaluate((image) => (image as HTMLImageElement).naturalWidth))
      .toBeGreaterThan(0);
    const hasCome = await shown.evaluateAll((all) =>
      all.filter((image) => (image as HTMLImageElement).naturalWidth > 0),
    );
    expect(hasCome.length).toBeLessThan(count);
    await night.pass();
    await expectAllComeIn(page, shown, count);
  });

for (const address of ["/search?orientation=landscape", "album"])
  nightTest(`pictures of ${address}, left open, have fresh URLs in the morning`, async ({ night }) => {
    const { pail, user, page } = night;
    await page.goto("/");
    await uploadFiles(page, [(await makePhotographs(1, { megapixels: 1 }))[0]?.path ?? ""]);
    await addCopies(pail, user);
    const id = pail.addAlbum(user.id, "album");
    await page.goto(address === "album" ? `/albums/${id}` : address);
    await expect
      .poll(() =>
        galleryImages(page)
          .first()
          .evaluate((image) => (image as HTMLImageElement).naturalWidth),
      )
      .toBeGreaterThan(0);
    await night.pass();
    await expectAllCome(page);
  });

nightTest("a row of the tray that is yet to be seen shows its picture in the morning", async ({ night }) => {
  const { pail, page, errors } = night;
  const path = (await makePhotographs(1, { megapixels: 1 }))[0]?.path ?? "";
  await page.goto("/");
  await uploadFiles(page, [path]);
  await page.reload();
  let isAway = true;
  errors.push(/net::ERR_FAILED/);
  await page.route(`${pail.bucketOrigin}/**`, (route) => (isAway ? route.abort() : route.fallback()));
  await uploadFiles(page, [path]);
  // A row that is made later has nothing of what was prepared.
  const tray = page.getByRole("region", { name: "Uploads", exact: true });
  await tray.getByRole("button", { name: "Minimise", exact: true }).click();
  await page.keyboard.press("Enter");
  const image = tray.locator("li img");
  await expect(image).toHaveCount(1);
  await night.pass();
  isAway = false;
  await expect
    .poll(() => image.evaluate((shown) => (shown as HTMLImageElement).naturalWidth))
    .toBeGreaterThan(0);
});

nightTest(
  "the viewer left open over night downloads and zooms in the morning, and goes on to pictures that nobody has seen",
  async ({ night }) => {
    const { pail, user, page } = night;
    const buffer = await sharp({ create: { width: 4000, height: 3000, channels: 3, background: "teal" } })
      .jpeg()
      .toBuffer();
    await page.goto("/");
    await uploadFiles(page, [{ name: "wide.jpg", mimeType: "image/jpeg", buffer }] as never);
    await addCopies(pail, user);
    await page.goto("/");
    await whenLive(page);
    await galleryImages(page).nth(3).click();
    const viewer = page.getByRole("dialog", { name: "Picture", exact: true });
    const shown = viewer.locator("[aria-hidden=false] img");
    await expect(shown).toHaveCount(2);
    const link = viewer.getByRole("link", { name: "Download original", exact: true });
    const old = (await link.first().getAttribute("href")) ?? "";
    const asked: string[] = [];
    page.on("request", (request) => {
      if (request.url().startsWith(pail.bucketOrigin)) asked.push(request.url());
    });
    await night.pass();
    await expect(link.first()).not.toHaveAttribute("href", old);
    expect((await fetch((await link.first().getAttribute("href")) ?? "")).status).toBe(200);
    for (let n = 0; n < 6; n += 1) await page.keyboard.press("+");
    await expect(shown).toHaveCount(3);
    expect(asked.some((url) => url.includes("original"))).toBe(true);
    await page.keyboard.press("0");
    for (let n = 0; n < 60; n += 1) {
      await page.keyboard.press("ArrowRight");
      await page.waitForTimeout(50);
    }
    await expect(viewer.getByText("64 of 161", { exact: true })).toBeVisible();
    await expect
      .poll(() =>
        shown.evaluateAll(
          (all) => all.filter((image) => (image as HTMLImageElement).naturalWidth > 0).length,
        ),
      )
      .toBe(2);
    const signedAt = (url: string) => new URL(url).searchParams.get("X-Amz-Date");
    expect(asked.filter((url) => signedAt(url) === signedAt(old))).toEqual([]);
  },
);

nightTest(
  "the page of a picture left open downloads it, and shows one that moves, in the morning",
  async ({ night }) => {
    night.errors.push(forbidden);
    const { pail, user, page } = night;
    const frames = await Promise.all(
      ["teal", "plum"].map((background) =>
        sharp({ create: { width: 64, height: 48, channels: 3, background } })
          .png()
          .toBuffer(),
      ),
    );
    const moving = await sharp(frames, { join: { animated: true } })
      .gif({ loop: 0, delay: [100, 100] })
      .toBuffer();
    await page.goto("/");
    await uploadFiles(page, [{ name: "moving.gif", mimeType: "image/gif", buffer: moving }] as never);
    const [row] = pail.query<{ id: string }>("select id from images where owner_id = ?", user.id);
    // Nothing of it comes before the night.
    let isAway = true;
    await page.route(`${pail.bucketOrigin}/**`, (route) => (isAway ? route.abort() : route.fallback()));
    night.errors.push(/net::ERR_FAILED/);
    await page.goto(`/images/${row?.id}`);
    const link = page.getByRole("link", { name: "Download original", exact: true });
    const old = await link.getAttribute("href");
    await night.pass();
    isAway = false;
    await expect(link).not.toHaveAttribute("href", old ?? "");
    expect((await fetch((await link.getAttribute("href")) ?? "")).status).toBe(200);
    expect((await fetch(old ?? "")).status).toBe(403);
    const image = page.getByRole("img", { name: "moving", exact: true });
    await expect
      .poll(() => image.evaluate((shown) => (shown as HTMLImageElement).naturalWidth))
      .toBeGreaterThan(0);
    expect(await image.evaluate((shown) => (shown as HTMLImageElement).currentSrc)).toContain("original.gif");
  },
);

nightTest("fresh URLs are for whoever owns the pictures, and for this page alone", async ({ night }) => {
  const { pail, user, page } = night;
  await openGallery(night);
  const ids = pail
    .query<{ id: string }>("select id from images where owner_id = ?", user.id)
    .map(({ id }) => id);
  const ask = (body: unknown, { token = user.token, origin = pail.origin } = {}) =>
    fetch(`${pail.origin}/images/urls`, {
      method: "POST",
      headers: { origin, cookie: `pail=${token}`, "content-type": "application/json" },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  const own = await ask(ids.slice(0, 2));
  expect([own.status, own.headers.get("cache-control"), Object.keys(await own.json()).sort()]).toEqual([
    200,
    "no-store",
    ids.slice(0, 2).sort(),
  ]);
  const stranger = pail.addUser();
  expect(await (await ask(ids.slice(0, 2), stranger)).json()).toEqual({});
  expect((await ask(ids.slice(0, 2), { token: "none" })).status).toBe(401);
  expect((await ask(ids.slice(0, 2), { origin: "https://other.example.org" })).status).toBe(403);
  for (const nonsense of [ids.slice(0, 101), [], ["x"], {}, "{", "x".repeat(100_000)])
    expect((await ask(nonsense)).status).toBe(400);
  await page.close();
});
