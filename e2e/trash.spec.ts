import { mkdirSync } from "node:fs";
import type { Page } from "@playwright/test";
import { expect, expectAccessible, galleryImages, heights, press, test, uploadFiles } from "./fixtures";
import { makeNotedPhotograph } from "./support/noted-photograph";
import type { PailServer, TestUser } from "./support/pail-server";

const hourMs = 3_600_000;

/** Uploads pictures and puts them into the trash, the first of them last; their ids as the trash lists them. */
async function fillTrash(page: Page, pail: PailServer, user: TestUser, count: number): Promise<string[]> {
  const names = Array.from({ length: count }, (_, n) => `picture ${n + 1}.jpg`);
  await page.goto("/");
  await uploadFiles(page, await Promise.all(names.map((name) => makeNotedPhotograph(name))));
  await expect(galleryImages(page)).toHaveCount(count);
  for (const [n, name] of names.entries())
    pail.query(
      "update images set state = 'trashed', deleted_at = ? where owner_id = ? and name = ?",
      ...[Date.now() - n * 25 * hourMs - 1000, user.id, name],
    );
  const rows = pail.query<{ id: string }>(
    "select id from images where owner_id = ? and state = 'trashed' order by deleted_at desc",
    user.id,
  );
  return rows.map(({ id }) => id);
}

const stateOf = (pail: PailServer, id: string) =>
  pail.query<{ state: string }>("select state from images where id = ?", id)[0]?.state;
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const trashed = (page: Page) =>
  page.getByRole("list", { name: "Pictures in the trash", exact: true }).getByRole("img");
const box = (page: Page, n: number) =>
  page.getByRole("checkbox", { name: `Select “picture ${n}”`, exact: true });
const dialog = (page: Page) => page.getByRole("alertdialog");

test("what was deleted is there, comes back, or goes for good once that is confirmed", async ({
  page,
  pail,
  user,
}) => {
  const ids = await fillTrash(page, pail, user, 4);
  await page.goto("/trash");
  await expect(trashed(page)).toHaveCount(4);
  await expect(
    page.getByText(/^4 pictures, [\d.]+ [kM]B\. What lies here counts against your space\./),
  ).toBeVisible();
  await expect(page.getByRole("listitem").first()).toContainText("30 days left");
  await expect(page.getByRole("listitem").nth(3)).toContainText("27 days left");
  await button(page, "Restore").click();
  await expect(page.getByText("Select pictures first.", { exact: true })).toBeVisible();

  await box(page, 2).check();
  await expect(page.getByText("1 selected", { exact: true })).toBeVisible();
  await button(page, "Restore").click();
  await expect(page.getByText("1 picture is back.", { exact: true })).toBeVisible();
  await expect(trashed(page)).toHaveCount(3);
  await expect(box(page, 3)).toBeFocused();
  expect(stateOf(pail, ids[1] ?? "")).toBe("ready");

  await box(page, 3).check();
  await box(page, 4).check();
  await button(page, "Delete for good").click();
  await expect(dialog(page)).toContainText("Delete these 2 pictures for good?");
  await expect(dialog(page)).toContainText("This cannot be undone.");
  await button(page, "Cancel").click();
  await expect(button(page, "Delete for good")).toBeFocused();
  await expect(trashed(page)).toHaveCount(3);
  await button(page, "Delete for good").click();
  await dialog(page).getByRole("button", { name: "Delete for good", exact: true }).click();
  await expect(page.getByText("2 pictures are deleted for good.", { exact: true })).toBeVisible();
  await expect(trashed(page)).toHaveCount(1);
  await expect(box(page, 1)).toBeFocused();
  expect([ids[2], ids[3]].map((id) => stateOf(pail, id ?? ""))).toEqual([undefined, undefined]);

  await button(page, "Empty trash").click();
  await dialog(page).getByRole("button", { name: "Delete for good", exact: true }).click();
  await expect(page.getByRole("heading", { name: "The trash is empty", exact: true })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Trash", exact: true })).toBeFocused();
  expect(stateOf(pail, ids[0] ?? "")).toBeUndefined();
  await page.getByRole("link", { name: "To your pictures", exact: true }).click();
  await expect(galleryImages(page)).toHaveCount(1);
  const [{ used = 0, stored = 0 } = {}] = pail.query<{ used: number; stored: number }>(
    "select used_bytes as used, (select sum(stored_bytes) from images where owner_id = users.id) as stored from users where id = ?",
    user.id,
  );
  expect(used).toBe(stored);
});

test("by keyboard alone: all that are shown are chosen, looked at, and brought back", async ({
  page,
  pail,
  user,
}) => {
  const ids = await fillTrash(page, pail, user, 3);
  await page.goto("/trash");
  await trashed(page).nth(1).locator("xpath=ancestor::a").focus();
  await press(page, "Tab");
  await expect(box(page, 2)).toBeFocused();
  await page.keyboard.press("Space");
  await expect(box(page, 2)).toBeChecked();
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Enter");
  await expect(page.getByText("This picture is in the trash", { exact: true })).toBeVisible();
  await expect(page.getByText("It goes for good in 29 days.", { exact: true })).toBeVisible();
  await button(page, "Restore").focus();
  await page.keyboard.press("Enter");
  await expect(button(page, "Favourite")).toBeVisible();
  await expect(page.locator(":focus")).not.toHaveCount(0);
  expect(stateOf(pail, ids[1] ?? "")).toBe("ready");
  await page.goto("/trash");
  await button(page, "Select all that are shown").focus();
  await press(page, "Enter");
  await expect(page.getByText("2 selected", { exact: true })).toBeVisible();
  await button(page, "Restore").focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "The trash is empty", exact: true })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Trash", exact: true })).toBeFocused();
});

