import { defineConfig, devices } from "@playwright/test";
import { findChromium } from "./support/find-chromium";

const asRoot = process.getuid?.() === 0;
// Each run empties its folder as it begins; two at once must not empty one another's. Workers inherit it.
process.env.PAIL_TEST_RUN ??= String(process.pid);

export default defineConfig({
  testDir: ".",
  // `npm run test:stores` has the store that the one journey needs, `npm run test:deploy`, `test:standalone` and `test:container` the
  // time that others take, and `npm run test:browsers` the other browsers.
  testIgnore: [
    "browsers/**",
    ...(process.env.STORE_JOURNEY === undefined ? ["store-journey.spec.ts"] : []),
    ...(process.env.DEPLOY_JOURNEY === undefined ? ["deploy-journey.spec.ts"] : []),
    ...(process.env.PACKED_JOURNEYS === undefined ? ["standalone.spec.ts", "container.spec.ts"] : []),
  ],
  outputDir: `../test-results/${process.env.PAIL_TEST_RUN}`,
  // A worker has a server of its own.
  workers: "100%",
  // Slow machines are slow, not broken: limits here only end what hangs.
  timeout: 180_000,
  expect: { timeout: 30_000 },
  // See “A second try” in README.md.
  retries: 1,
  forbidOnly: process.env.CI !== undefined,
  reporter: [["list"]],
  use: {
    ...devices["Desktop Chrome"],
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: findChromium() ?? "",
      args: [
        ...(asRoot ? ["--no-sandbox"] : []),
        // A name that is no secure context, as in a home network.
        "--host-resolver-rules=MAP pail.test 127.0.0.1",
        "--disable-background-networking",
        "--disable-component-update",
      ],
    },
  },
});
