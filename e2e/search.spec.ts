import type { Page } from "@playwright/test";
import { expect, expectAccessible, galleryImages, test } from "./fixtures";
import { addModels, copyModels } from "./support/many-pictures";
import type { PailServer, TestUser } from "./support/pail-server";

const newest = Date.UTC(2025, 11, 20, 12);

/** 600 pictures, a day apart: every tenth is of a lake, every hundredth a favourite, and two of them are in an album. */
async function fill(page: Page, pail: PailServer, user: TestUser): Promise<void> {
  await addModels(page);
  copyModels(pail, user, { count: 600, stepMs: 86_400_000, newest });
  pail.query(
    "update images set title = '호수 Lake' || substr(title, 2) where owner_id = ? and title like 'n %0'",
    user.id,
  );
  pail.query("update images set is_favourite = 1 where owner_id = ? and title like '% %00'", user.id);
  const id = crypto.randomUUID();
  pail.query("insert into albums (id, owner_id, name, created_at) values (?, ?, 'Übersee', 1)", id, user.id);
  pail.query(
    "insert into album_images (album_id, image_id) select ?, id from images where owner_id = ? and title in ('n 1', 'n 2')",
    id,
    user.id,
  );
}

const field = (page: Page) => page.getByRole("searchbox", { name: "Search your pictures", exact: true });
const choose = (page: Page, name: string) => page.getByRole("combobox", { name, exact: true });
const found = (page: Page, text: string) =>
  expect(page.getByRole("status").getByText(text, { exact: true })).toBeVisible();

test("words and choices are in the address, by mouse, and Back takes them away again", async ({
  page,
  pail,
  user,
}) => {
  await fill(page, pail, user);
  await page.goto("/search");
  await expect(page.getByText("Type words of a title", { exact: false })).toBeVisible();
  await expectAccessible(page);
  await field(page).fill("lake");
  await page.getByRole("button", { name: "Search", exact: true }).click();
  await expect(page).toHaveURL("/search?q=lake");
  await found(page, "60 pictures");
  await expect(galleryImages(page).first()).toHaveAttribute("alt", "호수 Lake 0");
  await expectAccessible(page);
  await choose(page, "Year").focus();
  await choose(page, "Year").selectOption("2024");
  await expect(page).toHaveURL("/search?q=lake&year=2024");
  await found(page, "24 pictures");
  await expect(choose(page, "Year")).toBeFocused();
  await choose(page, "Month").selectOption({ label: "October" });
  await expect(page).toHaveURL("/search?q=lake&year=2024&month=10");
  await found(page, "3 pictures");
  await choose(page, "Year").selectOption("");
  await expect(page).toHaveURL("/search?q=lake");
  await page.getByLabel("Favourites", { exact: true }).check();
  await expect(page).toHaveURL("/search?q=lake&favourite=1");
  await found(page, "5 pictures");
  await page.goBack();
  await found(page, "60 pictures");
  await expect(page.getByLabel("Favourites", { exact: true })).not.toBeChecked();
  await page.getByRole("link", { name: "Clear", exact: true }).click();
  await expect(page).toHaveURL("/search");
  await expect(field(page)).toHaveValue("");
});

test("by keyboard: Korean, a part of an album's name, and nothing", async ({ page, pail, user }) => {
  await fill(page, pail, user);
  await page.goto("/search");
  await field(page).focus();
  await page.keyboard.insertText("호수");
  await page.keyboard.press("Enter");
  await found(page, "60 pictures");
  await expect(field(page)).toBeFocused();
  await field(page).fill("UBERS");
  await page.keyboard.press("Enter");
  await found(page, "2 pictures");
  await expect(galleryImages(page)).toHaveCount(2);
  await field(page).fill('" OR * quokka');
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "No pictures found", exact: true })).toBeVisible();
  await expectAccessible(page);
  await field(page).fill("");
  await choose(page, "Album").focus();
  await choose(page, "Album").selectOption({ label: "In no album" });
  await expect(page).toHaveURL("/search?album=none");
  await found(page, "598 pictures");
});

test("what is found comes as one scrolls, and goes on by pages without a script", async ({
  page,
  pail,
  user,
  browser,
}) => {
  await fill(page, pail, user);
  await page.goto("/search?orientation=landscape");
  const list = page.getByRole("list", { name: "Pictures", exact: true });
  await expect(list).toHaveClass(/timeline/);
  await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
  await expect(list.getByRole("img", { name: /^(n|호수 Lake) 59\d$/ }).last()).toBeVisible();

  const context = await browser.newContext({ javaScriptEnabled: false, baseURL: pail.origin });
  await context.addCookies([{ name: "pail", value: user.token, url: pail.origin }]);
  const plain = await context.newPage();
  await plain.goto("/search");
  await plain.getByRole("searchbox", { name: "Search your pictures" }).fill("n");
  await plain.getByRole("combobox", { name: "Orientation" }).selectOption("portrait");
  await plain.getByRole("button", { name: "Search", exact: true }).click();
  const seen = new Set<string>();
  for (;;) {
    for (const alt of await plain
      .getByRole("list", { name: "Pictures" })
      .getByRole("img")
      .evaluateAll((all) => all.map((image) => (image as HTMLImageElement).alt)))
      seen.add(alt);
    const older = plain.getByRole("link", { name: "Older pictures", exact: true });
    if ((await older.count()) === 0) break;
    await older.click();
    expect(plain.url()).toContain("orientation=portrait");
  }
  const [row] = pail.query<{ n: number }>(
    "select count(*) as n from images where owner_id = ? and state = 'ready' and width < height and lower(title || name) like '%n%'",
    user.id,
  );
  expect(seen.size).toBe(row?.n);
  await context.close();
});

for (const [width, colorScheme] of [
  [320, "light"],
  [360, "dark"],
  [390, "light"],
  [820, "dark"],
  [1440, "light"],
] as const) {
  test.describe(`${width} pixels wide, ${colorScheme}`, () => {
    test.use({ viewport: { width, height: 800 }, hasTouch: width < 500, colorScheme });
    test("nothing is wider than the page, and what one touches is large enough", async ({
      page,
      pail,
      user,
    }) => {
      await fill(page, pail, user);
      await page.goto("/search?q=lake&year=2024&album=none");
      await found(page, "24 pictures");
      const { scrollWidth, clientWidth } = await page.evaluate(() => document.documentElement);
      expect(scrollWidth).toBe(clientWidth);
      const controls = page.getByRole("search").locator("select, button, a, input[type=search], label");
      for (const box of await controls.evaluateAll((all) =>
        all.map((one) => one.getBoundingClientRect().toJSON()),
      ))
        expect(box.height).toBeGreaterThanOrEqual(44);
      await expectAccessible(page);
      if (width < 500) {
        await page.getByText("Favourites", { exact: true }).tap();
        await expect(page).toHaveURL(/favourite=1/);
      }
    });
  });
}
