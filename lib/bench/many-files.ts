import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Browser, BrowserContext, Page } from "@playwright/test";
import sharp from "sharp";
import { PailServer } from "@/e2e/support/pail-server";
import { launchChromium } from "./chromium";

const files = 5000;
const sampleMs = 250;

/** Thousands of small files through the real page: how long it ever stands still, and how much memory it takes. */
export async function benchManyFiles(): Promise<void> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "pail-bench-many-"));
  const pail = await PailServer.start();
  const browser = await launchChromium();
  try {
    const paths = await makeSmallFiles(folder);
    const context = await browser.newContext({ baseURL: pail.origin });
    await context.addCookies([{ name: "pail", value: pail.addUser().token, url: pail.origin }]);
    const page = await context.newPage();
    await page.goto("/");
    await page.getByLabel("Choose images").hover();
    const onEmptyPage = await chooseOnEmptyPage(context, paths);
    await observeTasks(page);
    await page.getByLabel("Choose images").setInputFiles(paths);
    const began = performance.now();
    let peakBytes = 0;
    let rows = 0;
    let tiles = 0;
    const close = page.getByRole("region", { name: "Uploads" }).getByRole("button", { name: "Close" });
    do {
      peakBytes = Math.max(peakBytes, await pageMemory(browser));
      rows = Math.max(rows, await page.getByRole("region", { name: "Uploads" }).locator("li").count());
      tiles = Math.max(tiles, await page.locator("main img").count());
      await page.waitForTimeout(sampleMs);
    } while (!(await close.isVisible()));
    const seconds = ((performance.now() - began) / 1000).toFixed(0);
    console.log(
      `${files} small files through the page: ${seconds} s, at most ${rows} rows and ${tiles} pictures`,
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
async function chooseOnEmptyPage(context: BrowserContext, paths: string[]): Promise<LongestTasks> {
  const page = await context.newPage();
  await page.goto("/healthz");
  await page.setContent('<input type="file" multiple>');
  await observeTasks(page);
  await page.locator("input").setInputFiles(paths);
  await page.waitForTimeout(sampleMs);
  const longest = await longestTasks(page);
  await page.close();
  return longest;
}

const observeTasks = (page: Page) =>
  page.evaluate(() => {
    const seen = { heardMs: 0, tasks: [] as [number, number][] };
    Object.assign(globalThis, { seen });
    window.addEventListener("input", () => Object.assign(seen, { heardMs: performance.now() }), {
      ...{ capture: true, once: true },
    });
    new PerformanceObserver((list) => {
      for (const { startTime, duration } of list.getEntries())
        seen.tasks.push([startTime, startTime + duration]);
    }).observe({ type: "longtask" });
  });

/** The page hears of its files in the midst of a task: that counts for both. */
const longestTasks = (page: Page): Promise<LongestTasks> =>
  page.evaluate(() => {
    const { seen } = globalThis as unknown as { seen: { heardMs: number; tasks: [number, number][] } };
    const { heardMs, tasks } = seen;
    return {
      untilHeardMs: Math.max(0, ...tasks.map(([start, end]) => Math.min(end, heardMs) - start)),
      sinceHeardMs: Math.max(0, ...tasks.map(([start, end]) => end - Math.max(start, heardMs))),
    };
  });

/** What the renderers hold that they share with nobody, workers included. */
async function pageMemory(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  const renderers = processInfo.filter(({ type }) => type === "renderer");
  return Math.max(0, ...renderers.map(({ id }) => privateBytes(id)));
}

function privateBytes(pid: number): number {
  const file = `/proc/${pid}/status`;
  if (!fs.existsSync(file)) return Number.NaN;
  return 1024 * Number(/^RssAnon:\s+(\d+) kB/m.exec(fs.readFileSync(file, "utf8"))?.[1] ?? Number.NaN);
}
