import { mkdirSync } from "node:fs";
import type { Locator, Page } from "@playwright/test";
import {
  expect,
  expectAccessible,
  galleryImages,
  heights,
  press,
  test,
  uploadFiles,
  whenLive,
} from "./fixtures";
import { makeNotedPhotograph } from "./support/noted-photograph";
import type { PailServer, TestUser } from "./support/pail-server";

/** Uploads photographs, the last of which opens. */
async function openPicture(page: Page, pail: PailServer, user: TestUser, files: string[]): Promise<string> {
  await page.goto("/");
  await uploadFiles(page, files);
  await expect(galleryImages(page)).toHaveCount(files.length);
  const rows = pail.query<{ id: string }>("select id from images where owner_id = ? order by id", user.id);
  const id = rows.at(-1)?.id ?? "";
  await page.goto(`/images/${id}`);
  return id;
}

const rowOf = (pail: PailServer, id: string) =>
  pail.query<{
    title: string;
    description: string;
    alt_text: string;
    is_favourite: number;
    captured_at: number;
  }>("select title, description, alt_text, is_favourite, captured_at from images where id = ?", id)[0];
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const capturedAt = Date.UTC(2024, 6, 1, 0, 30);

test("what a camera noted is said as photographers write it, and what a person writes stays", async ({
  page,
  pail,
  user,
}) => {
  const id = await openPicture(page, pail, user, [await makeNotedPhotograph()]);
  const facts = page.locator("dl").first();
  for (const line of [
    "July 1, 2024 at 12:30",
    "UTC+02:00",
    "FUJIFILM X100V",
    "Fujinon 23mm",
    "38 m above the sea",
  ])
    await expect(facts).toContainText(line);
  await expect(facts).toContainText("1/250 s · ƒ/2.8 · ISO 160 · 23 mm");
  await expect(facts).toContainText("37.5665° N, 126.978° E");
  await expect(facts).toContainText("1200 × 800 1 MP");
  const map = page.getByRole("link", { name: "Open map", exact: true });
  await expect(map).toHaveAttribute(
    "href",
    /^https:\/\/www\.openstreetmap\.org\/\?mlat=37\.5665&mlon=126\.978#/,
  );
  await expect(map).toHaveAttribute("rel", /noreferrer/);
  await expect(map).toHaveAttribute("target", "_blank");
  await expect(page.getByText("SHA-256", { exact: true })).toBeHidden();
  await page.getByText("More", { exact: true }).click();
  await expect(page.getByText("SHA-256", { exact: true })).toBeVisible();
  await expect(page.getByText("IMG_0042.jpg", { exact: true })).toBeVisible();
  await expect(page.getByText("The picture itself.", { exact: true })).toBeVisible();

  await button(page, "Add a description").click();
  await page.getByLabel("Description", { exact: true }).fill("A lake\n\nand a hill");
  await button(page, "Save").click();
  await expect(button(page, "Edit the description")).toBeFocused();
  await expect(page.getByText("A lake and a hill")).toBeVisible();
  await button(page, "Add an alternative text").click();
  await page.getByLabel("Alternative text", { exact: true }).fill("Water, and behind it a hill");
  await press(page, "Enter");
  await expect(button(page, "Edit the alternative text")).toBeFocused();
  await expect(page.getByRole("img", { name: "Water, and behind it a hill", exact: true })).toBeVisible();
  await button(page, "Favourite").click();
  await expect(button(page, "Favourite")).toHaveAttribute("aria-pressed", "true");
  await expect
    .poll(() => rowOf(pail, id))
    .toMatchObject({
      ...{ description: "A lake\n\nand a hill", alt_text: "Water, and behind it a hill", is_favourite: 1 },
    });
  await page.reload();
  await expect(page.getByText("A lake and a hill")).toBeVisible();
  await expect(button(page, "Favourite")).toHaveAttribute("aria-pressed", "true");
});

