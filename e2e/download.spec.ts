import { createHash, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { DeleteObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import type { Page } from "@playwright/test";
import { readZip } from "../lib/testing/read-zip";
import { expect, expectAccessible, galleryImages, press, test, uploadFiles } from "./fixtures";
import { PailServer, type TestUser } from "./support/pail-server";
import { makePhotographs } from "./support/photos";

interface Stored {
  id: string;
  name: string;
  key: string;
  bytes: Buffer;
}

const MB = 1_000_000;
const card = (page: Page) => page.getByRole("region", { name: /\.zip/ });

test("to a file: a zip of the originals byte for byte, with names told apart and the camera's dates, past the app", async ({
  page,
  pail,
  user,
}) => {
  await pickInto(page);
  const stored = await seed(page, pail, user, [
    { name: "lake.jpg", bytes: 3 * MB, capturedAt: "2024-02-29T23:58:06Z" },
    { name: "LAKE.JPG", bytes: 2 * MB, capturedAt: "1969-07-20T20:17:00Z" },
    { name: "호수 사진.jpg", bytes: 1000, capturedAt: "2026-06-15T02:30:00Z" },
    // Larger than what is fetched ahead.
    { name: "CON.jpg", bytes: 20 * MB, capturedAt: "2026-03-29T02:30:00Z" },
  ]);
  await selectAll(page, stored.length + 1);
  pail.appWire.reset();
  pail.bucketWire.reset();
  await download(page);
  await expect(card(page)).toContainText("5 pictures in Pail.zip");
  await expectAccessible(page);
  const entries = readZip(await written(page, "Pail.zip"));
  const names = entries.map(({ name }) => name);
  expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(5);
  expect(names).toEqual(expect.arrayContaining(["호수 사진.jpg", "CON_.jpg"]));
  for (const { bytes, name } of stored)
    expect([name, hashes(entries)]).toEqual([name, expect.arrayContaining([hash(bytes)])]);
  const clocks = Object.fromEntries(entries.map(({ bytes, clock }) => [hash(bytes), clock]));
  expect(stored.map(({ bytes }) => clocks[hash(bytes)])).toEqual([
    "2024-02-29T23:58:06",
    // A zip cannot write earlier.
    "1980-01-01T00:00:00",
    "2026-06-15T02:30:00",
    "2026-03-29T02:30:00",
  ]);
  expect(pail.bucketWire.sentBytes).toBeGreaterThan(25 * MB);
  expect(pail.appWire.sentBytes).toBeLessThan(MB);
  await card(page).getByRole("button", { name: "Close the download", exact: true }).click();
  await expect(card(page)).toHaveCount(0);
});

test("where a browser cannot write to files, it is a download of its own through the service worker", async ({
  page,
  pail,
  user,
}) => {
  await page.addInitScript(() => Object.assign(window, { showSaveFilePicker: undefined }));
  const stored = await seed(page, pail, user, [
    { name: "a.jpg", bytes: 5 * MB },
    { name: "a.jpg", bytes: 30 * MB },
  ]);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await selectAll(page, stored.length + 1);
  const coming = page.waitForEvent("download");
  await download(page);
  const taken = await coming;
  expect(taken.suggestedFilename()).toBe("Pail.zip");
  await expect(card(page)).toContainText("3 pictures in Pail.zip");
  const entries = readZip(await readFile(await taken.path()));
  expect(entries).toHaveLength(3);
  expect(entries.map(({ name }) => name)).toEqual(expect.arrayContaining(["a.jpg", "a (2).jpg"]));
  for (const { bytes } of stored) expect(hashes(entries)).toContain(hash(bytes));
  expect(new URL(taken.url()).origin).toBe(pail.origin);
});

test("a network that is cut while it comes: it says so, and goes on from where it broke", async ({
  page,
  pail,
  user,
  expectedErrors,
}) => {
  expectedErrors.push(/net::ERR_/);
  await pickInto(page);
  const stored = await seed(page, pail, user, [
    { name: "large.jpg", bytes: 40 * MB },
    { name: "small.jpg", bytes: 4 * MB },
  ]);
  await selectAll(page, stored.length + 1);
  pail.bucketWire.reset();
  pail.bucketWire.cutAnswers(15 * MB);
  await download(page);
  await expect(card(page)).toContainText("There is no connection. It goes on by itself once there is one.");
  expect(pail.bucketWire.broken).toBe(true);
  pail.bucketWire.mend();
  await expect(card(page)).toContainText("3 pictures in Pail.zip");
  const entries = readZip(await written(page, "Pail.zip"));
  for (const { bytes } of stored) expect(hashes(entries)).toContain(hash(bytes));
  // What had come did not come again.
  expect(pail.bucketWire.sentBytes).toBeLessThan(60 * MB);
});

test("pictures that vanish: the zip is made without them, and says which", async ({
  page,
  pail,
  user,
  expectedErrors,
}) => {
  expectedErrors.push(/status of 404/);
  await pickInto(page);
  const [gone, kept, trashed] = (await seed(page, pail, user, [
    { name: "gone.jpg", bytes: MB },
    { name: "kept.jpg", bytes: MB },
    { name: "trashed.jpg", bytes: MB },
  ])) as [Stored, Stored, Stored];
  await selectAll(page, 4);
  const { s3, name: Bucket } = await pail.bucket();
  await s3.send(new DeleteObjectCommand({ Bucket, Key: gone.key }));
  await download(page);
  await expect(card(page)).toContainText("gone.jpg was not there any more, and the zip is without it.");
  const entries = readZip(await written(page, "Pail.zip"));
  expect(hashes(entries)).toEqual(expect.arrayContaining([hash(kept.bytes), hash(trashed.bytes)]));
  expect(entries).toHaveLength(4);
  const note = entries.find(({ name }) => name === "missing.txt")?.bytes.toString();
  expect(note).toBe("1 picture was not there any more, and the zip is without it.\r\ngone.jpg\r\n");

  await card(page).getByRole("button", { name: "Close the download", exact: true }).click();
  pail.query("update images set state = 'trashed', deleted_at = ? where id = ?", Date.now(), trashed.id);
  await download(page);
  await expect(card(page)).toContainText("2 pictures were not there any more, and the zip is without them.");
});

test("a session that ends in the middle: whoever signs in again has the rest of it", async ({
  page,
  pail,
  user,
  expectedErrors,
}) => {
  expectedErrors.push(/status of 401/);
  await pickInto(page);
  await seed(page, pail, user, []);
  pail.copyImage(user.id, 150);
  await page.reload();
  await selectAll(page, 151);
  const session =
    pail.query<Record<string, unknown>>("select * from sessions where user_id = ?", user.id)[0] ?? {};
  // The second hundred is asked for once most of the first has come.
  pail.bucketWire.hold();
  await download(page);
  await expect(card(page)).toContainText("Downloading Pail.zip");
  await page.waitForTimeout(1000);
  pail.query("delete from sessions where user_id = ?", user.id);
  pail.bucketWire.mend();
  await expect(card(page)).toContainText("You were signed out. Sign in, and it goes on by itself.", {
    timeout: 60_000,
  });
  const names = Object.keys(session);
  pail.query(
    `insert into sessions (${names.join()}) values (${names.map(() => "?").join()})`,
    ...Object.values(session),
  );
  await expect(card(page)).toContainText("151 pictures in Pail.zip", { timeout: 60_000 });
  expect(readZip(await written(page, "Pail.zip"))).toHaveLength(151);
});

test("one can pause it, go on, and stop it, which leaves no file", async ({ page, pail, user }) => {
  await pickInto(page);
  await seed(page, pail, user, [{ name: "large.jpg", bytes: 60 * MB }]);
  await selectAll(page, 2);
  pail.bucketWire.hold();
  await download(page);
  await card(page).getByRole("button", { name: "Pause the download", exact: true }).click();
  await expect(card(page)).toContainText("Pail.zip is paused");
  pail.bucketWire.mend();
  await page.waitForTimeout(2000);
  await expect(card(page)).toContainText("Pail.zip is paused");
  await card(page).getByRole("button", { name: "Go on with the download", exact: true }).click();
  await expect(card(page)).toContainText("2 pictures in Pail.zip");
  await card(page).getByRole("button", { name: "Close the download", exact: true }).click();
  await page.evaluate(async () => (await navigator.storage.getDirectory()).removeEntry("Pail.zip"));

  pail.bucketWire.hold();
  await download(page);
  await card(page).getByRole("button", { name: "Stop", exact: true }).click();
  await expect(card(page)).toContainText("Pail.zip was stopped");
  pail.bucketWire.mend();
  expect(await filesOf(page)).toEqual([]);
});

test("a full disk: a sentence, and nothing is left", async ({ page, pail, user }) => {
  await pickInto(page, 5 * MB);
  await seed(page, pail, user, [{ name: "large.jpg", bytes: 20 * MB }]);
  await selectAll(page, 2);
  await download(page);
  await expect(card(page)).toContainText("There is not enough room where it was to go.");
  expect(await filesOf(page)).toEqual([]);
});

test("whoever closes the dialog downloads nothing, and hears nothing", async ({ page, pail, user }) => {
  await page.addInitScript(() =>
    Object.assign(window, {
      showSaveFilePicker: async () => {
        Object.assign(window, { asked: true });
        throw new DOMException("closed", "AbortError");
      },
    }),
  );
  await seed(page, pail, user, []);
  await selectAll(page, 1);
  await download(page);
  await expect.poll(() => page.evaluate(() => "asked" in window)).toBe(true);
  await page.waitForTimeout(500);
  await expect(card(page)).toHaveCount(0);
});

test("over plain http in a home network it is made in memory", async ({ browser }) => {
  const pail = await PailServer.start({ hostname: "pail.test" });
  try {
    const context = await browser.newContext({ baseURL: pail.origin });
    const user = pail.addUser();
    await context.addCookies([{ name: "pail", value: user.token, url: pail.origin }]);
    const page = await context.newPage();
    const stored = await seed(page, pail, user, [{ name: "a.jpg", bytes: 10 * MB }]);
    await selectAll(page, 2);
    const coming = page.waitForEvent("download");
    await download(page);
    const taken = await coming;
    expect(taken.suggestedFilename()).toBe("Pail.zip");
    const entries = readZip(await readFile(await taken.path()));
    for (const { bytes } of stored) expect(hashes(entries)).toContain(hash(bytes));
    // More than such a browser can hold is said before anything is fetched.
    pail.query("update images set bytes = ? where id = ?", 2 * 1024 ** 3, stored[0]?.id);
    await page.reload();
    await selectAll(page, 2);
    await download(page);
    await expect(card(page).last()).toContainText("This browser takes at most 1 GB at once here");
    await context.close();
  } finally {
    await pail.stop();
  }
});

const hash = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
const hashes = (entries: { bytes: Buffer }[]) => entries.map(({ bytes }) => hash(bytes));

/** Somebody's gallery: one photograph, and pictures whose originals are such bytes as are told. */
async function seed(
  page: Page,
  pail: PailServer,
  user: TestUser,
  originals: { name: string; bytes: number; capturedAt?: string }[],
): Promise<Stored[]> {
  const [photograph] = await makePhotographs(1, { megapixels: 1 });
  await page.goto("/");
  await uploadFiles(page, photograph?.path ?? "");
  const { s3, name: Bucket } = await pail.bucket();
  const ids = pail.copyImage(user.id, originals.length);
  const stored: Stored[] = [];
  for (const [index, { name, bytes: size, capturedAt }] of originals.entries()) {
    const id = ids[index] ?? "";
    const key = `media/${id}/original.jpg`;
    const bytes = randomBytes(size);
    await s3.send(new PutObjectCommand({ Bucket, Key: key, Body: bytes }));
    pail.query(
      "update images set name = ?, bytes = ?, keys = json_set(keys, '$.original', ?) where id = ?",
      ...[name, size, key, id],
    );
    if (capturedAt !== undefined)
      pail.query("update images set captured_at = ? where id = ?", Date.parse(capturedAt), id);
    stored.push({ id, name, key, bytes });
  }
  s3.destroy();
  await page.reload();
  return stored;
}

async function selectAll(page: Page, count: number) {
  await expect(galleryImages(page).first()).toBeVisible();
  const marked = page.getByText(new RegExp(`^${count} selected · `));
  await expect(async () => {
    await galleryImages(page)
      .first()
      .click({ modifiers: ["ControlOrMeta"] });
    await press(page, "ControlOrMeta+a");
    await expect(marked.first()).toBeVisible({ timeout: 2000 });
  }).toPass();
}

const download = (page: Page) => page.getByRole("button", { name: "Download", exact: true }).click();

/** As if the person chose a file of that name, which lies where a test can read it. @param fullAfterBytes a disk with so much room */
const pickInto = (page: Page, fullAfterBytes = Number.MAX_SAFE_INTEGER) =>
  page.addInitScript((room) => {
    Object.assign(window, {
      showSaveFilePicker: async ({ suggestedName }: { suggestedName: string }) => {
        if (!navigator.userActivation.isActive) throw new DOMException("no click", "SecurityError");
        const folder = await navigator.storage.getDirectory();
        const handle = await folder.getFileHandle(suggestedName, { create: true });
        const create = handle.createWritable.bind(handle);
        handle.createWritable = async () => {
          const writable = await create();
          const write = writable.write.bind(writable);
          let left = room;
          writable.write = async (block) => {
            left -= (block as Uint8Array).length;
            if (left < 0) throw new DOMException("full", "QuotaExceededError");
            await write(block);
          };
          return writable;
        };
        return handle;
      },
    });
  }, fullAfterBytes);

const filesOf = (page: Page) =>
  page.evaluate(async () => {
    const names: string[] = [];
    for await (const name of (await navigator.storage.getDirectory()).keys()) names.push(name);
    return names.filter((name) => name.endsWith(".zip"));
  });

async function written(page: Page, name: string): Promise<Buffer> {
  const base64 = await page.evaluate(async (name) => {
    const folder = await navigator.storage.getDirectory();
    const file = await (await folder.getFileHandle(name)).getFile();
    return new Promise<string>((resolve) => {
      const reader = new FileReader();
      reader.onload = () => resolve(String(reader.result).split(",")[1] ?? "");
      reader.readAsDataURL(file);
    });
  }, name);
  return Buffer.from(base64, "base64");
}
