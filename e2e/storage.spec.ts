import AxeBuilder from "@axe-core/playwright";
import { quirksOf } from "@/lib/testing/stores/quirks";
import { expect, openMenu, test } from "./fixtures";

test("an admin has the bucket examined and sees what the doctor found, in light and dark, on a phone too", async ({
  page,
  pail,
  user,
}) => {
  pail.query("update users set role = 'admin' where id = ?", user.id);
  pail.query("delete from stores");
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto("/");
  await openMenu(page);
  await page.getByRole("link", { name: "Storage", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Storage", exact: true })).toBeVisible();
  await expect(page.getByText("It has not been examined yet.")).toBeVisible();
  await page.getByRole("button", { name: "Examine now", exact: true }).click();
  await expect(page.getByText(/^Last examined on \w+ \d+, \d{4}/)).toBeVisible();
  const fine = page.getByRole("region", { name: "Fine", exact: true });
  // A store that checks none takes the one with other bytes.
  const refused = quirksOf(process.env.S3_CONTRACT_QUIRKS ?? "").has("checks-no-sha256") ? 20 : 21;
  await expect(fine.getByText(`The store refused ${refused} of 21 forms and requests`)).toBeVisible();
  await expect(page.getByRole("region", { name: "Pail cannot work like this" })).toHaveCount(0);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  }
  const examinedAt = () => pail.query("select examined_at from stores");
  const once = examinedAt();
  await page.reload();
  await expect(fine).toBeVisible();
  expect(examinedAt()).toEqual(once);
  await page.getByRole("button", { name: "Examine now", exact: true }).click();
  await expect.poll(examinedAt).not.toEqual(once);
  await expect(fine).toBeVisible();
  expect(await page.content()).not.toMatch(/X-Amz-Signature|secretAccessKey/);
});

test("whoever is no admin finds no such page", async ({ page, user, expectedErrors }) => {
  if (user === undefined) throw new Error("no user");
  expectedErrors.push(/404/);
  await page.goto("/");
  await openMenu(page);
  await expect(page.getByRole("link", { name: "Settings" })).toHaveCount(1);
  await expect(page.getByRole("link", { name: "Storage" })).toHaveCount(0);
  const response = await page.goto("/admin/storage");
  expect(response?.status()).toBe(404);
  await expect(page.getByRole("heading", { name: "Storage" })).toHaveCount(0);
});
