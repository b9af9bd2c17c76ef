import type { Page } from "@playwright/test";
import { expect, press, test, uploadFiles, whenLive } from "./fixtures";
import type { PailServer, TestUser } from "./support/pail-server";
import { makePhotographs } from "./support/photos";

const titles = ["n 0", "n 1", "n 2", "n 3", "n 4", "n 5"];

/** Six pictures, the newest “n 0”, in an album that is ordered by hand, and two more in the trash. */
async function fill(page: Page, pail: PailServer, user: TestUser) {
  await page.goto("/");
  await uploadFiles(page, [(await makePhotographs(1, { megapixels: 12 }))[0]?.path ?? ""]);
  const ids = pail.copyImage(user.id, 8);
  pail.query(
    "update images set state = 'trashed', deleted_at = ? where owner_id = ? and (title not like 'n %' or title > 'n 5')",
    ...[Date.now(), user.id],
  );
  const album = pail.addAlbum(user.id, "Lake", ids.slice(0, 6), { sorting: "hand" });
  return { ids, album };
}

const dialog = (page: Page) => page.getByRole("dialog", { name: "Keys", exact: true });
const viewer = (page: Page) => page.getByRole("dialog", { name: "Picture", exact: true });
const list = (page: Page) => page.getByRole("list", { name: "Pictures", exact: true });
const link = (page: Page, title: string) => list(page).getByRole("link", { name: title, exact: true });
const focusedTitle = (page: Page) =>
  page.evaluate(() => document.activeElement?.querySelector("img")?.alt ?? null);
const selected = (page: Page, count: number) =>
  expect(page.getByRole("status").getByText(`${count} selected`, { exact: true }).first()).toBeAttached();

/** What the list says here: “place: keys: what they do”. */
async function readKeys(page: Page): Promise<string[]> {
  await press(page, "?");
  await expect(dialog(page)).toBeVisible();
  const rows = await dialog(page)
    .locator("section")
    .evaluateAll((sections) =>
      sections.flatMap((section) =>
        [...section.querySelectorAll("dt")].map((keys) =>
          [
            section.querySelector("h3")?.textContent,
            [...keys.querySelectorAll("kbd")].map((key) => key.textContent).join(" "),
            keys.nextElementSibling?.textContent,
          ].join(": "),
        ),
      ),
    );
  await page.keyboard.press("Escape");
  await expect(dialog(page)).toBeHidden();
  return rows;
}

type Checks = Record<string, (page: Page) => Promise<void>>;

/** Each key of the list is tried, each check is of a key of the list; every one begins with the page as it was. */
async function expectKept(page: Page, checks: Checks, begin: () => Promise<void>): Promise<void> {
  await begin();
  const rows = await readKeys(page);
  expect(rows.toSorted()).toEqual(Object.keys(checks).toSorted());
  for (const row of rows)
    await test.step(row, async () => {
      await begin();
      await checks[row]?.(page);
    });
}

const opensTheList: Checks[string] = async (page) => {
  await press(page, "?");
  await expect(dialog(page)).toBeVisible();
};

const goesToWhatLiesOver: Checks[string] = async (page) => {
  await press(page, "F6");
  await expect(page.locator("[data-pane] :focus")).toHaveCount(1);
  for (let n = 0; n < 6 && (await page.locator("[data-pane] :focus").count()) > 0; n += 1)
    await page.keyboard.press("F6");
  await expect(page.locator("[data-pane] :focus")).toHaveCount(0);
  await expect(page.locator(":focus")).not.toHaveCount(0);
};

const isIn = (page: Page, title: string) =>
  expect(viewer(page).getByRole("heading", { level: 2, name: title, exact: true })).toBeVisible();

/** Once nothing moves: the picture grows from its tile as it opens. */
const widthInViewer = (page: Page) =>
  viewer(page)
    .locator("[aria-hidden=false] .picture-frame")
    .evaluate(async (frame) => {
      await Promise.allSettled(document.getAnimations().map(({ finished }) => finished));
      return Math.round(frame.getBoundingClientRect().width);
    });

