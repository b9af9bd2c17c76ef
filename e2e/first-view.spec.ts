import path from "node:path";
import type { Page } from "@playwright/test";
import sharp from "sharp";
import { expect, galleryImages, reachForFiles, test, uploadFiles } from "./fixtures";
import { photographsFolder } from "./support/photos";

/** Photographs that differ, of one shape: then no tile is larger than those of the first rows. */
const photographsOfOneShape = (count: number) =>
  Promise.all(
    Array.from({ length: count }, async (_, n) => ({
      name: `${n}.jpg`,
      mimeType: "image/jpeg",
      buffer: await sharp(path.join(photographsFolder, "alpine-path.jpg"))
        .extract({ left: 20 * n, top: 10 * n, width: 1200, height: 900 })
        .jpeg()
        .toBuffer(),
    })),
  );

interface Load {
  /** of the largest that was painted, by the browser's own measure */
  largest: { url: string; loading: string | null };
  /** in the order in which they were asked for, without what follows a question mark */
  requests: { url: string; startedBy: string }[];
}

/** Opens a page anew, and waits until its script has started. */
async function load(page: Page, address: string): Promise<Load> {
  await page.addInitScript(() => {
    new PerformanceObserver((list) => {
      const last = list.getEntries().at(-1) as
        | (PerformanceEntry & { url: string; element: Element | null })
        | undefined;
      const loading = last?.element?.getAttribute("loading") ?? null;
      Object.assign(window, { largest: { url: last?.url, loading } });
    }).observe({ type: "largest-contentful-paint", buffered: true });
  });
  await page.goto(address);
  await page.waitForLoadState("networkidle");
  return page.evaluate(() => ({
    largest: (window as unknown as { largest: Load["largest"] }).largest,
    requests: (performance.getEntriesByType("resource") as PerformanceResourceTiming[])
      .sort((one, other) => one.startTime - other.startTime)
      .map(({ name, initiatorType }) => ({ url: name, startedBy: initiatorType })),
  }));
}

const isScript = (url: string) => /\/_next\/static\/.*\.js$/.test(url);

/** What was asked of the bucket before the first script was asked for. */
function picturesBeforeScripts({ requests }: Load, bucketOrigin: string): string[] {
  const firstScript = requests.findIndex(({ url }) => isScript(url));
  expect(firstScript).toBeGreaterThan(0);
  const before = requests.slice(0, firstScript).filter(({ url }) => url.startsWith(bucketOrigin));
  // The HTML has asked for them, no script.
  for (const { startedBy } of before) expect(["img", "link"]).toContain(startedBy);
  return before.map(({ url }) => url);
}

const preconnect = (page: Page) => page.locator('head link[rel="preconnect"]');

for (const viewport of [
  { width: 412, height: 823 },
  { width: 1350, height: 940 },
]) {
  test(`the first rows are fetched first, ${viewport.width} pixels wide`, async ({ page, pail, user }) => {
    await page.setViewportSize(viewport);
    await page.goto("/");
    await uploadFiles(page, await photographsOfOneShape(16));
    pail.copyImage(user.id, 40);
    const album = pail.addAlbum(user.id, "All");

    for (const address of ["/", `/albums/${album}`]) {
      const loaded = await load(page, address);
      const tiles = await galleryImages(page).evaluateAll((all) =>
        all.map((image) => ({
          src: (image as HTMLImageElement).src,
          top: Math.round(image.getBoundingClientRect().top),
          loading: image.getAttribute("loading"),
          priority: image.getAttribute("fetchpriority"),
        })),
      );
      expect(tiles).toHaveLength(56);
      const eager = tiles.findIndex(({ loading }) => loading !== "eager");
      expect(tiles.slice(0, eager).every(({ priority }) => priority === "high")).toBe(true);
      for (const { loading, priority } of tiles.slice(eager))
        expect([loading, priority]).toEqual(["lazy", null]);
      const firstRow = tiles.filter(({ top }) => top === tiles[0]?.top);
      expect(firstRow.length).toBeGreaterThan(1);
      expect(eager).toBeGreaterThanOrEqual(firstRow.length);

      const before = picturesBeforeScripts(loaded, pail.bucketOrigin);
      for (const { src } of tiles.slice(0, eager)) expect(before).toContain(src);
      expect(loaded.largest.loading).toBe("eager");
      expect(tiles.slice(0, eager).map(({ src }) => src)).toContain(loaded.largest.url);

      await expect(preconnect(page)).toHaveAttribute("href", pail.bucketOrigin);
      // An `img` asks with credentials; other requests have connections of their own.
      expect(await preconnect(page).getAttribute("crossorigin")).toBeNull();
    }
  });
}

test("the page of a picture fetches it before its scripts, and albums their first covers", async ({
  page,
  pail,
  user,
}) => {
  await page.goto("/");
  await uploadFiles(page, await photographsOfOneShape(1));
  const [{ id } = { id: "" }] = pail.query<{ id: string }>(
    "select id from images where owner_id = ?",
    user.id,
  );
  const loaded = await load(page, `/images/${id}`);
  const image = page.getByRole("main").getByRole("img");
  await expect(image).toHaveAttribute("fetchpriority", "high");
  const src = await image.getAttribute("src");
  expect(picturesBeforeScripts(loaded, pail.bucketOrigin)).toEqual([src]);
  expect(loaded.largest.url).toBe(src);

  for (let n = 0; n < 6; n += 1) pail.addAlbum(user.id, `${n}`);
  await page.goto("/albums");
  expect(
    await page
      .getByRole("list", { name: "Albums", exact: true })
      .locator("img")
      .evaluateAll((all) => all.map((cover) => cover.getAttribute("loading"))),
  ).toEqual(["eager", "eager", "eager", "eager", "lazy", "lazy"]);
});

for (const [what, waited] of [
  ["have come", false],
  ["do not come for a while", true],
] as const) {
  test(`a page fetches its scripts once its first pictures ${what}`, async ({
    page,
    pail,
    user,
    browser,
  }) => {
    await page.goto("/");
    await uploadFiles(page, await photographsOfOneShape(2));
    pail.bucketWire.hold();
    // Another browser, which has seen none of them. Its clock stands still.
    const context = await browser.newContext({ baseURL: pail.origin });
    await context.addCookies([{ name: "pail", value: user.token, url: pail.origin }]);
    const other = await context.newPage();
    await other.clock.install({ time: 0 });
    await other.clock.pauseAt(1000);
    const asked: string[] = [];
    other.on("request", (request) => asked.push(request.url()));
    await other.goto("/", { waitUntil: "domcontentloaded" });
    await expect.poll(() => asked.filter((url) => url.startsWith(pail.bucketOrigin)).length).toBe(2);
    const complete = () =>
      galleryImages(other).evaluateAll((all) => all.map((image) => (image as HTMLImageElement).complete));
    await other.clock.runFor(1000);
    expect(await complete()).toEqual([false, false]);
    expect(asked.filter(isScript)).toEqual([]);
    if (!waited) {
      pail.bucketWire.mend();
      await expect.poll(complete).toEqual([true, true]);
    }
    await other.clock.runFor(waited ? 1000 : 100);
    await expect.poll(() => asked.filter(isScript).length).toBeGreaterThan(0);
    if (waited) expect(await complete()).toEqual([false, false]);
    await other.clock.resume();
    await reachForFiles(other);
    await context.close();
    pail.bucketWire.mend();
  });
}
