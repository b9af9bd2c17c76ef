import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Browser } from "@playwright/test";
import { makePhotographs } from "@/e2e/support/photos";
import { startTestPail } from "@/lib/testing/test-pail";
import { launchChromium } from "./chromium";
import { median, ratioLine } from "./figures";
import { PlainPage } from "./plain-page";
import { type Calls, UploadServer } from "./upload-server";

const files = 100;
const rounds = 3;
/** So many go through each contender first, so that none of them pays for what the others find warm. */
const warmUpFiles = 12;
const peersFolder = path.join(import.meta.dirname, "peers");

/**
 * The bucket is on this machine: sending is work for the same processors that hash and decode. Behind an uplink as homes have
 * them, it is mostly waiting.
 */
const networks = {
  "on loopback": null,
  "behind an uplink of 100 Mbit/s": 12_500_000,
};

interface Run {
  ms: number;
  /** of the longest task on the page's main thread; 0 where none took 50 ms */
  longestTaskMs: number;
  /** of Chromium, and of this process, in which server and bucket are */
  cpuMs: number;
  calls: Calls;
}

/** One after another in each round, so that what else the machine does meets all of them. */
const own = {
  "pail.js": ["Pail", "Pail without variants", "hashing and variants alone", "the network alone"],
  "plain-post.js": ["plain POST", "plain POST of files read and hashed"],
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
  const browser = await launchChromium();

  async function runAll(paths: string[], uploadBytesPerSecond: number | null): Promise<Map<string, Run>> {
    const runs = new Map<string, Run>();
    for (const [script, names] of Object.entries(pages)) {
      const page = await PlainPage.open(browser, `${server.origin}/?${script}`);
      await page.setInputFiles("input", paths);
      if (uploadBytesPerSecond !== null) await page.narrow(uploadBytesPerSecond);
      for (const name of names) {
        await server.startOver();
        const before = await cpuMs(browser);
        const run = await measure(page, name);
        runs.set(name, { ...run, cpuMs: (await cpuMs(browser)) - before, calls: server.calls });
      }
      await page.close();
    }
    return runs;
  }

  try {
    await runAll(photographs.slice(0, warmUpFiles), null);
    for (const [network, uploadBytesPerSecond] of Object.entries(networks)) {
      const all: Map<string, Run>[] = [];
      for (let round = 0; round < rounds; round += 1)
        all.push(await runAll(photographs, uploadBytesPerSecond));
      report(network, all);
    }
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
  const photographs = await makePhotographs(Math.ceil(files * 1.3), { megapixels: 15 });
  const jpegs = photographs.filter(({ type }) => type === "image/jpeg").slice(0, files);
  const bytes = jpegs.reduce((sum, photograph) => sum + photograph.bytes, 0);
  console.log(
    `uploads: ${jpegs.length} photographs of ${(bytes / jpegs.length / 1e6).toFixed(1)} MB, ${rounds} rounds, ${cores} processors`,
  );
  return jpegs.map((photograph) => photograph.path);
}

const cores = os.availableParallelism();

async function cpuMs(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  const { user, system } = process.cpuUsage();
  return processInfo.reduce((sum, { cpuTime }) => sum + 1000 * cpuTime, (user + system) / 1000);
}

const measure = (page: PlainPage, name: string): Promise<Pick<Run, "ms" | "longestTaskMs">> =>
  page.evaluate(`(async () => {
    const chosen = [...document.querySelector("input").files];
    let longestTaskMs = 0;
    const observer = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) longestTaskMs = Math.max(longestTaskMs, duration);
    });
    observer.observe({ type: "longtask" });
    const began = performance.now();
    await contenders[${JSON.stringify(name)}](chosen);
    const ms = performance.now() - began;
    // What it has seen last is told in a task of its own.
    await new Promise((resolve) => setTimeout(resolve, 200));
    observer.disconnect();
    return { ms, longestTaskMs };
  })()`);

function report(network: string, all: Map<string, Run>[]): void {
  console.log(`  ${network}:`);
  const runsOf = (name: string) => all.flatMap((runs) => runs.get(name) ?? []);
  for (const name of all[0]?.keys() ?? []) {
    const runs = runsOf(name);
    const seconds = median(runs.map(({ ms }) => ms)) / 1000;
    const cpuSeconds = median(runs.map((run) => run.cpuMs)) / 1000;
    const longest = runs.map(({ longestTaskMs }) => longestTaskMs.toFixed(0)).join(", ");
    const calls = Object.entries(runs[0]?.calls ?? {}).map(([path, count]) => `${count} × ${path}`);
    console.log(
      `    ${name}: ${seconds.toFixed(1)} s, of processors ${cpuSeconds.toFixed(1)} s, longest tasks ${longest} ms, calls: ${calls.join(", ") || "none"}`,
    );
  }
  const compare = (name: string, other: string, mark: string, msOf: (runs: Map<string, Run>) => number) => {
    const ratios = all.map((runs) => (runs.get(name)?.ms ?? Number.NaN) / msOf(runs));
    if (!ratios.some(Number.isNaN))
      console.log(`  ${ratioLine(`${name} to ${other}`, median(ratios), mark)}`);
  };
  const compareRuns = (name: string, other: string, mark: string) =>
    compare(name, other, mark, (runs) => runs.get(other)?.ms ?? Number.NaN);
  const halves = ["hashing and variants alone", "the network alone"];
  const halvesIn = (runs: Map<string, Run>) => halves.flatMap((name) => runs.get(name) ?? []);
  const slower = (runs: Map<string, Run>) => Math.max(...halvesIn(runs).map(({ ms }) => ms));
  const work = (runs: Map<string, Run>) => halvesIn(runs).reduce((sum, run) => sum + run.cpuMs, 0) / cores;
  compare("Pail", "the slower of its halves", "at most 1.15", slower);
  compare("Pail", "what its halves take of all processors", "none; below 1 there is only chance", work);
  compareRuns("Pail", "Uppy with thumbnails", "at most 0.5");
  for (const other of ["plain POST", "Uppy without thumbnails", "better-upload 2", "better-upload 3"])
    compareRuns("Pail without variants", other, "at most 1.1");
  compareRuns("plain POST of files read and hashed", "plain POST", "none; Pail reads and hashes too");
}
