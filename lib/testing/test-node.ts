import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";

// `npm run test:node -- 22` runs the unit tests and one browser journey on the newest Node 22, or on any version given whole.
const projectDir = path.resolve(import.meta.dirname, "..", "..");
const { resolve } = createRequire(import.meta.url);
const vitest = path.join(path.dirname(resolve("vitest/package.json")), "vitest.mjs");
const runs = [
  [vitest, "run", "--config", "lib/vitest.config.ts"],
  ["--import", "tsx", "e2e/support/find-chromium.ts"],
  [resolve("@playwright/test/cli"), "test", "-c", "e2e/playwright.config.ts", "upload.spec.ts"],
];

const [version = ""] = process.argv.slice(2);
if (!/^\d+(\.\d+\.\d+)?$/.test(version)) {
  console.error("Say which Node: npm run test:node -- 22");
  process.exit(2);
}
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "pail-node-"));
try {
  process.exitCode = await main();
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}

async function main(): Promise<number> {
  const node = installNode();
  if (node === null) {
    console.error(`Node ${version} could not be installed.`);
    return 1;
  }
  const { stdout } = spawnSync(node, ["--version"], { encoding: "utf8" });
  for (const args of runs) {
    console.log(`Node ${stdout.trim()}: ${path.relative(projectDir, args.join(" "))}`);
    const code = await run(node, args);
    if (code !== 0) return code;
  }
  return 0;
}

/** The path of its binary; null where it cannot be had. */
function installNode(): string | null {
  const wanted = { private: true, dependencies: { node: version }, allowScripts: { node: true } };
  fs.writeFileSync(path.join(folder, "package.json"), JSON.stringify(wanted));
  const { status } = spawnSync("npm", ["install", "--no-audit", "--no-fund"], {
    cwd: folder,
    stdio: "inherit",
  });
  const node = path.join(folder, "node_modules", "node", "bin", "node");
  return status === 0 && fs.existsSync(node) ? node : null;
}

function run(node: string, args: string[]): Promise<number> {
  const PATH = [path.dirname(node), process.env.PATH].join(path.delimiter);
  const child = spawn(node, args, { cwd: projectDir, stdio: "inherit", env: { ...process.env, PATH } });
  return new Promise((done, fail) => {
    child.once("error", fail);
    child.once("close", (code) => done(code ?? 1));
  });
}