test("by keyboard alone: rename, write lines, give up, set a date, and undo after a reload", async ({
  page,
  pail,
  user,
}) => {
  const id = await openPicture(page, pail, user, [await makeNotedPhotograph()]);
  const heading = page.getByRole("heading", { level: 1 });
  await button(page, "Rename").focus();
  await press(page, "Enter");
  await page.keyboard.type("Abend am See");
  await page.keyboard.press("Enter");
  await expect(heading).toHaveText("Abend am See");
  await expect(button(page, "Rename")).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(button(page, "Add a description")).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.type("one");
  await page.keyboard.press("Enter");
  await page.keyboard.type("two");
  await page.keyboard.press("Control+Enter");
  await expect(button(page, "Edit the description")).toBeFocused();
  await expect.poll(() => rowOf(pail, id)?.description).toBe("one\ntwo");
  await page.keyboard.press("Enter");
  await page.keyboard.type("three");
  await page.keyboard.press("Escape");
  await expect(button(page, "Edit the description")).toBeFocused();
  await expect(page).toHaveURL(new RegExp(id));
  expect(rowOf(pail, id)?.description).toBe("one\ntwo");

  await button(page, "Edit date").focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Edit date", exact: true });
  await expect(dialog.getByLabel("Date and time", { exact: true })).toHaveValue("2024-07-01T00:30");
  await expect(dialog).toContainText("July 1, 2024");
  await dialog.getByLabel("Date and time", { exact: true }).fill("2019-05-06T07:08");
  await expect(dialog).toContainText("May 6, 2019 at 7:08");
  await page.keyboard.press("Enter");
  await expect(dialog).toBeHidden();
  await expect(button(page, "Edit date")).toBeFocused();
  await expect(page.locator("dl").first()).toContainText("May 6, 2019 at 7:08");
  expect(rowOf(pail, id)?.captured_at).toBe(Date.UTC(2019, 4, 6, 7, 8));
  await page.reload();
  await button(page, "Undo").focus();
  await press(page, "Enter");
  await expect(page.getByText("The date is as it was.", { exact: true })).toBeVisible();
  expect(rowOf(pail, id)?.captured_at).toBe(capturedAt);
  await expect(page.locator("dl").first()).toContainText("July 1, 2024 at 12:30");
});

test("a date is shifted, taken back, and never one that cannot be", async ({ page, pail, user }) => {
  const id = await openPicture(page, pail, user, [await makeNotedPhotograph()]);
  const dialog = page.getByRole("dialog", { name: "Edit date", exact: true });
  const field = dialog.getByLabel("Date and time", { exact: true });
  const alert = dialog.getByRole("alert");
  await button(page, "Edit date").click();
  await expect(field).not.toHaveValue("");
  await field.fill("2999-01-01T00:00");
  await button(page, "Save").click();
  await expect(alert).toHaveText("No picture can be of that date. Choose one between 1826 and today.");
  await field.fill("");
  await button(page, "Save").click();
  await expect(alert).toHaveText("Enter a date and a time.");
  await dialog.getByText("Shift", { exact: true }).click();
  await button(page, "Save").click();
  await expect(alert).toHaveText("Enter by how much.");
  await dialog.getByLabel("Days", { exact: true }).fill("99999");
  await button(page, "Save").click();
  await expect(alert).toContainText("Nothing was changed");
  expect(rowOf(pail, id)?.captured_at).toBe(capturedAt);
  await dialog.getByLabel("Days", { exact: true }).fill("1");
  await dialog.getByLabel("Hours", { exact: true }).fill("1");
  await dialog.getByLabel("Direction", { exact: true }).selectOption("Earlier");
  await expect(dialog).toContainText("June 29, 2024 at 11:30");
  await button(page, "Save").click();
  await expect(dialog).toBeHidden();
  expect(rowOf(pail, id)?.captured_at).toBe(capturedAt - 25 * 3_600_000);
  await page.getByText("More", { exact: true }).click();
  await expect(page.getByText("You set it.", { exact: true })).toBeVisible();
  await button(page, "Edit date").click();
  await button(page, "Back to the file’s date").click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText("The picture itself.", { exact: true })).toBeVisible();
  expect(rowOf(pail, id)?.captured_at).toBe(capturedAt);
  await button(page, "Undo").click();
  await expect(page.getByText("You set it.", { exact: true })).toBeVisible();
  expect(rowOf(pail, id)?.captured_at).toBe(capturedAt - 25 * 3_600_000);
});

test("details are told to the owner alone, and kept nowhere", async ({
  page,
  pail,
  user,
  expectedErrors,
}) => {
  expectedErrors.push(/status of 404/);
  const id = await openPicture(page, pail, user, [await makeNotedPhotograph()]);
  const answer = await page.request.get(`/images/${id}/details`);
  expect(answer.headers()["cache-control"]).toBe("no-store");
  expect(await answer.json()).toMatchObject({ id, name: "IMG_0042.jpg", typeName: "JPEG", albums: [] });
  for (const other of [crypto.randomUUID(), "no-id"])
    expect((await page.request.get(`/images/${other}/details`)).ok()).toBe(false);
  const stranger = pail.addUser();
  const theirs = await page.request.get(`/images/${id}/details`, {
    headers: { cookie: `pail=${stranger.token}` },
  });
  expect(theirs.status()).toBe(404);
});

