import AxeBuilder from "@axe-core/playwright";
import { test as base, expect, type Locator, type Page } from "@playwright/test";
import { PailServer, type TestUser } from "./support/pail-server";

interface Fixtures {
  /** Somebody who is signed in, with no pictures yet. */
  user: TestUser;
  page: Page;
  /** Errors that this test provokes and so expects on the console. */
  expectedErrors: RegExp[];
}

/** Every test has a user of its own on a real server that it shares with the other tests of its worker. */
export const test = base.extend<Fixtures, { pail: PailServer }>({
  pail: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's shape.
    async ({}, use) => {
      const pail = await PailServer.start();
      await use(pail);
      await pail.stop();
    },
    { scope: "worker", timeout: 300_000 },
  ],
  baseURL: async ({ pail }, use) => use(pail.origin),
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's shape.
  expectedErrors: async ({}, use) => use([]),
  user: async ({ pail, context }, use) => {
    const user = pail.addUser();
    await context.addCookies([{ name: "pail", value: user.token, url: pail.origin }]);
    await use(user);
  },
  /** Whatever the browser complains about fails the test: a script error, a CSP violation, a hydration mismatch. */
  page: async ({ page, expectedErrors }, use) => {
    const errors: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error")
        errors.push(`${message.text()} (${message.location().url.split("?")[0]})`);
    });
    page.on("pageerror", (error) => errors.push(String(error)));
    await use(page);
    expect(errors.filter((error) => !expectedErrors.some((expected) => expected.test(error)))).toEqual([]);
  },
});

export { expect };

export const galleryImages = (page: Page) =>
  page.getByRole("list", { name: "Pictures", exact: true }).getByRole("img");

/** What is under the person's name; there is one wherever one is signed in. */
export const menuButton = (page: Page) => page.getByRole("banner").getByRole("button", { name: /^Menu / });

/** Opens it, so that what is in it can be pressed. */
export async function openMenu(page: Page) {
  await menuButton(page).click();
  await expect(page.locator("#menu")).toBeVisible();
}

/** What the tray says while Pail cannot be reached. */
export const noConnection = (page: Page) =>
  page
    .getByRole("region", { name: "Uploads", exact: true })
    .getByText("No connection to Pail. It goes on by itself once there is one.")
    .first();

/** Reaches for the files, and waits until what sends them is there; what prepares them comes with the first one. */
export async function reachForFiles(page: Page) {
  const field = page.getByLabel("Choose pictures", { exact: true });
  // As often as it takes for the page's script to start.
  await expect(async () => {
    await field.blur();
    await field.focus();
    expect(await page.evaluate(async () => (await navigator.locks.query()).held?.length)).toBe(1);
  }).toPass();
}

/** Once a gallery is live: what makes it so comes after the page's first script. */
export const whenLive = (page: Page) =>
  expect(page.locator("li[data-id][aria-posinset]:not(.timeline *)")).toHaveCount(0);

/** Presses a key once the page listens: React adds listeners a moment after it has shown what they belong to. */
export async function press(page: Page, key: string) {
  await whenLive(page);
  await page.evaluate(
    () =>
      new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve)))),
  );
  await page.keyboard.press(key);
}

/** Chooses files as a person does, and waits until none of them is under way. */
export async function uploadFiles(
  page: Page,
  files: Parameters<ReturnType<Page["getByLabel"]>["setInputFiles"]>[0],
) {
  await page.getByLabel("Choose pictures", { exact: true }).setInputFiles(files);
  await expect(
    page
      .getByRole("region", { name: "Uploads", exact: true })
      .getByRole("button", { name: "Close", exact: true }),
  ).toBeVisible({
    timeout: 120_000,
  });
}

/** Goes to the page of a picture, as a link outside of galleries does: a click on a tile opens the viewer over its gallery. */
export async function openPicturePage(picture: Locator) {
  // Until then there is no router to ask.
  await whenLive(picture.page());
  await picture.locator("xpath=ancestor::a[1]").evaluate((link: HTMLAnchorElement) => {
    const { next } = window as unknown as { next: { router: { push(path: string): void } } };
    next.router.push(link.pathname + link.search);
  });
  await expect(picture.page()).toHaveURL(/\/images\/[0-9a-f-]{36}/);
  await expect(picture.page().getByRole("article")).toBeVisible();
}

/** Deletes the picture of a page, which goes on to the next one, and goes back to all of them. */
export async function deleteAndLeave(page: Page) {
  const address = page.url();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await expect(page).not.toHaveURL(address);
  if (/\/images\//.test(page.url())) await press(page, "Escape");
}

/** True once every picture in the gallery has been loaded and decoded. */
export async function expectAllLoaded(page: Page, count: number) {
  await expect(galleryImages(page)).toHaveCount(count);
  await page.evaluate(() => {
    for (const image of document.querySelectorAll("img")) image.loading = "eager";
  });
  await expect
    .poll(() =>
      galleryImages(page).evaluateAll(
        (all) => all.filter((image) => (image as HTMLImageElement).naturalWidth > 0).length,
      ),
    )
    .toBe(count);
}

/** Of all that are shown, measured at once: some may go while one looks. */
export const heights = (locator: Locator) =>
  locator.evaluateAll((all) =>
    all
      .filter((element) => element.getClientRects().length > 0)
      .map((element) => element.getBoundingClientRect().height),
  );

export async function expectAccessible(page: Page) {
  // Next brings the title a moment after the page.
  await expect(page).toHaveTitle(/./);
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(", ")}`)).toEqual(
    [],
  );
}
