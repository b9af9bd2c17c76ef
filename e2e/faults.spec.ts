import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Page } from "@playwright/test";
import {
  expect,
  expectAllLoaded,
  galleryImages,
  noConnection,
  reachForFiles,
  test,
  uploadFiles,
} from "./fixtures";
import type { PailServer } from "./support/pail-server";
import { makePhotographs, type Photograph } from "./support/photos";

// Chromium itself reports requests that found nobody.
const networkErrors = /net::ERR_|Failed to load resource|status of 5\d\d/;
const serverErrors =
  /fetch failed|Failed to fetch|unexpected response|Failed to load chunk|ChunkLoadError|importScripts/;

const choose = (page: Page, photographs: Photograph[]) =>
  page.getByLabel("Choose pictures", { exact: true }).setInputFiles(photographs.map(({ path }) => path));

/** Kills the server once the first of some pictures has arrived; resolves to how many there are. */
async function killInTheMiddle(page: Page, pail: PailServer): Promise<number> {
  const photographs = await makePhotographs(8);
  await page.goto("/");
  // More than the five largest, which is as many as go at a time, and less than all of them.
  pail.bucketWire.hold(17_000_000);
  await choose(page, photographs);
  await expect(galleryImages(page).first()).toBeVisible();
  await pail.kill("SIGKILL");
  pail.bucketWire.mend();
  return photographs.length;
}

/** Starts the server, and sees all pictures arrive, each once. */
async function startAgain(page: Page, pail: PailServer, ownerId: string, count: number): Promise<void> {
  await pail.run();
  await expect(galleryImages(page)).toHaveCount(count, { timeout: 150_000 });
  expect(pail.query("select count(*) as n from images where owner_id = ?", ownerId)).toEqual([{ n: count }]);
}

test("a wire to the bucket that is cut in the middle: it waits, says so, and goes on by itself", async ({
  page,
  pail,
  user,
  expectedErrors,
}) => {
  expectedErrors.push(networkErrors);
  const photographs = await makePhotographs(8);
  await page.goto("/");
  pail.bucketWire.cut(6_000_000);
  await choose(page, photographs);
  const tray = page.getByRole("region", { name: "Uploads", exact: true });
  await expect(tray.getByText("The connection was lost. Trying again in a moment.").first()).toBeVisible();
  expect(pail.bucketWire.broken).toBe(true);
  pail.bucketWire.mend();
  await expect(galleryImages(page)).toHaveCount(photographs.length, { timeout: 120_000 });
  const rows = pail.query<{ sha256: string }>("select sha256 from images where owner_id = ?", user.id);
  const found = rows.map((row) => Buffer.from(row.sha256, "base64").toString("hex")).sort();
  expect(found).toEqual(photographs.map((photograph) => photograph.sha256).sort());
});

test("a server that is killed in the middle and comes back: nothing is lost, nothing is twice", async ({
  page,
  pail,
  user,
  expectedErrors,
}) => {
  expectedErrors.push(networkErrors, serverErrors);
  const count = await killInTheMiddle(page, pail);
  await startAgain(page, pail, user.id, count);
  await page.reload();
  await expect(galleryImages(page)).toHaveCount(count);
});

test("a server that is away for longer than all tries take: it waits, says so, and goes on by itself", async ({
  page,
  pail,
  user,
  expectedErrors,
}) => {
  expectedErrors.push(networkErrors, serverErrors);
  // So that the tries are over at once.
  await page.addInitScript("Math.random = () => 0");
  let asked = 0;
  page.on("requestfailed", (request) => {
    if (request.url().endsWith("/healthz")) asked += 1;
  });
  // A proxy answers in its stead.
  page.on("response", (response) => {
    if (response.url().endsWith("/healthz") && response.status() === 502) asked += 1;
  });
  const count = await killInTheMiddle(page, pail);
  const tray = page.getByRole("region", { name: "Uploads", exact: true });
  await expect(noConnection(page)).toBeVisible();
  const askedBefore = asked;
  await expect(tray.getByText(/ of \d+ MB$/)).toBeVisible();
  await page.getByRole("link", { name: "Albums", exact: true }).click();
  await expect(page.getByText("There is no connection to Pail: this page stays")).toBeVisible();
  // Whatever is tried meanwhile is tried many times.
  await expect.poll(() => asked).toBeGreaterThan(askedBefore + 3);
  await expect(tray.getByText("Retry", { exact: false })).toHaveCount(0);
  await startAgain(page, pail, user.id, count);
});

