import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { ListObjectVersionsCommand } from "@aws-sdk/client-s3";
import type { Browser, BrowserContext, Page } from "@playwright/test";
import sharp from "sharp";
import { keepVersionsIfWanted } from "@/lib/testing/other-store";
import { quirksOf } from "@/lib/testing/stores/quirks";
import { test as base, deleteAndLeave, expect, expectAllLoaded, galleryImages } from "./fixtures";
import { PailServer, type TestUser } from "./support/pail-server";
import { photographsFolder } from "./support/photos";

/** The store that `npm run test:stores` has started. */
const store = process.env.STORE_JOURNEY ?? "";
const quirks = quirksOf(process.env.S3_CONTRACT_QUIRKS ?? "");
const isVersioned = quirks.has("keeps-versions");
/** Who uploads without JavaScript is sent by a form, and comes back by a redirect with a query. */
const takesPlainForms = !quirks.has("no-post-policies") && !quirks.has("drops-redirect-query");
const largeName = "noise.png";
const longAgoMs = 100 * 24 * 60 * 60 * 1000;

const test = base.extend<object, { pail: PailServer }>({
  pail: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's shape.
    async ({}, use) => {
      // Browsers go straight to the store, as they do where somebody has one.
      const env = { S3_PUBLIC_ENDPOINT: process.env.S3_CONTRACT_ENDPOINT ?? "" };
      const pail = await PailServer.prepare({ env, leavesBucket: true });
      await use(pail);
      await pail.stop();
    },
    { scope: "worker", timeout: 300_000 },
  ],
});

let folder: string;
test.beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "pail-journey-"));
});
test.afterAll(() => rm(folder, { recursive: true, force: true }));

