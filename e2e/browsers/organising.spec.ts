import type { PailServer } from "../support/pail-server";
import { makePhotographs } from "../support/photos";
import { expect, test } from "./fixtures";
import type { Hand } from "./hand";

test("selected by keys, deleted and undone on the page that comes anew, found in Korean, ordered by hand, out of the trash, described", async ({
  hand,
  pail,
}) => {
  const { page } = hand;
  const user = pail.addUser();
  await hand.signIn(user);
  const [photograph] = await makePhotographs(1, { megapixels: 1 });
  await hand.choose("Choose pictures", [photograph?.path ?? ""]);
  await hand.seePictures(1);
  const ids = pail.copyImage(user.id, 11);
  await hand.goto("/");
  await hand.seePictures(12);

  await test.step("Space and Shift with the arrows, deleted, a reload, undone", async () => {
    await hand.focusTile(1);
    await hand.press("Space");
    await hand.see("1 selected · ");
    await hand.press("ArrowRight", "Shift");
    await hand.press("ArrowRight", "Shift");
    await hand.see("3 selected · ");
    await hand.press("ArrowLeft", "Shift");
    await hand.see("2 selected · ");
    await hand.press("Delete");
    await hand.seePictures(10);
    await hand.see("2 pictures are deleted.");
    await page.reload();
    await hand.see("2 pictures are deleted.");
    await hand.click("button", "Undo");
    await hand.seePictures(12);
  });

  await test.step("an album in an order by hand, by the mouse", async () => {
    const { album, order } = addAlbum(pail, user.id, ids.slice(0, 6));
    await hand.goto(`/albums/${album}`);
    await hand.seePictures(6);
    await hand.click("button", "Arrange");
    const places = () =>
      page.evaluate(() =>
        [...document.querySelectorAll("[data-place]")].map((tile) => {
          const { left, top, width, height } = tile.getBoundingClientRect();
          return { x: left + width / 2, y: top + height / 2 };
        }),
      );
    await expect.poll(async () => (await places()).length).toBe(6);
    const [, second, , fourth, fifth] = await places();
    if (second === undefined || fourth === undefined || fifth === undefined) throw new Error("no tiles");
    await page.drag([fifth, fourth, second]);
    const [a, b, c, d, e, f] = ids;
    await expect.poll(order).toEqual([a, e, b, c, d, f]);
    await hand.click("button", "Done");
    await expect
      .poll(async () => (await hand.pictures()).map(({ title }) => title))
      .toEqual(["n 0", "n 4", "n 1", "n 2", "n 3", "n 5"]);
  });

  await test.step("a word of Korean", async () => {
    pail.query("update images set title = '여름 호수 ' || title where id in (?, ?)", ids[6], ids[7]);
    await hand.goto("/search");
    await hand.fill("Search your pictures", "호수");
    await hand.press("Enter");
    await hand.see("2 pictures");
    await expect
      .poll(async () => (await hand.pictures()).map(({ title }) => title))
      .toEqual(["여름 호수 n 6", "여름 호수 n 7"]);
  });

  await test.step("facts", async () => {
    await hand.goto(`/images/${ids[6]}`);
    await hand.click("button", "Add a description");
    await hand.fill("Description", "Ein See\tund ein Berg".replace("\t", " "));
    await hand.click("button", "Save");
    await hand.see("Ein See und ein Berg");
    await hand.click("button", "Favourite");
    const row = () =>
      pail.query<object>("select description, is_favourite from images where id = ?", ids[6] ?? "")[0];
    await expect.poll(row).toEqual({ description: "Ein See und ein Berg", is_favourite: 1 });
    await hand.click("button", "Edit date");
    await setDate(hand, "2019-05-06T07:08");
    await hand.click("button", "Save");
    await hand.see("May 6, 2019 at 7:08");
  });

  await test.step("the trash", async () => {
    await hand.click("button", "Delete");
    await expect.poll(() => page.evaluate(() => location.pathname)).not.toContain(ids[6]);
    await hand.goto("/trash");
    await hand.click("field", "Select “여름 호수 n 6”");
    await hand.click("button", "Restore");
    await hand.see("1 picture is back.");
    expect(pail.query("select state from images where id = ?", ids[6] ?? "")).toEqual([{ state: "ready" }]);
  });
});

/** What each browser draws in its own way, and a driver can type into in none alike. */
const setDate = (hand: Hand, value: string) =>
  expect
    .poll(() =>
      hand.page.evaluate((text) => {
        const field = document.querySelector<HTMLInputElement>("input[type=datetime-local]");
        if (field === null || field.value === "") return "";
        Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set?.call(field, text);
        field.dispatchEvent(new Event("input", { bubbles: true }));
        return field.value;
      }, value),
    )
    .toBe(value);

function addAlbum(pail: PailServer, ownerId: string, ids: string[]) {
  const album = pail.addAlbum(ownerId, "Lake", ids, { sorting: "hand" });
  const order = () =>
    pail
      .query<{ id: string }>(
        "select image_id as id from album_images where album_id = ? order by position",
        album,
      )
      .map(({ id }) => id);
  return { album, order };
}