test("a server that says nothing any more while its connections stay: it says so, and goes on over new ones", async ({
  page,
  pail,
  user,
  expectedErrors,
}) => {
  test.slow();
  expectedErrors.push(networkErrors, serverErrors);
  const photographs = await makePhotographs(4);
  await page.goto("/");
  // So that they have begun and none has arrived when it gets stuck.
  pail.bucketWire.hold();
  await choose(page, photographs);
  const countUploads = () => pail.query("select id from uploads where owner_id = ?", user.id).length;
  await expect.poll(countUploads).toBeGreaterThan(0);
  pail.appWire.stick();
  pail.bucketWire.mend();
  // What says nothing is given half a minute, and another ten seconds when it is asked whether it is there.
  await expect(noConnection(page)).toBeVisible({ timeout: 120_000 });
  pail.appWire.mend();
  await expect(galleryImages(page)).toHaveCount(photographs.length, { timeout: 120_000 });
  expect(pail.query("select count(*) as n from images where owner_id = ?", user.id)).toEqual([
    { n: photographs.length },
  ]);
});

test("no connection when what prepares, or what reads a HEIC, is loaded: it waits, says so, and goes on", async ({
  page,
  pail,
  user,
  expectedErrors,
}) => {
  expect(user.id).not.toBe("");
  expectedErrors.push(networkErrors, /Failed to load chunk|ChunkLoadError/);
  const [photograph] = await makePhotographs(1);
  const heic = path.join(import.meta.dirname, "photos", "alpine-path-phone.heic");
  await page.goto("/");
  await reachForFiles(page);
  for (const [index, chosen] of [photograph?.path ?? "", heic].entries()) {
    pail.appWire.cut();
    await page.getByLabel("Choose pictures", { exact: true }).setInputFiles(chosen);
    await expect(noConnection(page)).toBeVisible();
    pail.appWire.mend();
    await expect(galleryImages(page)).toHaveCount(index + 1);
  }
});

test("a picture that does not come for a while is blurred until then, and comes by itself", async ({
  page,
  pail,
  user,
  expectedErrors,
}) => {
  expect(user.id).not.toBe("");
  expectedErrors.push(networkErrors);
  const photographs = await makePhotographs(1);
  let isAway = false;
  await page.route(`${pail.bucketOrigin}/**`, (route) =>
    isAway && route.request().method() === "GET" ? route.abort() : route.fallback(),
  );
  await page.goto("/");
  await uploadFiles(page, [photographs[0]?.path ?? ""]);
  isAway = true;
  await page.reload();
  await expect(page.getByRole("list", { name: "Pictures", exact: true }).locator("canvas")).toBeVisible();
  // Not the browser's mark for a broken picture.
  await expect(galleryImages(page)).toHaveCSS("opacity", "0");
  isAway = false;
  await expectAllLoaded(page, 1);
  await expect(galleryImages(page)).toHaveCSS("opacity", "1");
});

test("cancelling ends what is under way and frees its room", async ({ page, pail, user }) => {
  const photographs = await makePhotographs(8);
  await page.goto("/");
  pail.bucketWire.hold(3_000_000);
  await choose(page, photographs);
  const tray = page.getByRole("region", { name: "Uploads", exact: true });
  const used = () => {
    const [row] = pail.query<{ used: number; stored: number }>(
      `select used_bytes as used, (select coalesce(sum(stored_bytes), 0) from images where owner_id = users.id) as stored
       from users where id = ?`,
      user.id,
    );
    return (row?.used ?? 0) - (row?.stored ?? 0);
  };
  await expect.poll(() => pail.bucketWire.holding).toBe(true);
  expect(used()).toBeGreaterThan(0);
  await tray.getByRole("button", { name: "Cancel all", exact: true }).click();
  pail.bucketWire.mend();
  await expect(tray.getByText("Waiting")).toHaveCount(0);
  await expect.poll(used).toBe(0);
});

test("pausing lets what is under way end and begins nothing else; the tab's title says how far it is", async ({
  page,
  pail,
  user,
}) => {
  const photographs = await makePhotographs(8);
  await page.goto("/");
  // Before the first has arrived: not all others are under way then.
  pail.bucketWire.hold(1_000_000);
  await choose(page, photographs);
  const tray = page.getByRole("region", { name: "Uploads", exact: true });
  await expect.poll(() => pail.bucketWire.holding).toBe(true);
  await expect(page).toHaveTitle(/^\d+ % · Pail$/);
  const icon = page.locator('link[rel="icon"][type="image/svg+xml"]').last();
  await expect(icon).toHaveAttribute("href", /^\/progress-icon\/\d+$/);
  expect((await page.request.get((await icon.getAttribute("href")) ?? "")).headers()["content-type"]).toBe(
    "image/svg+xml",
  );
  await tray.getByRole("button", { name: "Pause", exact: true }).click();
  await expect(tray.getByRole("heading", { name: /^Paused, \d of 8$/ })).toBeVisible();
  await expect(page).toHaveTitle("Paused · Pail");
  const countImages = () =>
    pail.query<{ n: number }>("select count(*) as n from images where owner_id = ?", user.id)[0]?.n ?? 0;
  pail.bucketWire.mend();
  await expect.poll(countImages).toBeGreaterThan(0);
  // What was under way has ended once two looks, well apart, see the same.
  let before: number[] = [];
  await expect
    .poll(
      () => {
        const [last, now] = [before, [countImages(), pail.bucketWire.receivedBytes]];
        before = now;
        return now.every((value, index) => value === last[index]);
      },
      { intervals: [1500] },
    )
    .toBe(true);
  expect(countImages()).toBeLessThan(photographs.length);
  await tray.getByRole("button", { name: "Resume", exact: true }).click();
  await expect(galleryImages(page)).toHaveCount(photographs.length);
  await expect(page).toHaveTitle("Pail");
  await expect(icon).toHaveAttribute("href", /icon\.svg$/);
});