test("a picture that was added again stays, and so does what another tab took", async ({
  page,
  pail,
  user,
  context,
}) => {
  const file = await makeNotedPhotograph("picture 1.jpg");
  await page.goto("/");
  await uploadFiles(page, file);
  const [first] = pail.query<{ id: string }>("select id from images where owner_id = ?", user.id);
  await page.goto(`/images/${first?.id}`);
  await button(page, "Delete").click();
  await expect(page.getByRole("heading", { name: "No pictures yet", exact: true })).toBeVisible();
  await uploadFiles(page, file);
  await expect(galleryImages(page)).toHaveCount(1);
  await page.goto("/trash");
  await box(page, 1).check();
  await button(page, "Restore").click();
  await expect(
    page.getByText("0 pictures are back. 1 stays here: you have added it again in the meantime."),
  ).toBeVisible();
  await expect(trashed(page)).toHaveCount(1);
  await page.goto(`/images/${first?.id}`);
  await button(page, "Restore").click();
  await expect(
    page.getByText("You have added this picture again in the meantime.", { exact: true }),
  ).toBeVisible();

  await page.goto("/trash");
  const other = await context.newPage();
  await other.goto("/trash");
  await box(other, 1).check();
  await button(other, "Delete for good").click();
  await dialog(other).getByRole("button", { name: "Delete for good", exact: true }).click();
  await expect(other.getByRole("heading", { name: "The trash is empty", exact: true })).toBeVisible();
  await box(page, 1).check();
  await button(page, "Restore").click();
  await expect(
    page.getByText("0 pictures are back. 1 was not here any more.", { exact: true }),
  ).toBeVisible();
  await expect(page.getByRole("heading", { name: "The trash is empty", exact: true })).toBeVisible();
});

