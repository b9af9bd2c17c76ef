import fs from "node:fs";
import path from "node:path";
import { type Browser, chromium, type Page } from "@playwright/test";
import { findChromium } from "@/e2e/support/find-chromium";
import { makePhotographs } from "@/e2e/support/photos";
import { startTestPail } from "@/lib/test-pail";
import { median, ratioLine } from "./figures";
import { type Calls, UploadServer } from "./upload-server";

const files = 100;
const rounds = 3;
const peersFolder = path.join(import.meta.dirname, "peers");

interface Run {
  ms: number;
  /** of the longest task on the page's main thread; 0 where none took 50 ms */
  longestTaskMs: number;
  calls: Calls;
}

/** One after another in each round, so that what else the machine does meets all of them. */
const own = {
  "pail.js": ["Pail", "Pail without variants", "hashing and variants alone", "the network alone"],
  "plain-post.js": ["plain POST"],
};
const peers = {
  "uppy.js": ["Uppy without thumbnails", "Uppy with thumbnails"],
  "better-upload-2.js": ["better-upload 2"],
  "better-upload-3.js": ["better-upload 3"],
};

/** A hundred photographs of 3 MB from one Chromium to one local bucket: by Pail, by its halves, by a plain loop, by others. */
export async function benchUploads(): Promise<void> {
  const hasPeers = fs.existsSync(path.join(peersFolder, "node_modules"));
  const pages: Record<string, string[]> = { ...own, ...(hasPeers && peers) };
  const photographs = await makeJpegs();
  const pail = await startTestPail();
  const server = await UploadServer.start([
    ...Object.keys(own).map((name) => `contenders/${name.replace(".js", ".ts")}`),
    ...(hasPeers ? Object.keys(peers).map((name) => `peers/${name}`) : []),
  ]);
  const browser = await chromium.launch({
    executablePath: findChromium() ?? "",
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
  });
  try {
    const runs = new Map<string, Run[]>();
    for (let round = 0; round < rounds; round += 1) {
      for (const [script, names] of Object.entries(pages)) {
        const page = await openPage(browser, `${server.origin}/?${script}`, photographs);
        for (const name of names) {
          await server.startOver();
          const run = { ...(await measure(page, name)), calls: server.calls };
          runs.set(name, [...(runs.get(name) ?? []), run]);
        }
        await page.context().close();
      }
    }
    report(runs);
    if (!hasPeers)
      console.log(
        "  Uppy and better-upload are not compared: install them with npm ci --prefix lib/bench/peers",
      );
  } finally {
    await browser.close();
    await server.stop();
    await pail.stop();
  }
}

/** Every fifth file or so is of another type: the others make the hundred. */
async function makeJpegs(): Promise<string[]> {
  const photographs = await makePhotographs(Math.ceil(files * 1.3));
  const jpegs = photographs.filter(({ type }) => type === "image/jpeg").slice(0, files);
  const bytes = jpegs.reduce((sum, photograph) => sum + photograph.bytes, 0);
  console.log(
    `uploads: ${jpegs.length} photographs of ${(bytes / jpegs.length / 1e6).toFixed(1)} MB, ${rounds} rounds`,
  );
  return jpegs.map((photograph) => photograph.path);
}

async function openPage(browser: Browser, url: string, photographs: string[]): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(url);
  await page.locator("input").setInputFiles(photographs);
  return page;
}

function measure(page: Page, name: string): Promise<Omit<Run, "calls">> {
  return page.evaluate(async (contender) => {
    const { contenders } = globalThis as unknown as {
      contenders: Record<string, (files: File[]) => Promise<void>>;
    };
    const chosen = [...(document.querySelector("input")?.files ?? [])];
    let longestTaskMs = 0;
    const observer = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) longestTaskMs = Math.max(longestTaskMs, duration);
    });
    observer.observe({ type: "longtask" });
    const began = performance.now();
    await contenders[contender]?.(chosen);
    const ms = performance.now() - began;
    // What it has seen last is told in a task of its own.
    await new Promise((resolve) => setTimeout(resolve, 200));
    observer.disconnect();
    return { ms, longestTaskMs };
  }, name);
}

function report(runs: Map<string, Run[]>): void {
  for (const [name, all] of runs) {
    const seconds = median(all.map(({ ms }) => ms)) / 1000;
    const longest = Math.max(...all.map(({ longestTaskMs }) => longestTaskMs));
    const calls = Object.entries(all[0]?.calls ?? {}).map(([path, count]) => `${count} × ${path}`);
    console.log(
      `  ${name}: ${seconds.toFixed(1)} s, longest task ${longest.toFixed(0)} ms, calls: ${calls.join(", ") || "none"}`,
    );
  }
  const times = (name: string) => runs.get(name)?.map(({ ms }) => ms) ?? [];
  const compare = (name: string, other: string, mark: string) => {
    const others = times(other);
    if (others.length === 0) return;
    const ratios = times(name).map((ms, round) => ms / (others[round] ?? Number.NaN));
    console.log(ratioLine(`${name} to ${other}`, median(ratios), mark));
  };
  const slower = times("the network alone").map((ms, round) =>
    Math.max(ms, times("hashing and variants alone")[round] ?? 0),
  );
  const toSlower = times("Pail").map((ms, round) => ms / (slower[round] ?? Number.NaN));
  console.log(ratioLine("Pail to the slower of its halves", median(toSlower), "at most 1.15"));
  compare("Pail", "Uppy with thumbnails", "at most 0.5");
  for (const other of ["plain POST", "Uppy without thumbnails", "better-upload 2", "better-upload 3"])
    compare("Pail without variants", other, "at most 1.1");
}
