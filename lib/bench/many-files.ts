import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Browser } from "@playwright/test";
import sharp from "sharp";
import { PailServer } from "@/e2e/support/pail-server";
import { launchChromium } from "./chromium";
import { PlainPage } from "./plain-page";
import { rendererBytes } from "./renderer-memory";

const files = 5000;
const sampleMs = 500;

/** Thousands of small files through the real page: how long it ever stands still, and how much memory it takes. */
export async function benchManyFiles(): Promise<void> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "pail-bench-many-"));
  const pail = await PailServer.start();
  const browser = await launchChromium();
  try {
    const paths = await makeSmallFiles(folder);
    const onEmptyPage = await chooseOnEmptyPage(browser, pail.origin, paths);
    const page = await PlainPage.open(browser, pail.origin, { name: "pail", value: pail.addUser().token });
    // Whoever reaches for it takes a moment to choose.
    await page.evaluate(`document.querySelector("${chooseImages}").focus()`);
    await sleep(1000);
    await observeTasks(page);
    await page.setInputFiles(chooseImages, paths);
    const began = performance.now();
    let peakBytes = 0;
    let most = { rows: 0, pictures: 0 };
    for (;;) {
      peakBytes = Math.max(peakBytes, await rendererBytes(browser));
      const { rows, pictures, isDone } = await page.evaluate<Shown>(shown);
      if (isDone) break;
      most = { rows: Math.max(most.rows, rows), pictures: Math.max(most.pictures, pictures) };
      await sleep(sampleMs);
    }
    const seconds = ((performance.now() - began) / 1000).toFixed(0);
    console.log(
      `${files} small files through the page: ${seconds} s, at most ${most.rows} rows and ${most.pictures} pictures`,
    );
    const { untilHeardMs, sinceHeardMs } = await longestTasks(page);
    console.log(`  longest task of the page ${sinceHeardMs.toFixed(0)} ms (mark: at most 100 ms)`);
    console.log(
      `  before the page hears of its files, Chromium takes ${untilHeardMs.toFixed(0)} ms; on an empty page ${onEmptyPage.untilHeardMs.toFixed(0)} ms`,
    );
    console.log(`  memory of the page's process ${Math.round(peakBytes / 1e6)} MB (mark: under 300 MB)`);
  } finally {
    await browser.close();
    await pail.stop();
    fs.rmSync(folder, { recursive: true });
  }
}

async function makeSmallFiles(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for (let n = 0; n < files; n += 1) {
    const background = { r: n % 256, g: Math.floor(n / 256) * 12, b: (n * 31) % 256 };
    const picture = sharp({ create: { width: 64 + (n % 7), height: 48, channels: 3, background } });
    const file = path.join(folder, `small-${n}.png`);
    await picture.png().toFile(file);
    paths.push(file);
  }
  return paths;
}

interface LongestTasks {
  untilHeardMs: number;
  sinceHeardMs: number;
}

/** Chromium asks for the type of each file, one after another, before any page hears of them. */
async function chooseOnEmptyPage(browser: Browser, origin: string, paths: string[]): Promise<LongestTasks> {
  const page = await PlainPage.open(browser, `${origin}/healthz`);
  await page.evaluate("document.body.innerHTML = '<input type=file multiple>'");
  await observeTasks(page);
  await page.setInputFiles("input", paths);
  await sleep(sampleMs);
  const longest = await longestTasks(page);
  await page.close();
  return longest;
}

const chooseImages = "input[type=file][multiple]:not([webkitdirectory])";

interface Shown {
  rows: number;
  pictures: number;
  isDone: boolean;
}

const shown = `(() => {
  const tray = document.querySelector("[aria-label=Uploads]");
  return {
    rows: tray?.querySelectorAll("li").length ?? 0,
    pictures: document.querySelectorAll("main img").length,
    isDone: Boolean(tray?.querySelector("[aria-label=Close]")),
  };
})()`;

const observeTasks = (page: PlainPage): Promise<void> =>
  page.evaluate(`(() => {
    globalThis.seen = { heardMs: 0, tasks: [] };
    addEventListener("input", () => { seen.heardMs ||= performance.now(); }, { capture: true });
    new PerformanceObserver((list) => {
      for (const { startTime, duration } of list.getEntries()) seen.tasks.push([startTime, startTime + duration]);
    }).observe({ type: "longtask" });
  })()`);

/** The page hears of its files in the midst of a task: that counts for both. */
const longestTasks = (page: PlainPage): Promise<LongestTasks> =>
  page.evaluate(`({
    untilHeardMs: Math.max(0, ...seen.tasks.map(([start, end]) => Math.min(end, seen.heardMs) - start)),
    sinceHeardMs: Math.max(0, ...seen.tasks.map(([start, end]) => end - Math.max(start, seen.heardMs))),
  })`);