test("an album comes back from there, or goes for good", async ({ page, pail, user }) => {
  for (const name of ["Lake", "Hill"])
    pail.query(
      "insert into albums (id, owner_id, name, created_at, deleted_at) values (?, ?, ?, ?, ?)",
      ...[crypto.randomUUID(), user.id, name, Date.now(), Date.now()],
    );
  await page.goto("/trash");
  await button(page, "Restore “Lake”").click();
  await expect(page.getByText("“Lake” is back.", { exact: true })).toBeVisible();
  await expect(button(page, "Restore “Hill”")).toBeFocused();
  await button(page, "Delete “Hill” for good").click();
  await expect(dialog(page)).toContainText("Its pictures stay.");
  await dialog(page).getByRole("button", { name: "Delete for good", exact: true }).click();
  await expect(page.getByRole("heading", { name: "The trash is empty", exact: true })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Trash", exact: true })).toBeFocused();
  const left = pail.query("select name, deleted_at from albums where owner_id = ?", user.id);
  expect(left).toEqual([{ name: "Lake", deleted_at: null }]);
});

test("others see nothing of it, and nonsense in the address shows the first page", async ({
  page,
  pail,
  user,
  browser,
}) => {
  const ids = await fillTrash(page, pail, user, 1);
  for (const address of [
    "/trash?before=x",
    "/trash?before=1_2",
    "/trash?ask=nonsense",
    "/trash?failed=nonsense",
  ]) {
    await page.goto(address);
    await expect(trashed(page)).toHaveCount(1);
  }
  const context = await browser.newContext({ baseURL: pail.origin });
  await context.addCookies([{ name: "pail", value: pail.addUser().token, url: pail.origin }]);
  const theirs = await context.newPage();
  await theirs.goto("/trash");
  await expect(theirs.getByRole("heading", { name: "The trash is empty", exact: true })).toBeVisible();
  expect((await theirs.goto(`/images/${ids[0]}`))?.status()).toBe(404);
  await context.close();
});

test.describe("by touch on a phone", () => {
  test.use({ hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } });
  test("pictures are chosen, brought back, and deleted for good", async ({ page, pail, user }) => {
    const ids = await fillTrash(page, pail, user, 3);
    await page.goto("/trash");
    for (const height of await heights(page.locator("main").getByRole("button")))
      expect(height).toBeGreaterThanOrEqual(44);
    await box(page, 1).tap();
    await button(page, "Restore").tap();
    await expect(trashed(page)).toHaveCount(2);
    expect(stateOf(pail, ids[0] ?? "")).toBe("ready");
    await box(page, 2).tap();
    await button(page, "Delete for good").tap();
    await dialog(page).getByRole("button", { name: "Delete for good", exact: true }).tap();
    await expect(trashed(page)).toHaveCount(1);
    expect(stateOf(pail, ids[1] ?? "")).toBeUndefined();
  });
});

test("many are shown page by page", async ({ page, pail, user }) => {
  const [id = ""] = await fillTrash(page, pail, user, 1);
  // All of them show the one picture that the bucket has.
  const row = pail.query<Record<string, unknown>>("select * from images where id = ?", id)[0] ?? {};
  for (let n = 0; n < 120; n += 1) {
    const copy = { ...row, id: crypto.randomUUID(), sha256: `${n}`, deleted_at: Date.now() - hourMs };
    pail.query(
      `insert into images (${Object.keys(copy).join(", ")}) values (${Object.keys(copy)
        .map(() => "?")
        .join(", ")})`,
      ...Object.values(copy),
    );
  }
  await page.goto("/trash");
  await expect(trashed(page)).toHaveCount(100);
  await page.getByRole("link", { name: "Deleted earlier", exact: true }).click();
  await expect(trashed(page)).toHaveCount(21);
  await page.getByRole("link", { name: "Deleted last", exact: true }).click();
  await expect(trashed(page)).toHaveCount(100);
  await button(page, "Empty trash").click();
  await expect(dialog(page)).toContainText("Delete all 121 pictures in the trash for good?");
  await dialog(page).getByRole("button", { name: "Delete for good", exact: true }).click();
  await expect(page.getByText("121 pictures are deleted for good.", { exact: true })).toBeVisible();
});

