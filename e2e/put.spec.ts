import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { test as base, type Page } from "@playwright/test";
import { expect, expectAllLoaded, galleryImages, openPicturePage, uploadFiles } from "./fixtures";
import { PailServer } from "./support/pail-server";
import { makePhotographs } from "./support/photos";

// The whole way to a bucket that takes pictures by signed PUTs alone.
let pail: PailServer;

base.beforeAll(async () => {
  base.setTimeout(300_000);
  pail = await PailServer.start({ env: { S3_UPLOAD: "put" } });
});
base.afterAll(() => pail.stop());

/** Signs somebody in; notes how the bucket is sent to, and what it answers. */
async function signIn(page: Page) {
  const user = pail.addUser();
  await page.context().addCookies([{ name: "pail", value: user.token, url: pail.origin }]);
  const sent: string[] = [];
  page.on("response", (response) => {
    const method = response.request().method();
    if (response.url().startsWith(pail.bucketOrigin) && method !== "GET" && method !== "OPTIONS")
      sent.push(`${method} ${response.status()}`);
  });
  return { ...user, sent };
}

const sha256sOf = (ownerId: string) =>
  pail
    .query<{ sha256: string }>("select sha256 from images where owner_id = ?", ownerId)
    .map(({ sha256 }) => Buffer.from(sha256, "base64").toString("hex"))
    .sort();

base("photographs arrive by signed PUTs, and come back byte for byte", async ({ page }) => {
  const photographs = await makePhotographs(12);
  const { id, sent } = await signIn(page);
  await page.goto(pail.origin);
  const paths = photographs.map((photograph) => photograph.path);
  await uploadFiles(page, paths.slice(0, 11));
  await expectAllLoaded(page, 11);
  expect(sent).toHaveLength(33);
  expect(new Set(sent)).toEqual(new Set(["PUT 200"]));

  // What people who look into their browser have it do: it asks caches for nothing, and says so in a header of its own.
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.setCacheDisabled", { cacheDisabled: true });
  await uploadFiles(page, paths.slice(11));
  await expectAllLoaded(page, 12);
  expect(sha256sOf(id)).toEqual(photographs.map(({ sha256 }) => sha256).sort());

  await openPicturePage(galleryImages(page).last());
  const coming = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download original", exact: true }).click();
  const bytes = await readFile(await (await coming).path());
  expect(sha256sOf(id)).toContain(createHash("sha256").update(bytes).digest("hex"));
});

base("a wire that is cut and a page that is reloaded in the middle lose nothing", async ({ page }) => {
  const photographs = await makePhotographs(12);
  const { id } = await signIn(page);
  await page.goto(pail.origin);
  pail.bucketWire.cut(9_000_000);
  await page
    .getByLabel("Choose pictures", { exact: true })
    .setInputFiles(photographs.map((photograph) => photograph.path));
  await expect.poll(() => pail.bucketWire.broken, { timeout: 120_000 }).toBe(true);
  pail.bucketWire.mend();
  await expect.poll(() => sha256sOf(id).length, { timeout: 120_000 }).toBeGreaterThan(3);
  await page.reload();
  await expect(galleryImages(page)).toHaveCount(12, { timeout: 120_000 });
  expect(sha256sOf(id)).toEqual(photographs.map(({ sha256 }) => sha256).sort());
});

base("without JavaScript the page says in one sentence that this bucket needs it", async ({ browser }) => {
  const context = await browser.newContext({ baseURL: pail.origin, javaScriptEnabled: false });
  const page = await context.newPage();
  await signIn(page);
  await page.goto("/upload");
  await expect(page.getByText("The bucket of this Pail takes pictures only with JavaScript")).toBeVisible();
  await expect(page.getByRole("button", { name: "Upload", exact: true })).toHaveCount(0);
  await context.close();
});