/** Opens “n 1” from its gallery. */
async function open(page: Page): Promise<void> {
  await link(page, "n 1").focus();
  await press(page, "Enter");
  await isIn(page, "n 1");
  await expect(viewer(page).locator("[aria-hidden=false] img")).toHaveCount(2);
}

const inPicture: Checks = {
  "← →: Next or previous picture": async (page) => {
    await page.keyboard.press("ArrowRight");
    await isIn(page, "n 2");
    await page.keyboard.press("ArrowLeft");
    await isIn(page, "n 1");
  },
  "+ − 0: Zoom in, zoom out, as it was": async (page) => {
    const whole = await widthInViewer(page);
    await page.keyboard.press("+");
    await expect.poll(() => widthInViewer(page)).toBeGreaterThan(whole);
    await page.keyboard.press("+");
    await page.keyboard.press("-");
    await page.keyboard.press("0");
    await expect.poll(() => widthInViewer(page)).toBe(whole);
  },
  "↑ ↓ ← →: Move within a picture": async (page) => {
    const whole = await widthInViewer(page);
    const place = () =>
      viewer(page)
        .locator("[aria-hidden=false] .picture-frame")
        .evaluate((frame) => {
          const { x, y } = frame.getBoundingClientRect();
          return [Math.round(x), Math.round(y)];
        });
    for (let n = 0; n < 3; n += 1) {
      const before = await widthInViewer(page);
      await page.keyboard.press("+");
      await expect.poll(() => widthInViewer(page)).toBeGreaterThan(before);
    }
    expect(await widthInViewer(page)).toBeGreaterThan(whole);
    for (const key of ["ArrowUp", "ArrowLeft", "ArrowDown", "ArrowRight"]) {
      const before = await place();
      await page.keyboard.press(key);
      await expect.poll(place).not.toEqual(before);
    }
    await isIn(page, "n 1");
  },
  "Space: Start or pause the slideshow": async (page) => {
    await page.keyboard.press("Space");
    await expect(viewer(page).getByText("The slideshow runs. Space pauses it.")).toBeAttached();
    await page.keyboard.press("Space");
    await expect(viewer(page).getByText("The slideshow is paused.")).toBeAttached();
  },
  "F: Full screen": async (page) => {
    const isFull = () => page.evaluate(() => document.fullscreenElement !== null);
    await page.keyboard.press("f");
    await expect.poll(isFull).toBe(true);
    await page.keyboard.press("f");
    await expect.poll(isFull).toBe(false);
  },
  "I: Facts": async (page) => {
    await page.keyboard.press("i");
    await expect(viewer(page).getByRole("complementary", { name: "Facts", exact: true })).toBeVisible();
  },
  "Delete: Delete": async (page) => {
    await page.keyboard.press("Delete");
    await isIn(page, "n 2");
  },
  "Esc: Back to the pictures": async (page) => {
    await page.keyboard.press("Escape");
    await expect(viewer(page)).toBeHidden();
    await expect.poll(() => focusedTitle(page)).toBe("n 1");
  },
};