test(`a bucket and its pictures, from setup to the last deletion, with ${store}`, async ({
  page,
  pail,
  context,
  browser,
}) => {
  test.setTimeout(1_200_000);
  // A picture that has not arrived is not waited for until the whole journey's time is over.
  page.setDefaultTimeout(60_000);
  const reds: string[] = [];
  /** One that fails does not keep the others from being seen. Tells whether it passed. */
  const part = async (title: string, run: () => Promise<void>): Promise<boolean> => {
    const began = Date.now();
    const say = (word: string) =>
      console.log(`${word} ${title} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
    try {
      await test.step(title, run);
      say("ok ");
      return true;
    } catch (error) {
      say("RED");
      reds.push(`${title}: ${stripVTControlCharacters(String((error as Error).message))}`);
      return false;
    }
  };
  await commandsBefore(pail, part);
  if (await part("start", () => pail.run())) {
    const user = pail.addUser();
    await context.addCookies([{ name: "pail", value: user.token, url: pail.origin }]);
    await pictures({ page, context, browser, pail, user }, part);
    await commandsAfter(pail, part);
  }
  expect(reds).toEqual([]);
});

type Part = (title: string, run: () => Promise<void>) => Promise<boolean>;

interface Setup {
  changes: { what: string }[];
  unsupported: { what: string; why: string }[];
}

async function commandsBefore(pail: PailServer, part: Part): Promise<void> {
  const first: string[] = [];
  await part("bucket setup", async () => {
    first.push(...lacksOf(await pail.manage<Setup>("bucket", "setup")));
  });
  await part("bucket setup again changes nothing and says the same", async () => {
    const again = await pail.manage<Setup>("bucket", "setup");
    expect({ changes: again.changes, lacks: lacksOf(again) }).toEqual({ changes: [], lacks: first });
  });
  await part("bucket doctor finds nothing fatal", async () => {
    const { out, err } = await pail.command("bucket", "doctor", "--json");
    expect(out, err).not.toBe("");
    const { findings } = JSON.parse(out) as { findings: { level: string; id: string; what: string }[] };
    const fatal = findings.filter(({ level }) => level === "fatal");
    expect(fatal.map(({ id, what }) => `${id}: ${what}`)).toEqual([]);
  });
  if (!isVersioned) return;
  await part("the bucket keeps older versions from here on", async () => {
    const { s3, name } = await pail.bucket();
    await keepVersionsIfWanted(s3, name);
    s3.destroy();
  });
}

/** A request's number, which a store's refusal ends with, is another one every time. */
const lacksOf = ({ unsupported }: Setup): string[] =>
  unsupported.map(({ what, why }) => `${what}: ${why.replace(/, \w+\)$/, ")")}`).sort();

interface Visit {
  page: Page;
  context: BrowserContext;
  browser: Browser;
  pail: PailServer;
  user: TestUser;
}

async function pictures({ page, browser, pail, user }: Visit, part: Part): Promise<void> {
  const photographs = (await readdir(photographsFolder)).filter((name) => /\.(heic|jpg)$/.test(name)).sort();
  const [ten, further = ""] = [photographs.slice(0, 10), photographs[10]];
  const large = path.join(folder, largeName);
  const states = () =>
    pail.query<{ state: string; error: string | null; count: number }>(
      "select state, error_code as error, count(*) as count from uploads where owner_id = ? group by 1, 2",
      user.id,
    );

  await part("ten pictures: progress, then ready", async () => {
    await page.goto(pail.origin);
    await send(page, ...ten.map((name) => path.join(photographsFolder, name)));
    expect(states()).toEqual([{ state: "ready", error: null, count: 10 }]);
    await expect(galleryImages(page)).toHaveCount(10);
  });
  await part("one of 41 MB: progress, then ready", async () => {
    await makeLargeFile(large);
    await send(page, large);
    expect(states()).toEqual([{ state: "ready", error: null, count: 11 }]);
    await expect(galleryImages(page)).toHaveCount(11);
  });
  await part("all are shown after a reload", async () => {
    await page.reload();
    await expectAllLoaded(page, 11);
  });
  for (const file of [path.join(photographsFolder, "brook.jpg"), large]) {
    await part(`the original of ${path.basename(file)} comes back byte for byte`, async () => {
      await open(page, pail, path.parse(file).name);
      const coming = page.waitForEvent("download");
      await page.getByRole("link", { name: "Download original", exact: true }).click();
      expect(await sha256(await (await coming).path())).toBe(await sha256(file));
    });
  }
  for (const name of ["drum", path.parse(large).name]) {
    await part(`${name} is deleted`, async () => {
      const before = await galleryImages(await open(page, pail, null)).count();
      await open(page, pail, name);
      await deleteAndLeave(page);
      await expect(galleryImages(page)).toHaveCount(before - 1);
    });
  }
  await part("the plain form, without JavaScript", () => sendPlainly(browser, pail, user, further));
}

/** A PNG of noise, which nothing compresses. */
async function makeLargeFile(file: string): Promise<void> {
  const raw = { width: 4300, height: 3180, channels: 3 } as const;
  const noise = randomBytes(raw.width * raw.height * raw.channels);
  const { size } = await sharp(noise, { raw }).png({ compressionLevel: 0 }).toFile(file);
  expect(Math.floor(size / 1e6)).toBe(41);
}

async function send(page: Page, ...files: string[]): Promise<void> {
  const tray = page.getByRole("region", { name: "Uploads", exact: true });
  await page.getByLabel("Choose pictures", { exact: true }).setInputFiles(files);
  await expect(tray.getByRole("progressbar").first()).toBeVisible();
  const close = tray.getByRole("button", { name: "Close", exact: true });
  await expect(close).toBeVisible({ timeout: 240_000 });
  await close.click();
}

/** Goes to the gallery, and from there to the picture of this title. */
async function open(page: Page, pail: PailServer, title: string | null): Promise<Page> {
  await page.goto(pail.origin);
  await expect(galleryImages(page)).not.toHaveCount(0);
  if (title !== null)
    await page
      .getByRole("list", { name: "Pictures", exact: true })
      .getByRole("img", { name: title, exact: true })
      .click();
  return page;
}

async function sendPlainly(browser: Browser, pail: PailServer, user: TestUser, name: string): Promise<void> {
  const context = await browser.newContext({ javaScriptEnabled: false });
  try {
    await context.addCookies([{ name: "pail", value: user.token, url: pail.origin }]);
    const page = await context.newPage();
    await page.goto(`${pail.origin}/upload`);
    const field = page.getByLabel("Picture", { exact: true });
    if (!takesPlainForms) {
      await expect(page.getByText(/JavaScript/)).toBeVisible();
      await expect(field).toHaveCount(0);
      return;
    }
    await field.setInputFiles(path.join(photographsFolder, name));
    await page.getByRole("button", { name: "Upload", exact: true }).click();
    await expect(page).toHaveURL(/\/images\/[0-9a-f-]{36}$/);
    // Not every store tells the file's name, so the picture is known by its bytes.
    await expect(page.getByRole("article").getByRole("img")).toBeVisible();
    const digest = Buffer.from(await sha256(path.join(photographsFolder, name)), "hex").toString("base64");
    expect(pail.query("select state from images where sha256 = ?", digest)).toEqual([{ state: "ready" }]);
  } finally {
    await context.close();
  }
}

async function commandsAfter(pail: PailServer, part: Part): Promise<void> {
  const sweepAndCompare = async () => {
    for (const verb of ["sweep", "reconcile"]) {
      const { exitCode, out, err } = await pail.command("uploads", verb);
      expect(exitCode, `${out}${err}`).toBe(0);
    }
  };
  await part("uploads sweep, uploads reconcile", sweepAndCompare);
  const [gone] = pail.query<{ ids: string }>(
    "select group_concat(id) as ids from images where state = 'trashed'",
  );
  const deleted = (gone?.ids ?? "").split(",").filter(Boolean);
  await part("the deleted ones are gone for good once their time is over", async () => {
    expect(deleted).toHaveLength(2);
    pail.query("update images set deleted_at = deleted_at - ? where state = 'trashed'", longAgoMs);
    await sweepAndCompare();
    expect(pail.query("select id from images where state <> 'ready'")).toEqual([]);
  });
  if (!isVersioned) return;
  await part("no version of what was deleted is left", async () => {
    expect(await olderVersions(pail, (key) => deleted.some((id) => key.includes(id)))).toEqual([]);
  });
  await part("no older version and no delete marker is left anywhere", async () => {
    expect(await olderVersions(pail, () => true)).toEqual([]);
  });
}

/** Of how many keys there are versions that are not the newest, and marks of deletion: a line for each kind and location. */
async function olderVersions(pail: PailServer, isMeant: (key: string) => boolean): Promise<string[]> {
  const { s3, name: Bucket } = await pail.bucket();
  const listing = await s3.send(new ListObjectVersionsCommand({ Bucket }));
  s3.destroy();
  expect(listing.IsTruncated).toBe(false);
  const { Versions = [], DeleteMarkers = [] } = listing;
  const lines = [
    ...Versions.filter(({ IsLatest }) => IsLatest === false).map(({ Key = "" }) => ["older versions", Key]),
    ...DeleteMarkers.map(({ Key = "" }) => ["delete markers", Key]),
  ]
    .filter(([, key = ""]) => isMeant(key))
    .map(([kind, key = ""]) => `${kind} under ${key.split("/")[0]}/`);
  return [...new Set(lines)].map((line) => `${lines.filter((one) => one === line).length} ${line}`);
}

const sha256 = async (file: string): Promise<string> =>
  createHash("sha256")
    .update(await readFile(file))
    .digest("hex");
