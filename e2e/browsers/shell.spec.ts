import { setTimeout as sleep } from "node:timers/promises";
import { makePhotographs } from "../support/photos";
import { expect, test } from "./fixtures";

/** React, of a text that the server has written otherwise. */
const otherText = /Minified React error #418/;

test("every place in Korean and from right to left, the manifest, and a page where there is no connection", async ({
  hand,
  pail,
  kind,
  expectedErrors,
}) => {
  expectedErrors.push(/Failed to load resource: .*(connect|terminated|network)/i);
  // So WebKit calls whatever was under way when a page is left.
  expectedErrors.push(/CONSOLE JS ERROR .* due to access control checks/);
  const { page } = hand;
  const user = pail.addUser();
  await hand.signIn(user);
  const [photograph] = await makePhotographs(1, { megapixels: 1 });
  await hand.choose("Choose pictures", [photograph?.path ?? ""]);
  await hand.seePictures(1);
  const [id = ""] = pail.copyImage(user.id, 20);

  for (const [language, direction, albums] of [
    ["ko", "ltr", "아직 앨범이 없어요"],
    ["en", "ltr", "No albums yet"],
    // English made unreadable, and from right to left.
    ["ar-XB", "rtl", /./],
  ] as const)
    await test.step(language, async () => {
      if (language === "ar-XB" && kind === "webkit") {
        expect((await page.readErrors()).filter((error) => otherText.test(error))).toEqual([]);
        // Debian's ICU writes the digits of this language, which nobody has, in another way than Node's.
        expectedErrors.push(otherText);
      }
      await page.evaluate(setLanguage, language);
      for (const path of ["/", `/images/${id}`, "/search?q=n", "/trash", "/settings", "/albums"]) {
        await hand.goto(path);
        const { overflow, ...html } = await page.evaluate(() => ({
          language: document.documentElement.lang,
          direction: document.documentElement.dir,
          overflow: document.documentElement.scrollWidth - window.innerWidth,
        }));
        expect([path, html]).toEqual([path, { language, direction }]);
        // Who leaves a page while its script comes hears complaints that nobody else does.
        await sleep(500);
        expect([path, Math.max(0, overflow)]).toEqual([path, 0]);
      }
      await hand.see(albums);
      await hand.goto("/");
      await hand.focusTile(0);
      // Towards the second, on whichever side it is.
      const lefts = await page.evaluate(() =>
        [...document.querySelectorAll('ul[aria-label] li > a[href^="/images/"]')].map(
          (tile) => tile.getBoundingClientRect().left,
        ),
      );
      expect((lefts[0] ?? 0) < (lefts[1] ?? 0)).toBe(direction === "ltr");
      await hand.press(direction === "ltr" ? "ArrowRight" : "ArrowLeft");
      await expect
        .poll(() => page.evaluate(() => document.activeElement?.getBoundingClientRect().left))
        .toBe(lefts[1]);
    });

  await test.step("the manifest", async () => {
    const { manifest, icons } = await page.evaluate(async () => {
      const link = document.querySelector<HTMLLinkElement>('link[rel="manifest"]');
      const manifest = await (await fetch(link?.href ?? "")).json();
      const icons = await Promise.all(
        manifest.icons.map(async ({ src, sizes }: { src: string; sizes: string }) => {
          const image = new Image();
          image.src = src;
          await image.decode();
          return [`${image.naturalWidth}x${image.naturalHeight}`, sizes];
        }),
      );
      return { manifest, icons: icons as [string, string][] };
    });
    expect(manifest).toMatchObject({ start_url: "/", display: "standalone", short_name: "Pail" });
    expect(icons.length).toBeGreaterThan(1);
    for (const [is, says] of icons) expect(is).toBe(says);
  });

  await test.step("without a connection", async () => {
    await page.evaluate(setLanguage, "en");
    await hand.goto("/");
    await page.evaluate(() => navigator.serviceWorker.ready.then(({ active }) => active !== null));
    pail.appWire.cut();
    try {
      await hand.goto("/albums");
      await hand.see("No connection to Pail");
    } finally {
      pail.appWire.mend();
    }
    await page.click("a[href]");
    await hand.see("No albums yet");
  });
});

/** Runs in the page. */
function setLanguage(value: string): void {
  // biome-ignore lint/suspicious/noDocumentCookie: WebKit has nothing else in a test's reach.
  document.cookie = `language=${value}; path=/`;
}
