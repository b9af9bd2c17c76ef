import http from "node:http";
import { performance } from "node:perf_hooks";
import { gzipSync } from "node:zlib";
import type { Browser } from "@playwright/test";
import { addModels, copyModels } from "@/e2e/support/many-pictures";
import { PailServer, type TestUser } from "@/e2e/support/pail-server";
import { launchChromium } from "./chromium";
import { median, ratioLine } from "./figures";
import { PlainPage } from "./plain-page";
import { rendererBytes } from "./renderer-memory";

const day = 86_400_000;
const newest = Date.UTC(2025, 11, 20);
const rounds = 40;
const scrolled = 20_000;
const MB = 1_000_000;

/** A timeline of a million pictures in a browser, or of as many as the parameter says; beside it one of a thousand. */
export async function benchTimelinePage(parameter = ""): Promise<void> {
  const many = Number(parameter) || 1_000_000;
  const pail = await PailServer.start();
  const browser = await launchChromium();
  try {
    const [small, middle, large] = [
      await addPictures(pail, browser, 1000),
      await addPictures(pail, browser, scrolled),
      await addPictures(pail, browser, many),
    ];
    await comparePages(pail, small, large, many);
    await jump(pail, browser, large, many);
    await scroll(pail, browser, middle);
  } finally {
    await browser.close();
    await pail.stop();
  }
}

/** A user with so many pictures, of the last forty years. */
async function addPictures(pail: PailServer, browser: Browser, count: number): Promise<TestUser> {
  const user = pail.addUser();
  const context = await browser.newContext({ baseURL: pail.origin });
  await context.addCookies([{ name: "pail", value: user.token, url: pail.origin }]);
  await addModels(await context.newPage());
  await context.close();
  const began = performance.now();
  copyModels(pail, user, { count, stepMs: Math.floor((40 * 365 * day) / count), newest });
  console.log(`${count} rows put in: ${((performance.now() - began) / 1000).toFixed(1)} s`);
  return user;
}

async function comparePages(pail: PailServer, small: TestUser, large: TestUser, many: number): Promise<void> {
  const times = { small: [] as number[], large: [] as number[] };
  let html: Buffer = Buffer.alloc(0);
  for (let round = 0; round < rounds; round += 1) {
    times.small.push(await timeOf(() => get(pail, small)));
    times.large.push(
      await timeOf(async () => {
        html = await get(pail, large);
      }),
    );
  }
  const [ofSmall, ofLarge] = [median(times.small), median(times.large)];
  console.log(
    `gallery page: ${ofSmall.toFixed(1)} ms of 1,000 pictures, ${ofLarge.toFixed(1)} ms of ${many}; ` +
      `${Math.round(html.length / 1000)} kB of HTML, ${Math.round(gzipSync(html).length / 1000)} kB compressed`,
  );
  console.log(ratioLine(`${many} to 1,000`, ofLarge / ofSmall, "at most 1.2"));
}

/** By the scrubber, to other years: until what is there is seen, first as rows to come and then as pictures. */
async function jump(pail: PailServer, browser: Browser, user: TestUser, many: number): Promise<void> {
  const page = await openPage(pail, browser, user);
  const times = await page.evaluate<{ rows: number[]; pictures: number[] }>(`(async () => {
    const frame = () => new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)));
    const slider = document.querySelector('[role="slider"]');
    const inSight = (selector) => [...document.querySelectorAll(selector)].some((element) => {
      const { top, bottom } = element.getBoundingClientRect();
      return bottom > 0 && top < innerHeight;
    });
    const rows = [], pictures = [];
    for (const key of ["End", "Home", ...Array(20).fill("PageDown"), ...Array(10).fill("PageUp")]) {
      const began = performance.now();
      slider.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
      do await frame(); while (!inSight("[data-blank], [data-id]"));
      rows.push(performance.now() - began);
      while (inSight("[data-blank]") || !inSight("[data-id]")) await frame();
      pictures.push(performance.now() - began);
      await new Promise((rested) => setTimeout(rested, 300));
    }
    return { rows, pictures };
  })()`);
  await page.close();
  for (const [what, list, mark] of [
    ["rows to come", times.rows, "at most 300 ms"],
    ["pictures", times.pictures, "none"],
  ] as const)
    console.log(
      `jump among ${many} to ${what}: ${median(list).toFixed(0)} ms, at most ${Math.max(...list).toFixed(0)} ms (mark: ${mark})`,
    );
}

/** From top to bottom, as fast as someone flings. */
async function scroll(pail: PailServer, browser: Browser, user: TestUser): Promise<void> {
  const page = await openPage(pail, browser, user);
  const bytes = [await rendererBytes(browser)];
  const found = await page.evaluate<{ frames: number; long: number[]; nodes: number }>(`(async () => {
    const long = [];
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) if (duration > 100) long.push(Math.round(duration));
    }).observe({ type: "longtask" });
    let frames = 0, nodes = 0;
    while (scrollY + innerHeight < document.documentElement.scrollHeight - 2) {
      scrollBy(0, 500);
      await new Promise(requestAnimationFrame);
      frames += 1;
      if (frames % 20 === 0) nodes = Math.max(nodes, document.querySelectorAll("*").length);
    }
    await new Promise((rested) => setTimeout(rested, 1000));
    return { frames, long, nodes };
  })()`);
  bytes.push(await rendererBytes(browser));
  await page.close();
  const [before = 0, after = 0] = bytes;
  console.log(
    `${scrolled} pictures scrolled through in ${found.frames} frames: ${found.long.length} tasks over 100 ms ` +
      `(${found.long.join(", ")}; mark: at most ${Math.ceil(found.frames / 1000)}), at most ${found.nodes} nodes (mark: 1500)`,
  );
  console.log(
    `the page's memory: ${(before / MB).toFixed(0)} MB before, ${(after / MB).toFixed(0)} MB after (mark: below 250 MB)`,
  );
}

async function openPage(pail: PailServer, browser: Browser, user: TestUser): Promise<PlainPage> {
  const page = await PlainPage.open(browser, `${pail.origin}/`, { name: "pail", value: user.token });
  await page.evaluate(`(async () => {
    while (document.querySelector(".timeline") === null) await new Promise((later) => setTimeout(later, 50));
  })()`);
  return page;
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

const agent = new http.Agent({ keepAlive: true });

function get(pail: PailServer, { token }: TestUser): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    http
      .get(pail.origin, { agent, headers: { cookie: `pail=${token}` } }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => {
          if (response.statusCode === 200) resolve(Buffer.concat(chunks));
          else reject(new Error(`the gallery answered ${response.statusCode}`));
        });
      })
      .on("error", reject);
  });
}
