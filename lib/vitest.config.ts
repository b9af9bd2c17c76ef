import { defineConfig } from "vitest/config";

export default defineConfig({
  root: new URL("..", import.meta.url).pathname,
  resolve: { tsconfigPaths: true },
  ssr: { resolve: { conditions: ["react-server", "node", "development|production"] } },
  test: {
    include: ["lib/**/*.test.ts", "app/**/*.test.ts"],
    setupFiles: ["lib/testing/quiet-log.ts"],
    // The tests wait as much as they work.
    maxWorkers: "100%",
    // These machines may be slow: a limit here only ends what hangs.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
