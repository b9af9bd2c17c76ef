import puppeteer, { type ElementHandle } from "puppeteer-core";
import type { BrowserPage } from "./browser-page";

interface FirefoxOptions {
  executablePath: string;
  /** whether its windows are private */
  isPrivate: boolean;
}

/** Starts a Firefox with a profile of its own. */
export async function openFirefox({ executablePath, isPrivate }: FirefoxOptions): Promise<BrowserPage> {
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath,
    extraPrefsFirefox: {
      "browser.privatebrowsing.autostart": isPrivate,
      // A mouse, which a machine without a screen has none of.
      "ui.primaryPointerCapabilities": 6,
      "ui.allPointerCapabilities": 6,
      // Animations are looked at, whatever this machine would rather have.
      "ui.prefersReducedMotion": 0,
    },
  });
  const page = await browser.newPage();
  await page.setViewport({ width: 1280, height: 900 });
  const errors: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(`${message.text()} (${message.location().url ?? ""})`);
  });
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("dialog", (dialog) => void dialog.accept());
  return {
    readErrors: async () => errors,
    goto: async (url) => {
      await page.goto(url);
    },
    reload: async () => {
      await page.reload();
    },
    evaluate: <A extends unknown[], T>(work: (...args: A) => T | Promise<T>, ...args: A) =>
      page.evaluate(`(${work})(...${JSON.stringify(args)})`) as Promise<T>,
    click: (selector) => page.click(selector),
    type: (text) => page.keyboard.type(text),
    press: (key) => page.keyboard.press(key),
    chooseFiles: async (selector, paths) => {
      const field = (await page.waitForSelector(selector)) as ElementHandle<HTMLInputElement>;
      await field.uploadFile(...paths);
    },
    close: () => browser.close(),
  };
}
