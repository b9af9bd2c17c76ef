import type { BrowserPage } from "./browser-page";
import { expect, test } from "./fixtures";
import { addMany } from "./seed";

const day = 86_400_000;
const newest = Date.UTC(2025, 11, 20, 12);

test("a timeline of 2,000: rows as the HTML has them, nothing shifts, any month, and back to the same pixel", async ({
  hand,
  pail,
}) => {
  const { page } = hand;
  const user = pail.addUser();
  await hand.signIn(user);
  await addMany(hand, pail, user, { count: 2000, stepMs: day / 4, newest });

  for (const size of ["small", "large", "medium"]) {
    await page.evaluate((value) => {
      // biome-ignore lint/suspicious/noDocumentCookie: WebKit has nothing else in a test's reach.
      document.cookie = `grid=${value}; path=/`;
    }, size);
    await hand.goto("/");
    await hand.whenLive();
    await settle(page);
    const { live, still } = await page.evaluate(compareWithHtml);
    expect(live.length).toBeGreaterThan(3);
    const different = live.filter(({ title, box }) => {
      const other = still.find((tile) => tile.title === title);
      return other === undefined || box.some((side, n) => Math.abs(side - (other.box[n] ?? 0)) > 2);
    });
    expect([size, different]).toEqual([size, []]);
  }

  await test.step("the wheel moves what is seen by as much as it turns, either way", async () => {
    for (const step of [400, -400])
      for (let n = 0; n < 12; n += 1) {
        const before = await tilesOf(page);
        await page.wheel({ x: 600, y: 450 }, step);
        await settle(page);
        const after = new Map((await tilesOf(page)).map((tile) => [tile.title, tile]));
        const shifted = before.filter(({ title, left, inPage }) => {
          const now = after.get(title);
          return now !== undefined && (Math.abs(now.inPage - inPage) > 1 || now.left !== left);
        });
        expect(shifted).toEqual([]);
      }
    expect(await page.evaluate(() => window.scrollY)).toBeLessThan(400);
  });

  await test.step("the scrubber, by the mouse", async () => {
    const from = await page.evaluate(() => {
      const { left, top } = document.querySelector("[role=slider]")?.getBoundingClientRect() ?? new DOMRect();
      return { x: left + 20, y: top + 22 };
    });
    await page.drag([from, { ...from, y: from.y + 100 }, { ...from, y: from.y + 300 }]);
    await settle(page);
    const month = await page.evaluate(
      () => document.querySelector("[role=slider]")?.getAttribute("aria-valuetext") ?? "",
    );
    expect(month).not.toBe("December 2025");
    const tops = await page.evaluate(
      (name) =>
        [...document.querySelectorAll('ul[aria-label="Pictures"] :is(h2, h3)')]
          .filter(({ textContent }) => textContent?.includes(name))
          .map((heading) => heading.getBoundingClientRect().top),
      month,
    );
    expect(tops.some((top) => top > -100 && top < 900)).toBe(true);
  });

  await test.step("after a picture, another page and a reload one is at the same pixel", async () => {
    await page.evaluate(() => window.scrollTo(0, 31_000));
    await settle(page);
    const before = await inSight(page);
    expect(before.length).toBeGreaterThan(5);
    const middle = await page.evaluate(() => {
      const link = document.elementFromPoint(500, 450)?.closest<HTMLElement>("li")?.querySelector("a");
      link?.setAttribute("data-middle", "");
      return { title: link?.querySelector("img")?.alt ?? "", address: link?.getAttribute("href") ?? "" };
    });
    await page.click("[data-middle]");
    await expect.poll(() => hand.heading()).toBe(middle.title);
    await page.goBack();
    await expect.poll(() => inSight(page)).toEqual(before);
    await hand.goto(middle.address);
    await hand.see(middle.title);
    await page.goBack();
    await expect.poll(() => inSight(page)).toEqual(before);
    await page.reload();
    await expect.poll(() => inSight(page)).toEqual(before);
    const focused = () => page.evaluate(() => document.activeElement?.querySelector("img")?.alt);
    await expect.poll(focused).toBe(middle.title);
  });
});

/** The tiles that are in the document. */
const tilesOf = (page: BrowserPage) =>
  page.evaluate(() =>
    [...document.querySelectorAll('ul[aria-label="Pictures"] [data-id]')].map((tile) => {
      const { left, top, bottom } = tile.getBoundingClientRect();
      const title = tile.querySelector("img")?.alt ?? "";
      return { title, left, top, bottom, inPage: top + window.scrollY };
    }),
  );

const inSight = async (page: BrowserPage) => {
  const height = await page.evaluate(() => window.innerHeight);
  return (await tilesOf(page))
    .filter(({ top, bottom }) => bottom > 60 && top < height)
    .map(({ title, left, top }) => `${title} ${Math.round(left)} ${Math.round(top)}`);
};

/** Until it does not scroll any more, and nothing that is in sight is yet to come. */
const settle = (page: BrowserPage) =>
  page.evaluate(async () => {
    const isBlank = () =>
      [...document.querySelectorAll("[data-blank]")].some((blank) => {
        const { top, bottom } = blank.getBoundingClientRect();
        return bottom > 0 && top < window.innerHeight;
      });
    for (let [still, last] = [0, -1]; still < 12; still += 1) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      if (window.scrollY !== last || isBlank()) still = 0;
      last = window.scrollY;
    }
  });

/** Runs in the page: the tiles as the script has them, and where the HTML of the server has them in the same place. */
async function compareWithHtml() {
  const list = document.querySelector<HTMLElement>('ul[aria-label="Pictures"]');
  const html = new DOMParser().parseFromString(await (await fetch("/")).text(), "text/html");
  const other = html.querySelector<HTMLElement>('ul[aria-label="Pictures"]');
  if (list === null || other === null) throw new Error("there is no list of pictures");
  const boxes = (of: HTMLElement) => {
    const origin = of.getBoundingClientRect();
    return [...of.querySelectorAll("[data-id]")].map((tile) => {
      const { left, top, right, bottom } = tile.getBoundingClientRect();
      const box = [left - origin.left, top - origin.top, right - origin.left, bottom - origin.top];
      return { title: tile.querySelector("img")?.alt ?? "", box };
    });
  };
  const live = boxes(list).filter(({ box: [, top = 0] }) => top < 800);
  list.before(other);
  const still = boxes(other);
  other.remove();
  return { live, still };
}
