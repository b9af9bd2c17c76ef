import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import sharp from "sharp";
import { expect, galleryImages, openPicturePage, test, uploadFiles } from "./fixtures";
import type { PailServer, TestUser } from "./support/pail-server";

// Far from UTC: whatever is shifted shows.
test.use({ timezoneId: "Asia/Seoul" });

const photos = path.join(import.meta.dirname, "photos", "dates");
const seoul = 9 * 3_600_000;

const folderTest = test.extend<{ folder: string }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's shape.
  folder: async ({}, use) => {
    const folder = await mkdtemp(path.join(os.tmpdir(), "pail-dates-"));
    await use(folder);
    await rm(folder, { recursive: true });
  },
});

/** One without a date, last changed at this moment. */
async function undated(folder: string, name: string, changed: string): Promise<string> {
  const file = path.join(folder, name);
  const raw = { width: 60, height: 40, channels: 3 } as const;
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(
    file,
    await sharp(randomBytes(60 * 40 * 3), { raw })
      .jpeg()
      .toBuffer(),
  );
  await utimes(file, new Date(changed), new Date(changed));
  return file;
}

function addToken(pail: PailServer, user: TestUser): string {
  const secret = `pail_${randomBytes(32).toString("base64url")}`;
  const hash = createHash("sha256").update(secret).digest("base64");
  pail.query(
    "insert into tokens (id, user_id, name, hash, scopes, created_at) values (?, ?, 'Test', ?, ?, ?)",
    ...[crypto.randomUUID(), user.id, hash, JSON.stringify(["upload", "read"]), Date.now()],
  );
  return secret;
}

interface Captured {
  name: string;
  captured_at: number;
  captured_zone_minutes: number | null;
  captured_order: string;
  captured_source: string;
}
const capturedOf = (pail: PailServer, { id }: TestUser) =>
  pail.query<Captured>(
    "select name, captured_at, captured_zone_minutes, captured_order, captured_source from images where owner_id = ? order by name",
    id,
  );

test("a picture is of the day that its camera's clock showed, whatever zone is noted beside it", async ({
  page,
  user,
}) => {
  expect(user.id).not.toBe("");
  await page.goto("/");
  await uploadFiles(
    page,
    ["offset-midnight.jpg", "order-phone-1400.jpg", "order-camera-1300.jpg"].map((name) =>
      path.join(photos, name),
    ),
  );
  await page.reload();
  const names = () => galleryImages(page).evaluateAll((all) => all.map((image) => image.getAttribute("alt")));
  expect(await names()).toEqual(["offset-midnight", "order-phone-1400", "order-camera-1300"]);
  await expect(page.getByRole("heading", { name: "July 2024", exact: true })).toBeVisible();
  await openPicturePage(page.getByRole("img", { name: "offset-midnight", exact: true }));
  const date = page.getByRole("definition").filter({ hasText: "July 1, 2024" });
  await expect(date).toHaveText(/^July 1, 2024 at 12:30.AM UTC\+02:00$/);
});

folderTest("a picture without a date has its file's, and says so", async ({ page, user, folder, pail }) => {
  const file = await undated(folder, "screenshot.jpg", "2019-05-05T22:08:09Z");
  await page.goto("/");
  await uploadFiles(page, [file]);
  await openPicturePage(page.getByRole("img", { name: "screenshot", exact: true }));
  const date = page.getByRole("definition").filter({ hasText: "May 6, 2019" });
  await expect(date).toHaveText(/^May 6, 2019 at 7:08.AM UTC\+09:00$/);
  await page.getByText("More", { exact: true }).click();
  await expect(page.getByText("The file’s date: the picture has none of its own.")).toBeVisible();
  expect(capturedOf(pail, user)).toMatchObject([{ captured_zone_minutes: 540, captured_source: "file" }]);
});

