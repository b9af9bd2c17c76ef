import { defineConfig } from "@playwright/test";
import type { Options } from "./fixtures";

// Playwright runs the tests, and none of its browsers: they are the system's. Each run empties its folder as it begins.
process.env.PAIL_TEST_RUN ??= String(process.pid);

export default defineConfig<object, Options>({
  testDir: ".",
  outputDir: `../../test-results/${process.env.PAIL_TEST_RUN}`,
  workers: "100%",
  // Slow machines are slow, not broken: limits here only end what hangs.
  timeout: 300_000,
  expect: { timeout: 90_000 },
  // See “A second try” in ../README.md.
  retries: 1,
  forbidOnly: process.env.CI !== undefined,
  reporter: [["list"]],
  projects: [
    { name: "firefox", use: { kind: "firefox" } },
    { name: "private firefox", use: { kind: "private firefox" }, grep: /reload/ },
    { name: "webkit", use: { kind: "webkit" } },
  ],
});
