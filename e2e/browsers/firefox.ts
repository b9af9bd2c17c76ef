import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import puppeteer, { type ElementHandle, type KeyInput } from "puppeteer-core";
import type { BrowserPage } from "./browser-page";

/** How long a step of a finger takes. */
const stepMs = 20;

interface FirefoxOptions {
  executablePath: string;
  /** whether its windows are private */
  isPrivate: boolean;
  /** further settings of it */
  prefs: Record<string, string | number | boolean>;
}

/** Starts a Firefox with a profile of its own. */
export async function openFirefox({
  executablePath,
  isPrivate,
  prefs,
}: FirefoxOptions): Promise<BrowserPage> {
  const downloadsFolder = await mkdtemp(path.join(os.tmpdir(), "pail-firefox-"));
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
      // To a folder of its own, without a question.
      "browser.download.folderList": 2,
      "browser.download.dir": downloadsFolder,
      "browser.download.always_ask_before_handling_new_types": false,
      "browser.helperApps.neverAsk.saveToDisk": "application/zip",
      "dom.w3c_touch_events.enabled": 1,
      ...prefs,
    },
  });
  const page = await browser.newPage();
  await page.setViewport({ width: 1280, height: 900 });
  const errors: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(`${message.text()} (${message.location().url ?? ""})`);
  });
  page.on("pageerror", (error) => errors.push(String(error)));
  // Its own console has these, which a driver does not hear of.
  await page.evaluateOnNewDocument(() =>
    document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) =>
      console.error(`Content-Security-Policy: ${effectiveDirective} ${blockedURI}`),
    ),
  );
  page.on("dialog", (dialog) => void dialog.accept());
  return {
    readErrors: async () => errors,
    goto: async (url) => {
      await page.goto(url);
    },
    // Its driver waits for a page that is loaded, which one that was kept is not.
    goBack: () => page.evaluate(() => window.history.back()),
    reload: async () => {
      await page.reload();
    },
    evaluate: <A extends unknown[], T>(work: (...args: A) => T | Promise<T>, ...args: A) =>
      page.evaluate(`(${work})(...${JSON.stringify(args)})`) as Promise<T>,
    click: (selector) => page.click(selector),
    type: (text) => page.keyboard.type(text),
    press: async (key, held) => {
      if (held !== undefined) await page.keyboard.down(held as KeyInput);
      await page.keyboard.press((key === "Space" ? " " : key) as KeyInput);
      if (held !== undefined) await page.keyboard.up(held as KeyInput);
    },
    drag: async ([first, ...further]) => {
      if (first !== undefined) await page.mouse.move(first.x, first.y);
      await page.mouse.down();
      for (const { x, y } of further) await page.mouse.move(x, y);
      await page.mouse.up();
    },
    swipe: async ([first = { x: 0, y: 0 }, ...further]) => {
      const finger = await page.touchscreen.touchStart(first.x, first.y);
      for (const { x, y } of further) {
        await sleep(stepMs);
        await finger.move(x, y);
      }
      await finger.end();
    },
    wheel: async ({ x, y }, deltaY) => {
      await page.mouse.move(x, y);
      await page.mouse.wheel({ deltaY });
    },
    chooseFiles: async (selector, paths) => {
      const field = (await page.waitForSelector(selector)) as ElementHandle<HTMLInputElement>;
      await field.uploadFile(...paths);
    },
    downloadsFolder,
    // Its driver does not hear of them.
    readFailedDownloads: async () => [],
    // It ends by itself soon: see `prefs`.
    killServiceWorker: async () => {},
    close: async () => {
      await browser.close();
      await rm(downloadsFolder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
