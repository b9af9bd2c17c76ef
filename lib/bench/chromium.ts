import { type Browser, chromium, type Page } from "@playwright/test";
import { findChromium } from "@/e2e/support/find-chromium";

export const launchChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath: findChromium() ?? "",
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
  });

/** The bucket is on this machine; an uplink makes sending take the time that it takes from a home. */
export const uplinkOf = (uploadBytesPerSecond: number) => ({
  ...{ offline: false, latency: 0, downloadThroughput: -1 },
  uploadThroughput: uploadBytesPerSecond,
});

export async function narrow(page: Page, uploadBytesPerSecond: number): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.emulateNetworkConditions", uplinkOf(uploadBytesPerSecond));
}
