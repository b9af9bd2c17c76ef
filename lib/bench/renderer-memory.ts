import fs from "node:fs";
import type { Browser } from "@playwright/test";

/** What the largest renderer holds that it shares with nobody, workers included. */
export async function rendererBytes(browser: Browser): Promise<number> {
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