test("over the gallery they are the same, and keys that are typed are nobody else's", async ({
  page,
  pail,
  user,
}) => {
  await page.goto("/");
  await uploadFiles(page, await makeNotedPhotograph());
  const [{ id } = { id: "" }] = pail.query<{ id: string }>(
    "select id from images where owner_id = ?",
    user.id,
  );
  await galleryImages(page).first().click();
  await expect(page.getByRole("button", { name: "Facts", exact: true })).toBeVisible();
  await press(page, "i");
  const panel = page.getByRole("complementary", { name: "Facts", exact: true });
  await expect(panel).toContainText("1/250 s · ƒ/2.8 · ISO 160 · 23 mm");
  await button(page, "Add a description").click();
  await page.keyboard.type("if i delete f");
  await page.keyboard.press("Escape");
  await expect(button(page, "Add a description")).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.type("A lake");
  await page.keyboard.press("Control+Enter");
  await expect(button(page, "Edit the description")).toBeFocused();
  expect(rowOf(pail, id)?.description).toBe("A lake");
  await button(page, "Edit date").click();
  const dialog = page.getByRole("dialog", { name: "Edit date", exact: true });
  await dialog.getByLabel("Date and time", { exact: true }).fill("2019-05-06T07:08");
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(button(page, "Edit date")).toBeFocused();
  await page.keyboard.press("Enter");
  await dialog.getByLabel("Date and time", { exact: true }).fill("2019-05-06T07:08");
  await button(page, "Save").click();
  await expect(panel).toContainText("May 6, 2019 at 7:08");
  await expect(button(page, "Edit date")).toBeFocused();
  await expectAccessible(page);
  await button(page, "Undo").click();
  await expect(panel).toContainText("July 1, 2024 at 12:30");
  await panel.locator("summary").focus();
  await page.keyboard.press("Enter");
  await expect(panel.getByText("SHA-256", { exact: true })).toBeVisible();
  await button(page, "Edit the description").focus();
  await page.keyboard.press("Tab");
  await expect(button(page, "Add an alternative text")).toBeFocused();
  await page.keyboard.press("Shift+Tab");
  await expect(button(page, "Edit the description")).toBeFocused();
});

for (const [language, description, altText, favourite, facts] of [
  ["en", "Add a description", "Add an alternative text", "Favourite", "Facts"],
  ["ko", "설명 추가", "대체 텍스트 추가", "즐겨찾기", "사진 정보"],
] as const)
  test(`the alternative text stands by the description, on the page and over the gallery (${language})`, async ({
    page,
    pail,
    user,
  }) => {
    const id = await openPicture(page, pail, user, [await makeNotedPhotograph()]);
    await page.context().addCookies([{ name: "language", value: language, url: pail.origin }]);
    const inOrder = async (panel: Locator) => {
      await expect(panel.getByRole("button", { name: altText, exact: true })).toBeVisible();
      const names = await panel.getByRole("button").allInnerTexts();
      const at = names.indexOf(description);
      expect(names.slice(at, at + 3)).toEqual([description, altText, favourite]);
    };
    await page.goto(`/images/${id}`);
    await inOrder(page.getByRole("article"));
    await page.goto("/");
    await whenLive(page);
    await page.locator("[data-id] a").click();
    await expect(page.locator("[aria-modal=true] .picture-frame").first()).toBeVisible();
    await press(page, "i");
    await inOrder(page.getByRole("complementary", { name: facts, exact: true }));
  });

test("deleting goes on to the next picture, and back after the last", async ({ page, pail, user }) => {
  const files = [
    await makeNotedPhotograph("a.jpg"),
    await makeNotedPhotograph("b.jpg", "2024:07:02 00:30:00"),
  ];
  await page.goto("/");
  await uploadFiles(page, files);
  const rows = pail.query<{ id: string; title: string }>(
    "select id, title from images where owner_id = ? order by captured_at desc",
    user.id,
  );
  await page.goto(`/images/${rows[0]?.id}`);
  await button(page, "Delete").click();
  await expect(page).toHaveURL(new RegExp(`/images/${rows[1]?.id}$`));
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("a");
  await button(page, "Delete").click();
  await expect(page).toHaveURL(/\/$/);
  await expect(page.getByRole("heading", { name: "No pictures yet", exact: true })).toBeVisible();
  await button(page, "Undo").click();
  await expect(galleryImages(page)).toHaveCount(1);
});

