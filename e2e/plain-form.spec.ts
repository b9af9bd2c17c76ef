import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, galleryImages, test } from "./fixtures";

test.use({ javaScriptEnabled: false });

const photo = path.join(import.meta.dirname, "photos", "brook.jpg");

test("without JavaScript a picture goes straight to the bucket, and comes back as a picture", async ({
  page,
  pail,
  user,
}) => {
  await page.goto("/");
  await page.getByRole("link", { name: "Upload a picture", exact: true }).first().click();
  pail.appWire.reset();
  await page.getByLabel("Picture", { exact: true }).setInputFiles(photo);
  await page.getByRole("button", { name: "Upload", exact: true }).click();
  await expect(page).toHaveURL(/\/images\/[0-9a-f-]{36}$/);
  await expect(page.getByRole("img", { name: "brook", exact: true })).toBeVisible();
  // What the app received is the way back, and no picture.
  const bytes = await readFile(photo);
  expect(pail.appWire.receivedBytes).toBeLessThan(bytes.length / 4);

  const sha256 = createHash("sha256").update(bytes).digest("base64");
  expect(pail.query("select sha256, name from images where owner_id = ?", user.id)).toEqual([
    { sha256, name: "brook.jpg" },
  ]);
  await page.goto("/");
  await expect(galleryImages(page)).toHaveCount(1);
  const width = () => galleryImages(page).evaluate((image) => (image as HTMLImageElement).naturalWidth);
  await expect.poll(width).toBe(480);
});

test("without JavaScript a picture that is there, and a file that is none, are answered with a sentence", async ({
  page,
  user,
}) => {
  expect(user.id).not.toBe("");
  const send = async (file: Parameters<ReturnType<typeof page.getByLabel>["setInputFiles"]>[0]) => {
    await page.goto("/upload");
    await page.getByLabel("Picture", { exact: true }).setInputFiles(file);
    await page.getByRole("button", { name: "Upload", exact: true }).click();
  };
  await send(photo);
  await expect(page).toHaveURL(/\/images\//);
  await send(photo);
  await expect(page.getByText("You already have this picture.")).toBeVisible();
  await page.getByRole("link", { name: "Show it", exact: true }).click();
  await expect(page).toHaveURL(/\/images\//);
  await send({ name: "letter.jpg", mimeType: "image/jpeg", buffer: Buffer.from("Dear all, no picture.") });
  await expect(page.getByRole("alert").filter({ hasText: /./ })).toContainText("not a picture");
  await expect(page.getByLabel("Picture", { exact: true })).toBeVisible();
});
