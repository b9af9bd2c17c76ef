import path from "node:path";
import { expect, expectAllLoaded, galleryImages, openPicturePage, test } from "./fixtures";
import { makePhotographs } from "./support/photos";

const widths = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };
/** Those that the README shows, by the names that they have there: `README_PICTURES=1` takes them anew. */
const readmePictures: Record<string, string> = {
  "gallery-desktop-light": "gallery",
  "uploading-desktop-light": "uploading",
  "gallery-phone-light": "phone",
  "image-desktop-dark": "dark",
};

test("the pages, at both widths and in both colours", async ({ page, pail, user }, testInfo) => {
  const photographs = await makePhotographs(24, { megapixels: 3 });
  await page.goto("/");
  const take = async (name: string) => {
    for (const [width, size] of Object.entries(widths)) {
      await page.setViewportSize(size);
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        await page.evaluate(
          () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
        );
        const shot = `${name}-${width}-${colorScheme}`;
        await page.screenshot({ path: testInfo.outputPath(`${shot}.png`) });
        const picture = readmePictures[shot];
        if (process.env.README_PICTURES === undefined || picture === undefined) continue;
        const file = path.join(import.meta.dirname, "pictures", `${picture}.jpg`);
        await page.screenshot({ path: file, quality: 80 });
      }
    }
    await page.setViewportSize(widths.desktop);
  };
  await take("empty");
  // About half of them.
  pail.bucketWire.hold(9_000_000);
  await page
    .getByLabel("Choose pictures", { exact: true })
    .setInputFiles(photographs.map((photograph) => photograph.path));
  await expect(galleryImages(page)).not.toHaveCount(0);
  await take("uploading");
  pail.bucketWire.mend();
  await expectAllLoaded(page, photographs.length);
  await expect(page.getByRole("region", { name: "Uploads", exact: true })).toBeHidden();
  await take("gallery");
  await openPicturePage(galleryImages(page).nth(3));
  await page.getByText("More", { exact: true }).click();
  await expect(page.getByText("SHA-256", { exact: true })).toBeVisible();
  await expect
    .poll(() =>
      page
        .getByRole("article")
        .getByRole("img")
        .evaluate((image: HTMLImageElement) => image.naturalWidth),
    )
    .toBeGreaterThan(0);
  await take("image");
  pail.query("delete from sessions where user_id = ?", user.id);
  await page.goto("/");
  await expect(page).toHaveURL(/sign-in/);
  await take("sign-in");
});