test.describe("without a script", () => {
  test.use({ javaScriptEnabled: false });
  test("pictures and albums come back and go, and what cannot be undone is asked first", async ({
    page,
    pail,
    user,
  }) => {
    const ids = ["one", "two", "three"].map((title) => {
      const id = crypto.randomUUID();
      pail.query(
        `insert into images (id, owner_id, keys, variant_types, name, title, type, bytes, stored_bytes, sha256, width, height,
          captured_at, thumbhash, created_at, state, deleted_at)
          values (?, ?, ?, '{}', 'lake.jpg', ?, 'image/jpeg', 1000, 1500, ?, 640, 480, ?, ?, ?, 'trashed', ?)`,
        ...[id, user.id, JSON.stringify({ original: `media/${id}/original.jpg` }), title, id, Date.now()],
        ...["1QcSHQRnh493V4dIh4eXh1h4kJUI", Date.now(), Date.now() - 1000],
      );
      return id;
    });
    await page.goto("/trash");
    await page.getByRole("checkbox", { name: "Select “one”", exact: true }).check();
    await button(page, "Restore").click();
    await expect(page.getByRole("heading", { name: "Restore this picture?", exact: true })).toBeVisible();
    await button(page, "Restore").first().click();
    await expect(trashed(page)).toHaveCount(2);
    expect(stateOf(pail, ids[0] ?? "")).toBe("ready");
    await page.getByRole("checkbox", { name: "Select “two”", exact: true }).check();
    await button(page, "Delete for good").click();
    await expect(page.getByText("This cannot be undone.", { exact: true })).toBeVisible();
    expect(stateOf(pail, ids[1] ?? "")).toBe("trashed");
    await button(page, "Delete for good").first().click();
    await expect(trashed(page)).toHaveCount(1);
    await button(page, "Empty trash").click();
    await button(page, "Delete for good").first().click();
    await expect(page.getByRole("heading", { name: "The trash is empty", exact: true })).toBeVisible();
    expect(ids.map((id) => stateOf(pail, id))).toEqual(["ready", undefined, undefined]);
  });
});

for (const look of [
  { colorScheme: "light" },
  { colorScheme: "dark" },
  { colorScheme: "light", forcedColors: "active" },
] as const) {
  const name = "forcedColors" in look ? "forced colours" : look.colorScheme;
  test(`looks as it should, and is accessible: ${name}`, async ({ page, pail, user }) => {
    await page.emulateMedia({ reducedMotion: "reduce", ...look });
    const ids = await fillTrash(page, pail, user, 7);
    pail.query(
      "insert into albums (id, owner_id, name, created_at, deleted_at) values (?, ?, ?, ?, ?)",
      ...[crypto.randomUUID(), user.id, "여행 / a long name of an album that wraps", Date.now(), Date.now()],
    );
    const folder = `test-results/trash-${name.replace(" ", "-")}`;
    mkdirSync(folder, { recursive: true });
    await page.goto("/trash");
    await box(page, 2).check();
    for (const width of [360, 390, 820, 1440]) {
      await page.setViewportSize({ width, height: width < 800 ? 780 : 900 });
      await page.screenshot({ path: `${folder}/${width}.png`, fullPage: true });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(overflow).toBeLessThanOrEqual(0);
      await expectAccessible(page);
    }
    await button(page, "Delete for good").click();
    await page.screenshot({ path: `${folder}/asking.png` });
    await expectAccessible(page);
    await page.goto(`/images/${ids[0]}`);
    await page.screenshot({ path: `${folder}/picture.png` });
    await expectAccessible(page);
    pail.query("delete from albums where owner_id = ?", user.id);
    pail.query("update images set state = 'ready', deleted_at = null where owner_id = ?", user.id);
    await page.goto("/trash");
    await page.screenshot({ path: `${folder}/empty.png` });
    await expectAccessible(page);
  });
}
