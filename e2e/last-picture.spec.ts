import type { Page } from "@playwright/test";
import { expect, galleryImages, press, test, uploadFiles, whenLive } from "./fixtures";
import type { PailServer, TestUser } from "./support/pail-server";
import { makePhotographs } from "./support/photos";

/** One picture, in an album; the address of each place that shows it, and what that says once it is gone. */
async function placesOf(page: Page, pail: PailServer, user: TestUser) {
  await page.goto("/");
  await uploadFiles(page, [(await makePhotographs(1, { megapixels: 1 }))[0]?.path ?? ""]);
  const album = pail.addAlbum(user.id, "Lake");
  return {
    pictures: { address: "/", empty: "No pictures yet" },
    album: { address: `/albums/${album}`, empty: "No pictures in this album yet" },
    search: { address: "/search?orientation=landscape", empty: "No pictures found" },
  };
}

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const tile = (page: Page) => page.getByRole("list", { name: "Pictures", exact: true }).getByRole("link");

const ways: Record<string, (page: Page) => Promise<void>> = {
  "by its tile": async (page) => {
    await tile(page).focus();
    await press(page, "Delete");
  },
  "selected, by the bar": async (page) => {
    await tile(page).focus();
    await press(page, "Space");
    await button(page, "Delete").click();
  },
  "selected, by the key": async (page) => {
    await tile(page).focus();
    await press(page, "Space");
    await page.keyboard.press("Delete");
  },
  "in the viewer": async (page) => {
    await tile(page).focus();
    await press(page, "Enter");
    const viewer = page.getByRole("dialog", { name: "Picture", exact: true });
    await expect(viewer.locator("[aria-hidden=false] img")).toHaveCount(2);
    await page.keyboard.press("Delete");
    await expect(viewer).toBeHidden();
  },
  "taken out of its album": async (page) => {
    await tile(page).focus();
    await press(page, "Space");
    await button(page, "Remove from album").click();
  },
};

for (const place of ["pictures", "album", "search"] as const)
  for (const [way, remove] of Object.entries(ways)) {
    if (way === "taken out of its album" && place !== "album") continue;
    test(`after the last picture of ${place} went, ${way}, it is said, and the focus is on the page`, async ({
      page,
      pail,
      user,
    }) => {
      const { address, empty } = (await placesOf(page, pail, user))[place];
      await page.goto(address);
      await whenLive(page);
      await remove(page);
      await expect(page.getByText(empty, { exact: true })).toBeVisible();
      await expect(page.getByText("1 picture", { exact: true })).toHaveCount(0);
      await expectFocusOnPage(page);
      // What is seen is where one goes on: Undo is at hand, and leads back.
      await page.keyboard.press("F6");
      await expect(button(page, "Undo")).toBeFocused();
      await page.keyboard.press("Enter");
      await expect(galleryImages(page)).toHaveCount(1);
      await expectFocusOnPage(page);
    });
  }

test("after the last album went, it is said, and the focus is on the page", async ({ page, pail, user }) => {
  const { album } = await placesOf(page, pail, user);
  await page.goto(album.address);
  await whenLive(page);
  await button(page, "Options").click();
  await button(page, "Delete album").click();
  await expect(page.getByRole("heading", { name: "No albums yet", exact: true })).toBeVisible();
  await expectFocusOnPage(page);
});

test("after the last picture of the trash's last page went, it is said, and the focus is on the page", async ({
  page,
  pail,
  user,
}) => {
  await placesOf(page, pail, user);
  pail.copyImage(user.id, 100);
  pail.query(
    "update images set state = 'trashed', deleted_at = case when title like 'n %' then ? else ? end where owner_id = ?",
    ...[Date.now() - 1000, Date.now() - 60_000, user.id],
  );
  await page.goto("/trash");
  await page.getByRole("link", { name: "Deleted earlier", exact: true }).click();
  const box = page.getByRole("listitem").getByRole("checkbox");
  await expect(box).toHaveCount(1);
  await box.check();
  await button(page, "Restore").click();
  await expect(page.getByText("There is nothing older in the trash.", { exact: true })).toBeVisible();
  await expectFocusOnPage(page);
  await page.getByRole("link", { name: "Deleted last", exact: true }).click();
  await expect(box).toHaveCount(100);
});

/** On something that is seen, and once everything has come to rest. */
async function expectFocusOnPage(page: Page): Promise<void> {
  await page.waitForTimeout(400);
  const focused = await page.evaluate(() => {
    const { activeElement: element } = document;
    if (element === null || element === document.body) return "nothing";
    return element.getClientRects().length > 0 ? "something" : `what is not seen: ${element.outerHTML}`;
  });
  expect(focused).toBe("something");
}