const amongPictures: Checks = {
  "↑ ↓ ← →: To the picture beside": async (page) => {
    await link(page, "n 1").focus();
    await press(page, "ArrowRight");
    await expect.poll(() => focusedTitle(page)).toBe("n 2");
    await page.keyboard.press("ArrowLeft");
    await expect.poll(() => focusedTitle(page)).toBe("n 1");
    await page.keyboard.press("ArrowDown");
    await expect.poll(() => focusedTitle(page)).not.toBe("n 1");
    await page.keyboard.press("ArrowUp");
    await expect.poll(() => focusedTitle(page)).toBe("n 1");
  },
  "Home End: To the first or last picture": async (page) => {
    await link(page, "n 1").focus();
    await press(page, "End");
    await expect.poll(() => focusedTitle(page)).toBe("n 5");
    await page.keyboard.press("Home");
    await expect.poll(() => focusedTitle(page)).toBe("n 0");
  },
  "Enter: Open the picture": open,
  "+ −: Larger or smaller pictures": async (page) => {
    const height = async () => (await link(page, "n 1").boundingBox())?.height ?? 0;
    const before = await height();
    await press(page, "-");
    await expect.poll(height).toBeLessThan(before);
    await page.keyboard.press("+");
    await expect.poll(height).toBe(before);
  },
  "Space: Select, with Shift all up to here": async (page) => {
    await link(page, "n 1").focus();
    await press(page, "Space");
    await selected(page, 1);
    await link(page, "n 3").focus();
    await page.keyboard.press("Shift+Space");
    await selected(page, 3);
  },
  "Shift ↑ ↓ ← →: Select the next ones too": async (page) => {
    await link(page, "n 1").focus();
    await press(page, "Shift+ArrowRight");
    await selected(page, 2);
    await page.keyboard.press("Shift+ArrowLeft");
    await selected(page, 1);
    await page.keyboard.press("Shift+ArrowDown");
    await expect.poll(() => focusedTitle(page)).not.toBe("n 1");
    await page.keyboard.press("Shift+ArrowUp");
    await selected(page, 1);
  },
  "Ctrl A: Select all": async (page) => {
    await press(page, "Control+a");
    await selected(page, 6);
  },
  "Esc: End selecting": async (page) => {
    await press(page, "Control+a");
    await selected(page, 6);
    await page.keyboard.press("Escape");
    await expect(page.locator(".selection-bar")).toHaveCount(0);
  },
  "Delete: Delete": async (page) => {
    await link(page, "n 1").focus();
    await press(page, "Delete");
    await expect(link(page, "n 1")).toHaveCount(0);
    await expect.poll(() => focusedTitle(page)).toBe("n 2");
  },
};

const under = (place: string, checks: Checks): Checks =>
  Object.fromEntries(Object.entries(checks).map(([row, check]) => [`${place}: ${row}`, check]));

/** With the viewer open already. */
const onceOpen = (checks: Checks): Checks =>
  Object.fromEntries(
    Object.entries(checks).map(([row, check]) => [
      row,
      async (page) => {
        await open(page);
        await check(page);
      },
    ]),
  );

const everywhere = under("Everywhere", { "?: This list": opensTheList });

for (const place of ["pictures", "an album", "search"] as const)
  test(`the list of keys says what each key does: ${place}`, async ({ page, pail, user }) => {
    const { album } = await fill(page, pail, user);
    const address = {
      pictures: "/",
      "an album": `/albums/${album}`,
      search: "/search?orientation=landscape",
    }[place];
    const checks = {
      ...under("Among the pictures", amongPictures),
      ...under("In a picture", onceOpen(inPicture)),
      ...everywhere,
    };
    await expectKept(page, checks, async () => {
      pail.query(
        "update images set state = 'ready', deleted_at = null where owner_id = ? and title <= 'n 5' and title >= 'n 0'",
        user.id,
      );
      await begin(page, address);
      await whenLive(page);
      await expect(list(page).getByRole("link")).toHaveCount(6);
    });
  });

test("the list of keys says what each key does: the viewer", async ({ page, pail, user }) => {
  await fill(page, pail, user);
  await expectKept(page, { ...under("In a picture", inPicture), ...everywhere }, async () => {
    pail.query(
      "update images set state = 'ready', deleted_at = null where owner_id = ? and title <= 'n 5' and title >= 'n 0'",
      user.id,
    );
    await begin(page, "/");
    await whenLive(page);
    await open(page);
  });
});

test("the list of keys says what each key does: a picture's page", async ({ page, pail, user }) => {
  const { ids } = await fill(page, pail, user);
  const heading = (title: string) =>
    expect(page.getByRole("heading", { level: 1, name: title })).toBeVisible();
  const checks = {
    "In a picture: ← →: Next or previous picture": async () => {
      await press(page, "ArrowRight");
      await heading("n 2");
      await press(page, "ArrowLeft");
      await heading("n 1");
    },
    "In a picture: Esc: Back to the pictures": async () => {
      await press(page, "Escape");
      await expect(page).toHaveURL("/");
    },
    ...everywhere,
  };
  await expectKept(page, checks, async () => {
    await begin(page, `/images/${ids[1]}`);
    await heading("n 1");
  });
});