test("signed out in the middle: it asks, and goes on once one has signed in again", async ({
  page,
  pail,
  user,
}) => {
  const photographs = await makePhotographs(4);
  await page.goto("/");
  pail.query("update sessions set token = 'gone' where user_id = ?", user.id);
  await choose(page, photographs);
  const tray = page.getByRole("region", { name: "Uploads", exact: true });
  await expect(tray.getByRole("alert")).toContainText("You are signed out.");
  await expect(tray.getByRole("link", { name: "Sign in", exact: true })).toHaveAttribute("href", "/sign-in");
  pail.query("update sessions set token = ? where user_id = ?", user.token, user.id);
  await page.evaluate(() => window.dispatchEvent(new Event("focus")));
  await expect(galleryImages(page)).toHaveCount(photographs.length);
  await expect(tray.getByRole("alert")).toHaveCount(0);
});

test("somebody else signs in meanwhile: nothing becomes theirs, and it goes on once oneself is back", async ({
  page,
  pail,
  user,
  context,
}) => {
  const photographs = await makePhotographs(4);
  await page.goto("/");
  const mine = await context.cookies();
  const other = pail.addUser();
  await context.addCookies([{ name: "pail", value: other.token, url: pail.origin }]);
  await choose(page, photographs);
  const tray = page.getByRole("region", { name: "Uploads", exact: true });
  await expect(tray.getByRole("alert")).toContainText("Somebody else has signed in.");
  // There one can sign in although somebody is.
  const opened = page.waitForEvent("popup");
  await tray.getByRole("link", { name: "Sign in", exact: true }).click();
  await expect((await opened).getByRole("button", { name: "Sign in", exact: true })).toBeVisible();
  await context.addCookies(mine);
  await page.evaluate(() => window.dispatchEvent(new Event("focus")));
  await expect(galleryImages(page)).toHaveCount(photographs.length);
  await expect(tray.getByRole("alert")).toHaveCount(0);
  const owners = pail.query(
    "select distinct owner_id from uploads where owner_id in (?, ?)",
    user.id,
    other.id,
  );
  expect(owners).toEqual([{ owner_id: user.id }]);
});

for (const hasWorker of [true, false])
  test(`a new build in the middle, ${hasWorker ? "after" : "before"} what prepares was loaded: it asks for a reload`, async ({
    page,
    user,
    expectedErrors,
  }) => {
    expect(user.id).not.toBe("");
    expectedErrors.push(/Failed to load resource|Server Action/);
    const photographs = await makePhotographs(1);
    await page.goto("/");
    // What Next answers to a page whose actions it no longer has.
    await page.route("**/", (route) =>
      route.request().method() === "POST"
        ? route.fulfill({
            status: 404,
            headers: { "x-nextjs-action-not-found": "1" },
            body: "Server action not found.",
          })
        : route.fallback(),
    );
    if (!hasWorker) await page.route(/turbopack-worker/, (route) => route.fulfill({ status: 404 }));
    await choose(page, photographs);
    const tray = page.getByRole("region", { name: "Uploads", exact: true });
    await expect(tray.getByRole("alert")).toContainText("Pail was updated.");
    await expect(tray.getByRole("button", { name: "Reload", exact: true })).toBeVisible();
  });

test("a file that is changed on disk while it waits or is sent is said to be so", async ({
  page,
  pail,
  user,
  expectedErrors,
}) => {
  expectedErrors.push(networkErrors);
  expect(user.id).not.toBe("");
  const [photograph] = await makePhotographs(1);
  if (photograph === undefined) throw new Error("no photograph");
  const folder = await mkdtemp(path.join(os.tmpdir(), "pail-changed-"));
  const file = path.join(folder, "changed.jpg");
  await copyFile(photograph.path, file);
  await page.goto("/");
  pail.bucketWire.cut(1_000_000);
  await page.getByLabel("Choose pictures", { exact: true }).setInputFiles(file);
  const tray = page.getByRole("region", { name: "Uploads", exact: true });
  await expect(tray.getByText("The connection was lost. Trying again in a moment.")).toBeVisible();
  await writeFile(file, "other bytes");
  pail.bucketWire.mend();
  await expect(tray.getByText("This file was changed, moved or deleted since it was chosen.")).toBeVisible();
  await rm(folder, { recursive: true });
});
