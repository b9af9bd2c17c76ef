import type { Browser } from "@playwright/test";
import { PailServer } from "@/e2e/support/pail-server";
import { makePhotographs } from "@/e2e/support/photos";
import { launchChromium } from "./chromium";
import { median, ratioLine } from "./figures";

const photographs = 40;
const rounds = 5;
/** A phone on a slow line, as Lighthouse throttles it. */
const phone = {
  viewport: { width: 412, height: 823 },
  deviceScaleFactor: 1.75,
  isMobile: true,
  hasTouch: true,
};
const slowLine = {
  offline: false,
  latency: 150 * 3.75,
  downloadThroughput: 184_320,
  uploadThroughput: 84_375,
};
const cpuSlowdown = 4;

/** How late the largest picture of the gallery is on a slow phone; beside it, of the same page with lazy pictures and early scripts. */
export async function benchFirstView(): Promise<void> {
  const pail = await PailServer.start();
  const browser = await launchChromium();
  try {
    const user = pail.addUser();
    await addPhotographs(pail, browser, user.token);
    const times: { first: number[]; lazy: number[] } = { first: [], lazy: [] };
    for (let round = 0; round < rounds; round += 1) {
      times.first.push(await largestPaintMs(pail, browser, user.token, false));
      times.lazy.push(await largestPaintMs(pail, browser, user.token, true));
    }
    console.log(
      `first view of ${photographs} pictures on a slow phone: the largest is there after ` +
        `${median(times.first).toFixed(0)} ms, after ${median(times.lazy).toFixed(0)} ms where all are lazy`,
    );
    const ratios = times.first.map((time, index) => time / (times.lazy[index] ?? Number.NaN));
    console.log(ratioLine("fetched first to lazy", median(ratios), "at most 0.85"));
  } finally {
    await browser.close();
    await pail.stop();
  }
}

async function openPage(pail: PailServer, browser: Browser, token: string) {
  const context = await browser.newContext({ baseURL: pail.origin, ...phone });
  await context.addCookies([{ name: "pail", value: token, url: pail.origin }]);
  return { page: await context.newPage(), close: () => context.close() };
}

async function addPhotographs(pail: PailServer, browser: Browser, token: string): Promise<void> {
  const paths = (await makePhotographs(photographs, { megapixels: 3 })).map(({ path }) => path);
  const { page, close } = await openPage(pail, browser, token);
  await page.goto("/");
  await page.getByLabel("Choose pictures", { exact: true }).setInputFiles(paths);
  const count = "select count(*) as count from images";
  while (pail.query<{ count: number }>(count)[0]?.count !== photographs) await page.waitForTimeout(200);
  await close();
}

async function largestPaintMs(
  pail: PailServer,
  browser: Browser,
  token: string,
  isLazy: boolean,
): Promise<number> {
  const { page, close } = await openPage(pail, browser, token);
  // Both come by way of this process, so that both are as late.
  await page.route(
    (url) => url.href === `${pail.origin}/`,
    async (route) => {
      // Asked for as by a program, the page has its scripts as Next writes them.
      const accept = isLazy ? "*/*" : "text/html";
      const answer = await route.fetch({ headers: { ...route.request().headers(), accept } });
      const html = await answer.text();
      const body = isLazy ? withLazyPictures(html) : html;
      await route.fulfill({ response: answer, body });
    },
  );
  await page.addInitScript(() => {
    new PerformanceObserver((list) => {
      Object.assign(window, { largestMs: list.getEntries().at(-1)?.startTime });
    }).observe({ type: "largest-contentful-paint", buffered: true });
  });
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.emulateNetworkConditions", slowLine);
  await session.send("Emulation.setCPUThrottlingRate", { rate: cpuSlowdown });
  await page.goto("/");
  await page.waitForLoadState("networkidle");
  const largestMs = await page.evaluate(() => (window as unknown as { largestMs: number }).largestMs);
  await close();
  return largestMs;
}

const withLazyPictures = (html: string): string =>
  html
    .replace(/<link rel="(preload" as="image|preconnect)"[^>]*>/g, "")
    .replaceAll('loading="eager" fetchPriority="high" decoding="sync"', 'loading="lazy" decoding="async"');
