import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { addModels, copyModels } from "./support/many-pictures";
import { makePhotographs } from "./support/photos";

const day = 86_400_000;
const newest = Date.UTC(2025, 8, 20, 12);
const phone = { width: 390, height: 844 };
const desktop = { width: 1440, height: 900 };
const languages = ["en", "ko"];

test.beforeEach(({ user }) => {
  expect(user.id).not.toBe("");
});

const speak = (page: Page, url: string, value: string) =>
  page.context().addCookies([{ name: "language", value, url }]);

for (const viewport of [phone, desktop])
  test(`a long name leaves its row's progress and buttons in sight, ${viewport.width} pixels wide`, async ({
    page,
    pail,
  }) => {
    const [photograph] = await makePhotographs(1, { megapixels: 1 });
    await page.setViewportSize(viewport);
    await page.goto("/");
    pail.bucketWire.hold(100_000);
    const name = `${"the long way up to the hut ".repeat(8)}.jpg`;
    await uploadWithName(page, photograph?.path ?? "", name);
    const tray = page.getByRole("region", { name: "Uploads", exact: true });
    const row = tray.getByRole("listitem");
    await expect(row.getByRole("progressbar")).toBeVisible();
    const bounds = await tray.boundingBox();
    const cancel = await row.getByRole("button", { name: `Cancel ${name}` }).boundingBox();
    for (const part of [row.getByRole("progressbar"), row.getByText(name), row.locator("p > span")]) {
      const box = await part.first().boundingBox();
      expect((box?.x ?? 0) + (box?.width ?? 1e9)).toBeLessThanOrEqual(cancel?.x ?? 0);
    }
    expect((cancel?.x ?? 0) + (cancel?.width ?? 1e9)).toBeLessThanOrEqual(
      (bounds?.x ?? 0) + (bounds?.width ?? 0),
    );
    pail.bucketWire.mend();
  });

for (const language of languages)
  for (const viewport of [phone, desktop])
    test(`no key lies over what it does, in ${language}, ${viewport.width} pixels wide`, async ({
      page,
      pail,
    }) => {
      await page.setViewportSize(viewport);
      await addModels(page);
      await speak(page, pail.origin, language);
      await page.reload();
      await page.getByRole("listitem").getByRole("link").first().focus();
      await expect(async () => {
        await page.keyboard.press("?");
        await expect(page.locator("dialog dl").first()).toBeVisible({ timeout: 2000 });
      }).toPass();
      const gaps = await page.locator("dialog dl").evaluateAll((lists) =>
        lists.flatMap((list) =>
          [...list.querySelectorAll("dt")].map((keys) => ({
            keys: keys.textContent,
            end: Math.max(...[...keys.children].map((key) => key.getBoundingClientRect().right)),
            lines: Math.max(...[...keys.children].map((key) => key.getBoundingClientRect().height)),
            start: keys.nextElementSibling?.getBoundingClientRect().left ?? 0,
          })),
        ),
      );
      expect(gaps.length).toBeGreaterThan(10);
      for (const { keys, end, start, lines } of gaps) {
        expect(end, keys).toBeLessThan(start);
        expect(lines, keys).toBeLessThan(32);
      }
    });

for (const language of languages)
  test(`months are named in full, and years lie beside the pictures, in ${language}`, async ({
    page,
    pail,
    user,
  }) => {
    await page.setViewportSize(desktop);
    await addModels(page);
    await speak(page, pail.origin, language);
    copyModels(pail, user, { count: 400, stepMs: 25 * day, newest });
    for (const width of [320, 360, 390, 1440]) {
      await page.setViewportSize({ width, height: 800 });
      await page.goto("/");
      await expect(page.locator("ul.timeline")).toBeVisible();
      const names = await page.locator("ul.timeline h2").evaluateAll((all) =>
        all.map((name) => ({
          text: name.textContent,
          room: name.parentElement?.clientWidth ?? 0,
          isShort: (name.querySelector<HTMLElement>("[aria-hidden]")?.offsetWidth ?? 0) > 0,
          isCut: name.scrollWidth > name.clientWidth,
        })),
      );
      expect(names.length).toBeGreaterThan(2);
      for (const { text, isShort, room, isCut } of names) {
        expect(isCut, `${text}, ${width}`).toBe(false);
        if (room >= 170) expect(isShort, `${text}, ${width}`).toBe(false);
      }
    }
    const pictures = await page.locator("ul.timeline").boundingBox();
    for (const { left } of await page
      .locator(".timeline-years span")
      .evaluateAll((all) => all.map((year) => year.getBoundingClientRect().toJSON())))
      expect(left).toBeGreaterThanOrEqual((pictures?.x ?? 0) + (pictures?.width ?? 0));
  });

test("on a phone the choices of a search fade where they go on, and the last is seen whole", async ({
  page,
}) => {
  await page.setViewportSize(phone);
  await page.goto("/search?q=lake");
  const last = page.getByRole("search").getByRole("link", { name: "Clear", exact: true });
  await last.focus();
  await expect
    .poll(async () => {
      const box = await last.boundingBox();
      return (box?.x ?? 1e9) + (box?.width ?? 0);
    })
    .toBeLessThanOrEqual(phone.width - 44);
  await expect(last.locator("xpath=..")).toHaveCSS("mask-image", /gradient/);
});

test("settings say which language is current, and let one choose", async ({ page }) => {
  await page.goto("/settings");
  const choice = page.getByRole("region", { name: "Language", exact: true });
  await expect(choice.getByRole("button", { name: "English" })).toHaveAttribute("aria-pressed", "true");
  await choice.getByRole("button", { name: "한국어" }).click();
  const after = page.getByRole("region", { name: "언어", exact: true });
  await expect(after.getByRole("button", { name: "한국어" })).toHaveAttribute("aria-pressed", "true");
  await expect(after.getByRole("button", { name: "한국어" })).toBeFocused();
});

async function uploadWithName(page: Page, path: string, name: string) {
  await page
    .getByLabel("Choose pictures", { exact: true })
    .setInputFiles([{ name, mimeType: "image/jpeg", buffer: await readFile(path) }]);
}