test("the list of keys says what each key does: arranging an album", async ({ page, pail, user }) => {
  const { album } = await fill(page, pail, user);
  const tile = (title: string) => list(page).getByRole("button", { name: title, exact: true });
  const focused = () => page.evaluate(() => document.activeElement?.querySelector("img")?.alt ?? null);
  const shown = () =>
    list(page)
      .getByRole("img")
      .evaluateAll((all) => all.map((image) => (image as HTMLImageElement).alt));
  const checks = {
    "Arranging an album: ↑ ↓ ← →: To the picture beside": async () => {
      await tile("n 0").focus();
      await press(page, "ArrowRight");
      await expect.poll(focused).toBe("n 1");
      await page.keyboard.press("ArrowLeft");
      await expect.poll(focused).toBe("n 0");
      await page.keyboard.press("ArrowDown");
      await expect.poll(focused).not.toBe("n 0");
      await page.keyboard.press("ArrowUp");
      await expect.poll(focused).toBe("n 0");
    },
    "Arranging an album: Alt ↑ ↓ ← →: Move the picture": async () => {
      await tile("n 0").focus();
      await press(page, "Alt+ArrowRight");
      await expect.poll(shown).toEqual(["n 1", "n 0", "n 2", "n 3", "n 4", "n 5"]);
      await page.keyboard.press("Alt+ArrowLeft");
      await expect.poll(shown).toEqual(titles);
    },
    ...everywhere,
  };
  await expectKept(page, checks, async () => {
    await begin(page, `/albums/${album}`);
    await whenLive(page);
    await page.getByRole("button", { name: "Arrange", exact: true }).click();
    await expect(tile("n 0")).toBeVisible();
  });
});

test("the list of keys says what each key does: the trash, and a picture in it", async ({
  page,
  pail,
  user,
}) => {
  const { ids } = await fill(page, pail, user);
  const trash = page.getByRole("list", { name: "Pictures in the trash", exact: true });
  const inTrash = page.getByText("This picture is in the trash", { exact: true });
  const checks = {
    "Among the pictures: Enter: Open the picture": async () => {
      await trash.getByRole("link", { name: "n 7", exact: true }).focus();
      await press(page, "Enter");
      await expect(inTrash).toBeVisible();
    },
    "Among the pictures: Space: Select": async () => {
      await trash.getByRole("checkbox", { name: "Select “n 7”", exact: true }).focus();
      await press(page, "Space");
      await expect(page.getByText("1 selected", { exact: true })).toBeVisible();
    },
    "Everywhere: F6: To what lies over the page, and back": async () => {
      await trash.getByRole("link").first().focus();
      await goesToWhatLiesOver(page);
    },
    ...everywhere,
  };
  await expectKept(page, checks, async () => {
    await begin(page, "/trash");
    await expect(trash).toBeVisible();
  });
  const ofPicture = {
    "In a picture: Esc: To the trash": async () => {
      await press(page, "Escape");
      await expect(page).toHaveURL("/trash");
    },
    ...everywhere,
  };
  await expectKept(page, ofPicture, async () => {
    await begin(page, `/images/${ids[7]}`);
    await expect(inTrash).toBeVisible();
  });
});

test("the list of keys says what each key does: where there are no pictures", async ({ page, user }) => {
  expect(user.id).not.toBe("");
  await page.goto("/");
  for (const address of ["/albums", "/settings", "/"])
    await expectKept(page, everywhere, () => begin(page, address));
});

/** Anew, with nothing that was offered before, once the page listens. */
async function begin(page: Page, address: string): Promise<void> {
  await page.evaluate(() => sessionStorage.clear());
  await page.goto(address);
  await page.waitForFunction(() =>
    Object.keys(document.querySelector("[data-keys] *, main") ?? {}).some((key) => key.startsWith("__react")),
  );
}
