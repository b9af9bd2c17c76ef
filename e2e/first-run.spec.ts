import { spawnSync } from "node:child_process";
import { expect, galleryImages, openMenu, test, uploadFiles } from "./fixtures";
import { PailServer } from "./support/pail-server";
import { makePhotographs } from "./support/photos";

test("from the set-up link to the first picture, then out and in again", async ({ browser }) => {
  const fresh = await PailServer.start();
  try {
    const context = await browser.newContext({ baseURL: fresh.origin });
    const page = await context.newPage();
    await page.goto("/");
    await expect(page).toHaveURL(/\/sign-in$/);

    await page.goto("/setup?token=wrong");
    await expect(page.getByRole("heading", { name: "This link does not work", exact: true })).toBeVisible();
    await page.goto(fresh.setupUrl ?? "");
    await page.getByLabel("Name", { exact: true }).fill("Ada");
    await page.getByLabel("Email", { exact: true }).fill("Ada@example.org");
    await page.getByLabel("Password", { exact: true }).fill("Password123");
    await page.getByRole("button", { name: "Create account", exact: true }).click();
    await expect(page.getByText("Many people use this password, so it is guessed first.")).toBeVisible();
    await page.getByLabel("Password", { exact: true }).fill("a pail of pictures");
    await page.getByRole("button", { name: "Create account", exact: true }).click();
    await expect(page.getByRole("heading", { name: "No pictures yet", exact: true })).toBeVisible();
    const [photograph] = await makePhotographs(1, { megapixels: 1 });
    await uploadFiles(page, photograph?.path ?? "");
    await expect(galleryImages(page)).toHaveCount(1);

    await openMenu(page);
    await page.getByRole("button", { name: "Sign out", exact: true }).click();
    await expect(page).toHaveURL(/\/sign-in$/);
    await page.goto(fresh.setupUrl ?? "");
    await expect(page).toHaveURL(/\/sign-in$/);

    await page.getByLabel("Email", { exact: true }).fill("ada@example.org");
    await page.getByLabel("Password", { exact: true }).fill("a pail of nothing");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(page.getByText("The email address or the password is wrong. Try again.")).toBeVisible();
    await page.getByLabel("Password", { exact: true }).fill("a pail of pictures");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(galleryImages(page)).toHaveCount(1);

    const cookies = await context.cookies();
    for (const name of ["pail", "pail-browser"])
      expect(cookies).toContainEqual(expect.objectContaining({ name, httpOnly: true, sameSite: "Lax" }));
    await context.close();
  } finally {
    await fresh.stop();
  }
});

test("signing in needs no JavaScript", async ({ browser, pail }) => {
  const made = spawnSync(
    process.execPath,
    [
      ..."--conditions=react-server --import tsx lib/cli.ts create-admin --email plain@example.org".split(
        " ",
      ),
    ],
    {
      env: { ...process.env, NODE_OPTIONS: "", DATA_DIR: pail.dataDir },
      input: "no scripts needed\n",
      encoding: "utf8",
    },
  );
  expect(made.stdout).toContain("plain@example.org is an admin now.");
  const context = await browser.newContext({ baseURL: pail.origin, javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto("/sign-in");
  await page.getByLabel("Email", { exact: true }).fill("plain@example.org");
  await page.getByLabel("Password", { exact: true }).fill("wrong");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByText("The email address or the password is wrong.")).toBeVisible();
  await page.getByLabel("Email", { exact: true }).fill("plain@example.org");
  await page.getByLabel("Password", { exact: true }).fill("no scripts needed");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("heading", { name: "No pictures yet", exact: true })).toBeVisible();
  await context.close();
});
