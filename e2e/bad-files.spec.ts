import { expect, galleryImages, reachForFiles, test } from "./fixtures";
import { makeBadFiles } from "./support/bad-files";
import { makePhotographs } from "./support/photos";

test("each bad file gets its sentence, the good ones go on, and nothing stays behind", async ({
  page,
  pail,
  user,
}) => {
  const [good] = await makePhotographs(1, { megapixels: 1 });
  const bad = await makeBadFiles();
  await page.goto("/");
  // Before the page's script has started, the field holds only what was chosen last.
  await reachForFiles(page);
  const input = page.getByLabel("Choose pictures", { exact: true });
  for (const { file } of bad) await input.setInputFiles(file);
  await input.setInputFiles(good?.path ?? "");

  const tray = page.getByRole("region", { name: "Uploads", exact: true });
  await expect(tray.getByRole("listitem")).toHaveCount(bad.length + 1);
  await expect(tray.getByRole("button", { name: "Close", exact: true })).toBeVisible({ timeout: 120_000 });
  const taken = bad.filter(({ expected }) => expected === "taken").length + 1;
  const failed = bad.length + 1 - taken;
  await expect(galleryImages(page)).toHaveCount(taken);
  for (const sentence of [
    /This is an SVG drawing/,
    /web page|HTML/,
    /damaged|incomplete/,
    /text/,
    /This file is empty/,
    /too large: .*MB is the most/,
    /too many pixels \(60000 × 60000\)/,
  ]) {
    await expect(tray.getByText(sentence).first()).toBeVisible();
  }
  // What is to be read comes first.
  await expect(tray.getByRole("heading")).toHaveText(`${failed} pictures not added, ${taken} added`);
  // Another try would end as these did.
  await expect(tray.getByRole("button", { name: "Try all again" })).toHaveCount(0);
  const rows = await tray.getByRole("listitem").all();
  const sent = await Promise.all(rows.map((row) => row.getByRole("progressbar").count()));
  expect(sent).toEqual([...Array(failed).fill(0), ...Array(taken).fill(1)]);

  expect(pail.query("select count(*) as n from images where owner_id = ?", user.id)).toEqual([{ n: taken }]);
  expect(pail.query("select distinct state from uploads where owner_id = ?", user.id)).toEqual([
    { state: "ready" },
  ]);
  // Nothing of a refused file ever left the browser.
  expect(pail.query("select count(*) as n from uploads where owner_id = ?", user.id)).toEqual([{ n: taken }]);
  expect(await page.title()).not.toContain("taken over");
});

test("the same picture again is not sent, and the page points at it", async ({ page, pail, user }) => {
  const [photograph] = await makePhotographs(1, { megapixels: 1 });
  if (photograph === undefined || user === undefined) throw new Error("no photograph");
  await page.goto("/");
  await page.getByLabel("Choose pictures", { exact: true }).setInputFiles(photograph.path);
  await expect(galleryImages(page)).toHaveCount(1);
  await page.reload();
  await expect(galleryImages(page)).toHaveCount(1);
  pail.bucketWire.reset();
  await page.getByLabel("Choose pictures", { exact: true }).setInputFiles(photograph.path);
  const tray = page.getByRole("region", { name: "Uploads", exact: true });
  await expect(tray.getByText("You already have this picture.")).toBeVisible();
  expect(pail.bucketWire.receivedBytes).toBeLessThan(photograph.bytes);
  await tray.getByRole("link", { name: "Show it", exact: true }).click();
  await page.getByText("More", { exact: true }).click();
  await expect(page.getByText("SHA-256", { exact: true })).toBeVisible();
  await expect(page.getByText(photograph.sha256)).toBeVisible();
});