test.describe("by touch on a phone", () => {
  test.use({ hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } });
  test("facts are read and changed", async ({ page, pail, user }) => {
    const id = await openPicture(page, pail, user, [await makeNotedPhotograph()]);
    await button(page, "Favourite").tap();
    await expect.poll(() => rowOf(pail, id)?.is_favourite).toBe(1);
    await button(page, "Edit date").tap();
    const dialog = page.getByRole("dialog", { name: "Edit date", exact: true });
    await dialog.getByText("Shift", { exact: true }).tap();
    await dialog.getByLabel("Hours", { exact: true }).fill("2");
    for (const height of await heights(dialog.getByRole("button"))) expect(height).toBeGreaterThanOrEqual(44);
    await button(page, "Save").tap();
    await expect(dialog).toBeHidden();
    await expect.poll(() => rowOf(pail, id)?.captured_at).toBe(capturedAt + 7_200_000);
    await button(page, "Undo").tap();
    await expect.poll(() => rowOf(pail, id)?.captured_at).toBe(capturedAt);
  });
});

test.describe("without a script", () => {
  test.use({ javaScriptEnabled: false });
  test("words are saved, a picture is deleted and brought back, by forms", async ({ page, pail, user }) => {
    const id = crypto.randomUUID();
    await keepOther(pail, user, id);
    await page.goto(`/images/${id}`);
    await page.getByLabel("Title", { exact: true }).fill("Zürich");
    await page.getByLabel("Description", { exact: true }).fill("one\ntwo");
    await page.getByLabel("Favourite", { exact: true }).check();
    await button(page, "Save").click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Zürich");
    expect(rowOf(pail, id)).toMatchObject({ title: "Zürich", description: "one\ntwo", is_favourite: 1 });
    await page.getByLabel("Title", { exact: true }).fill("  ");
    await button(page, "Save").click();
    await expect(page.getByText("Give the picture a title.", { exact: true })).toBeVisible();
    await button(page, "Delete").click();
    await expect(page).toHaveURL(/\/$/);
    await page.goto(`/images/${id}`);
    await expect(page.getByText("This picture is in the trash", { exact: true })).toBeVisible();
    await button(page, "Restore").click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Zürich");
    await expect(page.getByText("This picture is in the trash", { exact: true })).toBeHidden();
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
    const id = await openPicture(page, pail, user, [await makeNotedPhotograph()]);
    await page.getByText("More", { exact: true }).click();
    const folder = `test-results/facts-${name.replace(" ", "-")}`;
    mkdirSync(folder, { recursive: true });
    for (const width of [360, 390, 820, 1440]) {
      await page.setViewportSize({ width, height: width < 800 ? 780 : 900 });
      await page.screenshot({ path: `${folder}/${width}.png`, fullPage: true });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(overflow).toBeLessThanOrEqual(0);
      await button(page, "Edit date").click();
      const dialog = page.getByRole("dialog", { name: "Edit date", exact: true });
      await expect(dialog.getByLabel("Date and time", { exact: true })).not.toHaveValue("");
      await page.screenshot({ path: `${folder}/date-${width}.png` });
      await dialog.getByText("Shift", { exact: true }).click();
      await page.screenshot({ path: `${folder}/shift-${width}.png` });
      if (width === 360) await expectAccessible(page);
      await page.keyboard.press("Escape");
      await expect(button(page, "Edit date")).toBeFocused();
    }
    await expectAccessible(page);
    await button(page, "Add a description").click();
    await expectAccessible(page);
    await page.screenshot({ path: `${folder}/editing.png` });
    expect(id).not.toBe("");
  });
}

/** A picture that came by another way, as nothing can be uploaded here. */
async function keepOther(pail: PailServer, user: TestUser, id: string): Promise<void> {
  const stored = { original: `media/${id}/original.jpg` };
  pail.query(
    `insert into images (id, owner_id, keys, variant_types, name, title, type, bytes, stored_bytes, sha256, width, height,
      captured_at, thumbhash, created_at)
      values (?, ?, ?, '{}', 'lake.jpg', 'lake', 'image/jpeg', 1000, 1500, ?, 640, 480, ?, ?, ?)`,
    ...[
      id,
      user.id,
      JSON.stringify(stored),
      id,
      Date.now() - 1000,
      "1QcSHQRnh493V4dIh4eXh1h4kJUI",
      Date.now(),
    ],
  );
}
