import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import type { StartedStore } from "./start-store";
import { type StoreName, stores } from "./stores";
import { type Outcome, readPlaywrightReport, readVitestReport } from "./test-reports";

/** What any store must pass. */
const contract = [
  "lib/local-bucket/contract",
  "lib/storage/storage.test.ts",
  "lib/storage/static-files.test.ts",
  "lib/storage/setup",
  "lib/storage/doctor",
  "lib/uploads/iam-policy.test.ts",
  "lib/uploads/uploads.test.ts",
  "lib/images/images.test.ts",
  "lib/upkeep/rebuild.test.ts",
];

const projectDir = path.resolve(import.meta.dirname, "..", "..", "..");
const { resolve } = createRequire(import.meta.url);
const vitest = path.join(path.dirname(resolve("vitest/package.json")), "vitest.mjs");
const playwright = resolve("@playwright/test/cli");

/** Runs what any store must pass, or what vitest's arguments say instead. */
export async function runContract(name: StoreName, store: StartedStore, args: string[]): Promise<Outcome> {
  return await withReport(async (file) => {
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
    const chosen = args.length === 0 ? contract : args;
    const program = [vitest, "run", "--config", "lib/vitest.config.ts", ...reporters, ...chosen];
    const exitCode = await run(program, variablesOf(name, store), store.signal);
    return await readVitestReport(file, exitCode);
  });
}

/** Runs the journey that every store must stand, in a browser. */
export async function runJourney(name: StoreName, store: StartedStore): Promise<Outcome> {
  return await runPlaywright(["store-journey"], { STORE_JOURNEY: name }, name, store);
}

/** Runs the other browser tests, or those of them that Playwright's arguments name. */
export async function runBrowser(name: StoreName, store: StartedStore, args: string[]): Promise<Outcome> {
  return await runPlaywright(args, {}, name, store);
}

async function runPlaywright(
  args: string[],
  more: NodeJS.Dict<string>,
  name: StoreName,
  store: StartedStore,
): Promise<Outcome> {
  const variables = { ...variablesOf(name, store), ...more };
  await run(["--import", "tsx", "e2e/support/find-chromium.ts"], variables, store.signal);
  return await withReport(async (file) => {
    const program = [playwright, "test", "-c", "e2e/playwright.config.ts", "--reporter=list,json", ...args];
    const output = { PLAYWRIGHT_JSON_OUTPUT_NAME: file };
    const exitCode = await run(program, { ...variables, ...output }, store.signal);
    return await readPlaywrightReport(file, exitCode);
  });
}

async function withReport(work: (file: string) => Promise<Outcome>): Promise<Outcome> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "pail-report-"));
  try {
    return await work(path.join(folder, "report.json"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function variablesOf(name: StoreName, store: StartedStore): NodeJS.Dict<string> {
  const { endpoint, region, credentials, stranger } = store;
  return {
    S3_CONTRACT_ENDPOINT: endpoint,
    S3_CONTRACT_REGION: region,
    S3_CONTRACT_ACCESS_KEY: credentials.accessKeyId,
    S3_CONTRACT_SECRET_KEY: credentials.secretAccessKey,
    S3_CONTRACT_QUIRKS: stores[name].quirks,
    S3_CONTRACT_STRANGER: stranger && JSON.stringify(stranger),
    // Someone's own would be used beside the store's keys.
    AWS_SESSION_TOKEN: undefined,
    AWS_PROFILE: undefined,
  };
}

/** The exit code of a test runner. Throws the signal's reason once it is aborted. */
async function run(program: string[], variables: NodeJS.Dict<string>, signal: AbortSignal): Promise<number> {
  signal.throwIfAborted();
  const child = spawn(process.execPath, program, {
    cwd: projectDir,
    stdio: "inherit",
    env: { ...process.env, ...variables },
  });
  const end = () => child.kill("SIGTERM");
  signal.addEventListener("abort", end);
  const exitCode = await new Promise<number>((done, fail) => {
    child.once("error", fail);
    child.once("close", (code) => done(code ?? 1));
  });
  signal.removeEventListener("abort", end);
  signal.throwIfAborted();
  return exitCode;
}
