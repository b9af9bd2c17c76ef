import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Browser } from "@playwright/test";
import sharp from "sharp";
import { bucketClient } from "@/lib/storage/bucket-client";
import { type Conduct, startStoreDouble } from "@/lib/testing/store-double";
import { setTraits, startTestPail } from "@/lib/testing/test-pail";
import { launchChromium } from "./chromium";
import { median, ratioLine } from "./figures";
import { PlainPage } from "./plain-page";
import { UploadServer } from "./upload-server";

const files = 100;
const rounds = 3;
/** by which each answer of the bucket comes later */
const latencyMs = 20;

interface Run {
  ms: number;
  preflights: number;
}

type Way = "post" | "put";

/** With all that a picture takes; and its objects alone, which are prepared already. */
const parts = { Pail: "all of it", "the network alone": "the network alone" } as const;
type Part = keyof typeof parts;

/** A hundred small files behind some latency, by forms and by signed PUTs in turn: what the preflights of PUTs cost. */
export async function benchPut(): Promise<void> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "pail-bench-put-"));
  const pail = await startTestPail();
  let preflights = 0;
  const slowly: Conduct = ({ method }, _response, pass) => {
    if (method === "OPTIONS") preflights += 1;
    setTimeout(pass, latencyMs);
  };
  const bucket = bucketClient();
  const double = await startStoreDouble(new URL(bucket.publicUrl).origin, slowly);
  bucket.publicUrl = `${double.url}/${bucket.name}`;
  const server = await UploadServer.start(["contenders/pail.ts"]);
  const browser = await launchChromium();

  async function run(part: Part, upload: Way, paths: string[]): Promise<Run> {
    await setTraits({ upload });
    await server.startOver();
    preflights = 0;
    const ms = await sendAll(browser, server.origin, paths, part);
    return { ms, preflights };
  }

  try {
    const paths = await makeSmallFiles(folder);
    // None of them pays for what the other finds warm.
    for (const way of ["post", "put"] as const) await run("Pail", way, paths.slice(0, 10));
    console.log(
      `put: ${files} small files, each answer of the bucket ${latencyMs} ms later, ${rounds} rounds, load ${os.loadavg()[0]?.toFixed(1)}`,
    );
    for (const part of Object.keys(parts) as Part[]) {
      const all: Record<Way, Run[]> = { post: [], put: [] };
      for (let round = 0; round < rounds; round += 1)
        for (const way of round % 2 === 0 ? (["post", "put"] as const) : (["put", "post"] as const))
          all[way].push(await run(part, way, paths));
      report(part, all);
    }
  } finally {
    await browser.close();
    await server.stop();
    await double.close();
    await pail.stop();
    fs.rmSync(folder, { recursive: true });
  }
}

async function makeSmallFiles(folder: string): Promise<string[]> {
  const indexes = Array.from({ length: files }, (_, n) => n);
  return Promise.all(
    indexes.map(async (n) => {
      const background = { r: n, g: (n * 7) % 256, b: (n * 31) % 256 };
      const file = path.join(folder, `small-${n}.png`);
      await sharp({ create: { width: 320, height: 240, channels: 3, background } })
        .png()
        .toFile(file);
      return file;
    }),
  );
}

/** In a page of its own, which remembers no preflight. */
async function sendAll(browser: Browser, origin: string, paths: string[], part: Part): Promise<number> {
  const page = await PlainPage.open(browser, `${origin}/?pail.js`);
  await page.setInputFiles("input", paths);
  const ms = await page.evaluate<number>(`(async () => {
    const files = [...document.querySelector("input").files];
    if (${part === "the network alone"}) await contenders["hashing and variants alone"](files);
    const began = performance.now();
    await contenders["${part}"](files);
    return performance.now() - began;
  })()`);
  await page.close();
  return ms;
}

function report(part: Part, { post, put }: Record<Way, Run[]>): void {
  console.log(`  ${parts[part]}:`);
  for (const [name, runs] of Object.entries({ forms: post, "signed PUTs": put })) {
    const seconds = runs.map(({ ms }) => (ms / 1000).toFixed(2)).join(", ");
    const preflights = median(runs.map((run) => run.preflights));
    console.log(`    by ${name}: ${seconds} s, ${preflights} preflights`);
  }
  const msOfPost = (round: number) => post[round]?.ms ?? Number.NaN;
  const moreMs = median(put.map(({ ms }, round) => ms - msOfPost(round))) / files;
  console.log(`    a file takes ${moreMs.toFixed(0)} ms more by signed PUTs, with three preflights`);
  const ratio = median(put.map(({ ms }, round) => ms / msOfPost(round)));
  const mark = part === "Pail" ? "at most 1.3" : "none; what the preflights cost is seen here";
  console.log(`  ${ratioLine(`signed PUTs to forms, ${parts[part]}`, ratio, mark)}`);
}
