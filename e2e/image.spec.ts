import { thumbHashToRGBA } from "thumbhash";
import {
  deleteAndLeave,
  expect,
  galleryImages,
  openMenu,
  openPicturePage,
  press,
  test,
  uploadFiles,
} from "./fixtures";
import { makePhotographs, orientationPhotographs } from "./support/photos";

test("look, go on by keyboard, rename, delete, undo", async ({ page, pail, user }) => {
  const photographs = await makePhotographs(3, { megapixels: 1 });
  await page.goto("/");
  await uploadFiles(
    page,
    photographs.map((photograph) => photograph.path),
  );
  await expect(galleryImages(page)).toHaveCount(3);
  const titles = await galleryImages(page).evaluateAll((all) =>
    all.map((image) => (image as HTMLImageElement).alt),
  );

  await openPicturePage(galleryImages(page).first());
  const heading = page.getByRole("heading", { level: 1 });
  await expect(heading).toHaveText(titles[0] ?? "");
  await press(page, "ArrowRight");
  await expect(heading).toHaveText(titles[1] ?? "");
  await press(page, "ArrowLeft");
  await expect(heading).toHaveText(titles[0] ?? "");

  await page.getByRole("button", { name: "Rename", exact: true }).click();
  await page.getByLabel("Title", { exact: true }).fill("  Abend am See \n ");
  await page.keyboard.press("Enter");
  await expect(heading).toHaveText("Abend am See");
  await press(page, "Escape");
  const renamed = page
    .getByRole("list", { name: "Pictures", exact: true })
    .getByRole("img", { name: "Abend am See", exact: true });
  await openPicturePage(renamed);
  await deleteAndLeave(page);
  await expect(galleryImages(page)).toHaveCount(2);
  await page.getByRole("button", { name: "Undo", exact: true }).click();
  await expect(renamed).toBeVisible();
  await expect(galleryImages(page)).toHaveCount(3);

  await openPicturePage(renamed);
  await deleteAndLeave(page);
  await expect(galleryImages(page)).toHaveCount(2);
  await openMenu(page);
  await page.getByRole("link", { name: "Settings", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Settings", exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Undo", exact: true }).click();
  await expect(page.getByText("is back")).toBeVisible();
  await page.goto("/");
  await expect(galleryImages(page)).toHaveCount(3);

  await openPicturePage(renamed);
  await deleteAndLeave(page);
  await expect(galleryImages(page)).toHaveCount(2);
  await page.reload();
  await expect(galleryImages(page)).toHaveCount(2);
  expect(pail.query("select state from images where owner_id = ? order by state", user.id)).toEqual([
    { state: "ready" },
    { state: "ready" },
    { state: "trashed" },
  ]);
});

test("another user's picture is a 404, and so is none", async ({
  page,
  pail,
  user,
  browser,
  expectedErrors,
}) => {
  expectedErrors.push(/status of 404/);
  const [photograph] = await makePhotographs(1, { megapixels: 1 });
  await page.goto("/");
  await uploadFiles(page, photograph?.path ?? "");
  const [image] = pail.query<{ id: string }>("select id from images where owner_id = ?", user.id);
  const stranger = pail.addUser();
  const context = await browser.newContext({ baseURL: pail.origin });
  await context.addCookies([{ name: "pail", value: stranger.token, url: pail.origin }]);
  const theirs = await context.newPage();
  for (const id of [image?.id, crypto.randomUUID(), "no-id"]) {
    expect((await theirs.goto(`/images/${id}`))?.status()).toBe(404);
    await expect(theirs.getByRole("heading", { name: "There is nothing here", exact: true })).toBeVisible();
  }
  await theirs.goto("/");
  await expect(theirs.getByRole("heading", { name: "No pictures yet", exact: true })).toBeVisible();
  await context.close();
  expect((await page.goto(`/images/${image?.id}`))?.status()).toBe(200);
});

test("all eight orientations stand upright, original and variants alike", async ({ page, pail, user }) => {
  const photographs = await orientationPhotographs();
  await page.goto("/");
  await uploadFiles(
    page,
    photographs.map((photograph) => photograph.path),
  );
  await expect(galleryImages(page)).toHaveCount(8);
  const sizes = pail.query<{ width: number; height: number }>(
    "select distinct width, height from images where owner_id = ?",
    user.id,
  );
  expect(sizes).toEqual([{ width: 4000, height: 3000 }]);
  await expect
    .poll(() =>
      galleryImages(page).evaluateAll((all) => [
        ...new Set(
          all.map(
            (image) =>
              `${(image as HTMLImageElement).naturalWidth} × ${(image as HTMLImageElement).naturalHeight}`,
          ),
        ),
      ]),
    )
    .toEqual(["480 × 360"]);
  for (const { id } of pail.query<{ id: string }>("select id from images where owner_id = ?", user.id)) {
    await page.goto(`/images/${id}`);
    const large = page.locator("main img").first();
    await expect
      .poll(() =>
        large.evaluate((image: HTMLImageElement) => `${image.naturalWidth} × ${image.naturalHeight}`),
      )
      .toBe("2000 × 1500");
  }
  // The same upright picture eight times: so the thumbhashes, made from the same pixels, differ by rounding at most.
  const hashes = pail.query<{ thumbhash: string }>(
    "select thumbhash from images where owner_id = ?",
    user.id,
  );
  const averages = hashes.map(({ thumbhash }) => [...thumbHashToRGBA(Buffer.from(thumbhash, "base64")).rgba]);
  const [first = []] = averages;
  for (const pixels of averages) {
    const difference =
      pixels.reduce((sum, value, index) => sum + Math.abs(value - (first[index] ?? 0)), 0) / pixels.length;
    expect(difference).toBeLessThan(6);
  }
});
