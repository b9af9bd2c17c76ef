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
  /** Complaints that this test provokes and so expects on the console. */
  expectedErrors: RegExp[];
}

/** What WebKitGTK says of a directive that Safari knows, and of a service worker that is fetched while its page is left. */
const saidByWebKit = [
  /Unrecognized Content-Security-Policy directive 'manifest-src'/,
  /Cannot load \S+\/worker\.js due to access control checks/,
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
  hand: async ({ kind, pail, expectedErrors }, use, info) => {
    const page = await open(kind);
    try {
      const hand = new Hand(page, pail.origin);
      await use(hand);
      if (info.status !== info.expectedStatus)
        await info.attach("page", { body: await hand.describe(), contentType: "text/plain" });
      const errors = await page.readErrors();
      const isExpected = (error: string) =>
        [...expectedErrors, ...saidByWebKit].some((expected) => expected.test(error));
      expect(errors.filter((error) => !isExpected(error))).toEqual([]);
    } finally {
      await page.close();
    }
  },
});

async function open(kind: Options["kind"]): Promise<BrowserPage> {
  if (kind === "webkit") return openWebKit();
  const executablePath = (await findOnPath("firefox-esr")) ?? "";
  return openFirefox({ executablePath, isPrivate: kind === "private firefox" });
}

export { expect };
