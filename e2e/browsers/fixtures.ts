import { test as base, expect } from "@playwright/test";
import { findOnPath } from "@/lib/testing/stores/programs";
import { PailServer } from "../support/pail-server";
import type { BrowserPage } from "./browser-page";
import { openFirefox } from "./firefox";
import { Hand } from "./hand";
import { openWebKit } from "./webkit";

export interface Options {
  kind: "firefox" | "private firefox" | "webkit";
  /** further variables of the server */
  env: Record<string, string>;
}

interface Fixtures {
  hand: Hand;
  /** further settings of Firefox */
  prefs: Record<string, string | number | boolean>;
  /** Complaints that this test provokes and so expects on the console. */
  expectedErrors: RegExp[];
}

/** Of a directive that Safari knows, and of what a service worker was fetching, or is itself fetched, while its page is left. */
const alwaysSaid = [
  /Unrecognized Content-Security-Policy directive 'manifest-src'/,
  /Cannot load \S+\/worker\.js due to access control checks/,
  /Failed to load ‘\S+’\. A ServiceWorker intercepted the request/,
];

/** A browser and a person for each test, on a server that a browser's tests share. Whatever stands on the console fails a test. */
export const test = base.extend<Fixtures, { pail: PailServer } & Options>({
  kind: ["firefox", { option: true, scope: "worker" }],
  env: [{}, { option: true, scope: "worker" }],
  pail: [
    async ({ env }, use) => {
      const pail = await PailServer.start({ env });
      await use(pail);
      await pail.stop();
    },
    { scope: "worker", timeout: 300_000 },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's shape.
  expectedErrors: async ({}, use) => use([]),
  prefs: [{}, { option: true }],
  hand: async ({ kind, prefs, pail, expectedErrors }, use, info) => {
    const page = await open(kind, prefs);
    try {
      const hand = new Hand(page, pail.origin);
      await use(hand);
      if (info.status !== info.expectedStatus)
        await info.attach("page", { body: await hand.describe(), contentType: "text/plain" });
      const errors = await page.readErrors();
      const isExpected = (error: string) =>
        [...expectedErrors, ...alwaysSaid].some((expected) => expected.test(error));
      expect(errors.filter((error) => !isExpected(error))).toEqual([]);
    } finally {
      await page.close();
    }
  },
});

async function open(kind: Options["kind"], prefs: Fixtures["prefs"]): Promise<BrowserPage> {
  if (kind === "webkit") return openWebKit();
  const executablePath = (await findOnPath("firefox-esr")) ?? "";
  return openFirefox({ executablePath, isPrivate: kind === "private firefox", prefs });
}

export { expect };
