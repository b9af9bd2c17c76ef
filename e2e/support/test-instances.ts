import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { startLocalBucket } from "@/lib/local-bucket/server";
import { copyProjectApart } from "@/lib/testing/project-copy";

// `npm run test:instances` runs the journeys on two instances, or those that Playwright's arguments name. The second build is made
// in a copy of the project; PAIL_OTHER_BUILD names the folder of one that is there.
const projectDir = path.resolve(import.meta.dirname, "..", "..");
const playwright = createRequire(import.meta.url).resolve("@playwright/test/cli");
/** Journeys that need one process or what is its own, each with its reason under “Several instances” in e2e/README.md. */
const journeysOfOne = new Set([
  "container",
  "deploy-journey",
  "first-run",
  "metrics",
  "older-data",
  "older-page",
  "overnight",
  "proxy",
  "remote-database",
  "standalone",
  "static",
  "store-journey",
]);
const journeys = readdirSync(path.join(projectDir, "e2e"))
  .flatMap((file) => /^(.+)\.spec\.ts$/.exec(file)?.[1] ?? [])
  .filter((name) => !journeysOfOne.has(name));

/** Of the others, what measures one process or reads its log. */
const leftOut = "connections that hold a body open at|what anyone can send and no page could";

const credentials = { accessKeyId: "AKIAINSTANCES", secretAccessKey: "a-secret-of-both" };
const region = "us-east-1";
const { PAIL_OTHER_BUILD } = process.env;
const copy = PAIL_OTHER_BUILD === undefined ? copyProjectApart() : null;
const dataDir = await mkdtemp(path.join(os.tmpdir(), "pail-instances-"));
const bucket = await startLocalBucket({ dataDir, region, credentials });
try {
  process.exitCode = await runPlaywright(process.argv.slice(2));
} finally {
  await bucket.close();
  await rm(dataDir, { recursive: true, force: true });
  copy?.remove();
}

function runPlaywright(args: string[]): Promise<number> {
  const chosen = args.length > 0 ? args : journeys.map((name) => `/${name}.spec.ts`);
  const env = {
    ...process.env,
    PAIL_OTHER_BUILD: PAIL_OTHER_BUILD ?? copy?.folder,
    S3_CONTRACT_ENDPOINT: bucket.url,
    S3_CONTRACT_REGION: region,
    S3_CONTRACT_ACCESS_KEY: credentials.accessKeyId,
    S3_CONTRACT_SECRET_KEY: credentials.secretAccessKey,
  };
  const command = [playwright, "test", "-c", "e2e/playwright.config.ts", ...chosen];
  command.push("--grep-invert", leftOut);
  const child = spawn(process.execPath, command, { cwd: projectDir, env, stdio: "inherit" });
  // Playwright ends by itself what it has started; then this ends.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
}
