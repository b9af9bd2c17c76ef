import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { expect, expectAllLoaded, galleryImages, openPicturePage, test } from "./fixtures";
import { makePhotographs } from "./support/photos";

test("forty photographs arrive with progress, and come again from the browser's cache", async ({
  page,
  pail,
  user,
}) => {
  const photographs = await makePhotographs(40);
  await page.goto("/");
  await expect(page.getByRole("heading", { name: "No pictures yet", exact: true })).toBeVisible();
  pail.appWire.reset();
  const imageAnswers: string[] = [];
  page.on("response", (response) => {
    const type = response.headers()["content-type"] ?? "";
    if (
      response.url().startsWith(pail.origin) &&
      type.startsWith("image/") &&
      !response.url().includes("icon")
    ) {
      imageAnswers.push(response.url());
    }
  });
  const began = Date.now();

  await page
    .getByLabel("Choose pictures", { exact: true })
    .setInputFiles(photographs.map((photograph) => photograph.path));
  const tray = page.getByRole("region", { name: "Uploads", exact: true });
  await expect(tray.getByRole("progressbar")).toHaveCount(40);
  await expect(galleryImages(page)).toHaveCount(40, { timeout: 120_000 });
  await expectAllLoaded(page, 40);
  console.log(`forty photographs: ${Date.now() - began} ms`);

  // What went through the app server is JSON and the page, no picture.
  const perPicture = pail.appWire.receivedBytes / photographs.length;
  console.log(
    `received by the app: ${Math.round(perPicture)} bytes a picture, sent ${pail.appWire.sentBytes}`,
  );
  expect(perPicture).toBeLessThan(10_000);
  expect(imageAnswers).toEqual([]);

  const rows = pail.query<{ sha256: string; width: number; height: number; name: string }>(
    "select sha256, width, height, name from images where owner_id = ?",
    user.id,
  );
  const found = new Map(rows.map((row) => [Buffer.from(row.sha256, "base64").toString("hex"), row]));
  for (const { sha256, width, height, name } of photographs)
    expect(found.get(sha256)).toMatchObject({ width, height, name });

  // A second visit in the same window: the same URLs, so the browser asks the bucket for nothing.
  pail.bucketWire.reset();
  await page.reload();
  await expectAllLoaded(page, 40);
  expect(pail.bucketWire.sentBytes).toBe(0);
});

test("a download is byte for byte what was chosen, under its own name", async ({ page, user }) => {
  const [photograph] = await makePhotographs(1, { megapixels: 1 });
  if (photograph === undefined || user === undefined) throw new Error("no photograph");
  await page.goto("/");
  await page.getByLabel("Choose pictures", { exact: true }).setInputFiles({
    name: "日本の庭 “früh”.jpg",
    mimeType: "image/jpeg",
    buffer: await readFile(photograph.path),
  });
  await openPicturePage(galleryImages(page));
  const coming = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download original", exact: true }).click();
  const download = await coming;
  expect(download.suggestedFilename()).toBe("日本の庭 “früh”.jpg");
  const bytes = await readFile(await download.path());
  expect(createHash("sha256").update(bytes).digest("hex")).toBe(photograph.sha256);
});