folderTest(
  "a Google Takeout's folder has its dates in files beside the pictures",
  async ({ page, user, folder, pail }) => {
    const today = new Date().toISOString();
    await undated(folder, "Trip/IMG_1.jpg", today);
    await undated(folder, "Trip/IMG_1(1).jpg", today);
    const sidecar = (seconds: number) =>
      JSON.stringify({ title: "IMG_1.jpg", photoTakenTime: { timestamp: String(seconds), formatted: "…" } });
    const [one, two] = [Date.UTC(2020, 1, 3, 4, 5, 6), Date.UTC(2021, 1, 3, 4, 5, 6)];
    await writeFile(path.join(folder, "Trip", "IMG_1.jpg.json"), sidecar(one / 1000));
    await writeFile(
      path.join(folder, "Trip", "IMG_1.jpg.supplemental-metadata(1).json"),
      sidecar(two / 1000),
    );
    await page.goto("/");
    await page.getByLabel("Choose a folder", { exact: true }).setInputFiles(folder);
    await expect(page.getByRole("heading", { name: "2 pictures added", exact: true })).toBeVisible();
    expect(capturedOf(pail, user)).toMatchObject([
      { name: "IMG_1(1).jpg", captured_at: two + seoul, captured_source: "sidecar" },
      { name: "IMG_1.jpg", captured_at: one + seoul, captured_source: "sidecar" },
    ]);
    await openPicturePage(page.getByRole("img", { name: "IMG_1", exact: true }));
    await page.getByText("More", { exact: true }).click();
    await expect(
      page.getByText("From the file beside it: the picture has no date of its own."),
    ).toBeVisible();
  },
);

folderTest(
  "pictures of the same moment go by their names, 2 before 10",
  async ({ page, user, folder, pail }) => {
    const names = Array.from({ length: 12 }, (_, n) => `IMG_${n + 1}.jpg`);
    const files = [];
    for (const name of names.toSorted()) files.push(await undated(folder, name, "2019-05-06T07:08:09Z"));
    await page.goto("/");
    await uploadFiles(page, files);
    const wanted = names.toReversed().map((name) => name.replace(".jpg", ""));
    const shown = () =>
      galleryImages(page).evaluateAll((all) => all.map((image) => image.getAttribute("alt")));
    // As they came in this tab, and as the server has them.
    await expect.poll(shown).toEqual(wanted);
    await page.reload();
    expect(await shown()).toEqual(wanted);
    await openPicturePage(page.getByRole("img", { name: "IMG_2", exact: true }));
    await page.getByRole("link", { name: "Newer picture", exact: true }).click();
    await expect(page.getByRole("heading", { name: "IMG_3", exact: true })).toBeVisible();

    const headers = { authorization: `Bearer ${addToken(pail, user)}` };
    const { images } = await (await fetch(`${pail.origin}/api/v1/images`, { headers })).json();
    expect(images.map(({ title }: { title: string }) => title)).toEqual(wanted);
  },
);

folderTest(
  "page, API and command agree on when a picture was taken",
  async ({ page, user, folder, pail }) => {
    test.setTimeout(180_000);
    for (const name of await readdir(photos)) {
      const file = path.join(folder, name);
      await copyFile(path.join(photos, name), file);
      await utimes(file, new Date("2019-05-05T22:08:09.250Z"), new Date("2019-05-05T22:08:09.250Z"));
    }
    await undated(folder, "undated.jpg", "2019-05-05T22:08:09.250Z");
    const files = (await readdir(folder)).map((name) => path.join(folder, name));
    await page.goto("/");
    await uploadFiles(page, files);
    const byPage = capturedOf(pail, user);
    expect(byPage.length).toBe(files.length);

    const other = pail.addUser();
    const authorization = `Bearer ${addToken(pail, other)}`;
    for (const file of files) {
      const search = new URLSearchParams({
        name: path.basename(file),
        lastModified: "2019-05-06T07:08:09.250+09:00",
      });
      const sent = await fetch(`${pail.origin}/api/v1/images?${search}`, {
        method: "POST",
        headers: { authorization },
        body: await readFile(file),
      });
      const { id, capturedAt } = await sent.json();
      const { captured_at } = byPage.find(({ name }) => name === path.basename(file)) ?? {};
      expect(capturedAt).toBe(new Date(captured_at ?? 0).toISOString());
      const details = await fetch(`${pail.origin}/api/v1/images/${id}`, { headers: { authorization } });
      expect(await details.json()).toMatchObject({ capturedAt, capturedSource: expect.any(String) });
    }
    expect(capturedOf(pail, other)).toEqual(byPage);

    const third = pail.addUser();
    const args = [
      "--conditions=react-server",
      "--import",
      "tsx",
      "lib/cli.ts",
      "upload",
      "--origin",
      pail.origin,
    ];
    await promisify(execFile)(process.execPath, [...args, folder], {
      cwd: pail.folder,
      env: { ...process.env, NODE_OPTIONS: "", TZ: "Asia/Seoul", PAIL_TOKEN: addToken(pail, third) },
    });
    expect(capturedOf(pail, third)).toEqual(byPage);
  },
);
