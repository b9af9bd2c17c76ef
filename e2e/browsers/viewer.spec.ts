import path from "node:path";
import sharp from "sharp";
import { photographsFolder } from "../support/photos";
import { expect, test } from "./fixtures";
import type { Hand } from "./hand";
import { addFiles } from "./seed";

test("the viewer: by Enter and by click, zoomed to the original, moving, by itself, and back to the same place", async ({
  hand,
  pail,
}) => {
  const { page } = hand;
  const user = pail.addUser();
  await hand.signIn(user);
  await addFiles(hand, pail, user, [await makePhotograph()]);
  pail.copyImage(user.id, 60);
  await addFiles(hand, pail, user, [await makeMoving()]);
  const tomorrow = Date.now() + 86_400_000;
  pail.query("update images set captured_at = ? where owner_id = ? and title = 'moving'", tomorrow, user.id);
  await hand.goto("/");
  await hand.focusTile(1);
  const titles = (await hand.pictures()).map(({ title }) => title);
  expect(titles[0]).toBe("moving");

  await test.step("by keys", async () => {
    await hand.press("Enter");
    await expect.poll(() => hand.heading()).toBe(titles[1]);
    const whole = await boxOf(hand);
    expect(await originals(hand)).toBe(0);
    for (let n = 0; n < 6; n += 1) await hand.press("+");
    await expect.poll(async () => (await boxOf(hand)).width).toBe(3000);
    await expect.poll(() => originals(hand)).toBe(1);
    await expect.poll(async () => (await boxOf(hand)).pixels).toBe(3000);
    await hand.press("0");
    await expect.poll(async () => (await boxOf(hand)).width).toBe(whole.width);
    await hand.press("Escape");
    await expect.poll(() => isOpen(hand)).toBe(false);
    await expect.poll(() => focused(hand)).toBe(titles[1]);
  });

  await test.step("a picture that moves", async () => {
    await hand.focusTile(0);
    await hand.press("Enter");
    await expect.poll(async () => (await boxOf(hand)).source).toContain("/original.gif");
    await hand.press("Escape");
    await expect.poll(() => isOpen(hand)).toBe(false);
  });

  await test.step("by mouse, further down", async () => {
    // Closing has ended, which scrolls to the picture once more a frame after the address is the gallery's.
    await expect.poll(() => page.evaluate(() => location.pathname)).toBe("/");
    await pause(hand, 1000);
    await page.evaluate(() => window.scrollTo(0, 700));
    await expect.poll(() => page.evaluate(() => window.scrollY)).toBe(700);
    const title = await page.evaluate(() => {
      const tile = document.elementFromPoint(500, 450)?.closest("li")?.querySelector("a");
      tile?.setAttribute("data-middle", "");
      return tile?.querySelector("img")?.alt ?? "";
    });
    const scrolled = () => page.evaluate(() => window.scrollY);
    await page.click("[data-middle]");
    await expect.poll(() => hand.heading()).toBe(title);
    const whole = await boxOf(hand);
    await page.wheel({ x: 600, y: 400 }, -300);
    await expect.poll(async () => (await boxOf(hand)).width).toBeGreaterThan(whole.width * 1.3);
    await page.wheel({ x: 600, y: 400 }, 3000);
    await expect.poll(async () => (await boxOf(hand)).width).toBe(whole.width);

    await pause(hand, 1000);
    await page.swipe([0, 1, 2, 3, 4, 5].map((n) => ({ x: 900 - 100 * n, y: 450 })));
    const next = titles[titles.indexOf(title) + 1];
    await expect.poll(() => hand.heading()).toBe(next);
    await pause(hand, 1000);
    await page.swipe([0, 1, 2, 3, 4, 5].map((n) => ({ x: 400 + 100 * n, y: 450 })));
    await expect.poll(() => hand.heading()).toBe(title);

    // The bar has faded meanwhile: a finger does not ask for it, a key does.
    await hand.press("0");
    await hand.click("button", "Slideshow");
    await expect.poll(() => hand.heading()).toBe(next);
    await hand.press("Space");
    await hand.press("ArrowLeft");
    await expect.poll(() => hand.heading()).toBe(title);
    await page.goBack();
    await expect.poll(() => isOpen(hand)).toBe(false);
    await expect.poll(() => focused(hand)).toBe(title);
    await expect.poll(scrolled).toBe(700);
  });
});

const makePhotograph = async () => ({
  name: "photograph.jpg",
  buffer: await sharp(path.join(photographsFolder, "alpine-path.jpg")).resize(3000, 2250).jpeg().toBuffer(),
});

async function makeMoving() {
  const frames = await Promise.all(
    ["red", "blue"].map((background) =>
      sharp({ create: { width: 640, height: 480, channels: 3, background } })
        .png()
        .toBuffer(),
    ),
  );
  const moving = sharp(frames, { join: { animated: true } }).gif({ loop: 0, delay: [100, 100] });
  return { name: "moving.gif", buffer: await moving.toBuffer() };
}

/** Until what was set going has come to rest. */
const pause = (hand: Hand, ms: number) =>
  hand.page.evaluate((time) => new Promise<void>((resolve) => setTimeout(resolve, time)), ms);

const isOpen = (hand: Hand) =>
  hand.page.evaluate(() => document.querySelector("[role=dialog] .picture-frame") !== null);

const focused = (hand: Hand) =>
  hand.page.evaluate(() => document.activeElement?.querySelector("img")?.alt ?? "");

const originals = (hand: Hand) =>
  hand.page.evaluate(
    () =>
      performance.getEntriesByType("resource").filter(({ name }) => name.includes("/original.jpg")).length,
  );

/** Of the picture that is shown, once nothing moves. */
const boxOf = (hand: Hand) =>
  hand.page.evaluate(async () => {
    await Promise.allSettled(document.getAnimations().map(({ finished }) => finished));
    const frame = document.querySelector("[role=dialog] [aria-hidden=false] .picture-frame");
    const image = [...(frame?.querySelectorAll("img") ?? [])].at(-1);
    return {
      width: Math.round(frame?.getBoundingClientRect().width ?? 0),
      pixels: image?.naturalWidth ?? 0,
      source: image?.src ?? "",
    };
  });
