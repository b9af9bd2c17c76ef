import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import { AppError } from "@/lib/errors";
import { type Ceph, startCeph } from "./ceph/start-ceph";

// `npm run test:ceph` runs what any store must pass; arguments, which are vitest's, take its place. With --browser first it
// runs the browser tests, with the arguments that follow, which are Playwright's.
const contract = [
  "lib/local-bucket/contract",
  "lib/storage/storage.test.ts",
  "lib/storage/static-files.test.ts",
  "lib/storage/setup",
  "lib/storage/doctor",
  "lib/uploads/iam-policy.test.ts",
  "lib/uploads/uploads.test.ts",
  "lib/images/images.test.ts",
];
const signals = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

const interruption = new AbortController();
let exitCode: number | undefined;
for (const [signal, code] of Object.entries(signals)) {
  process.on(signal, () => {
    exitCode ??= code;
    interruption.abort(new AppError("interrupted", "Interrupted."));
  });
}
const ended = await main(process.argv.slice(2));
process.exit(exitCode ?? ended);

async function main(args: string[]): Promise<number> {
  try {
    const ceph = await startCeph(interruption.signal);
    try {
      return await runTests(ceph, programOf(args));
    } finally {
      await ceph.stop();
    }
  } catch (error) {
    console.error(
      error instanceof AppError ? error.message : `test:ceph failed: ${(error as Error).message}`,
    );
    return 1;
  }
}

/** The test runner and its arguments. */
function programOf([first, ...rest]: string[]): string[] {
  const { resolve } = createRequire(import.meta.url);
  if (first === "--browser")
    return [resolve("@playwright/test/cli"), "test", "-c", "e2e/playwright.config.ts", ...rest];
  const vitest = path.join(path.dirname(resolve("vitest/package.json")), "vitest.mjs");
  const files = first === undefined ? contract : [first, ...rest];
  return [vitest, "run", "--config", "lib/vitest.config.ts", ...files];
}

/** The exit code of a test runner, with the contract's variables pointing at the gateway. */
function runTests({ endpoint, region, credentials, stranger }: Ceph, program: string[]): Promise<number> {
  const child = spawn(process.execPath, program, {
    cwd: path.resolve(import.meta.dirname, "..", "..", ".."),
    stdio: "inherit",
    env: {
      ...process.env,
      S3_CONTRACT_ENDPOINT: endpoint,
      S3_CONTRACT_REGION: region,
      S3_CONTRACT_ACCESS_KEY: credentials.accessKeyId,
      S3_CONTRACT_SECRET_KEY: credentials.secretAccessKey,
      S3_CONTRACT_QUIRKS: "ceph",
      S3_CONTRACT_STRANGER: JSON.stringify(stranger),
    },
  });
  interruption.signal.addEventListener("abort", () => child.kill("SIGTERM"));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1));
  });
}
