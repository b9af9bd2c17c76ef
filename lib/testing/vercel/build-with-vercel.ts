import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";

const projectDir = path.resolve(import.meta.dirname, "..", "..", "..");
/** The newest that can be installed everywhere; .github/DEPLOY.md names it too. */
const cliVersion = "58.10.0";

/**
 * A copy of the project with its packages, as a host checks it out: no data, no build, nothing of Git. It is inside the project, so
 * that packages need not be copied but linked.
 */
export function checkOut(): { folder: string; remove(): void } {
  const parent = path.join(projectDir, ".copies");
  fs.mkdirSync(parent, { recursive: true });
  const folder = fs.mkdtempSync(path.join(parent, "vercel-"));
  const left = ["node_modules", ".next", ".copies", ".git", ".vercel", "data", "test-results"];
  for (const name of fs.readdirSync(projectDir).filter((one) => !left.includes(one)))
    fs.cpSync(path.join(projectDir, name), path.join(folder, name), { recursive: true });
  execFileSync("cp", ["-al", path.join(projectDir, "node_modules"), path.join(folder, "node_modules")]);
  return { folder, remove: () => fs.rmSync(folder, { recursive: true, force: true }) };
}

/** Vercel's command line, in a folder of its own, as it is ten times as large as Pail: PAIL_VERCEL_CLI names one to be used again. */
export function installCli(folder: string): string {
  const home = process.env.PAIL_VERCEL_CLI ?? folder;
  const { resolve } = createRequire(path.join(home, "package.json"));
  const find = () => path.join(path.dirname(resolve("vercel/package.json")), "dist", "vc.js");
  try {
    return find();
  } catch {
    fs.mkdirSync(home, { recursive: true });
    fs.writeFileSync(path.join(home, "package.json"), JSON.stringify({ private: true }));
    const args = ["install", "--no-audit", "--no-fund", `vercel@${cliVersion}`];
    execFileSync("npm", args, { cwd: home, stdio: ["ignore", "ignore", "inherit"] });
    return find();
  }
}

/** What a command has said, on both of its streams, and its exit code. */
export interface Said {
  code: number | null;
  log: string;
}

/** “vercel build --prod” in a project whose settings, as “vercel pull” writes them down, have these variables. */
export function buildForVercel(
  cli: string,
  project: string,
  settings: Record<string, string>,
): Promise<Said> {
  const folder = path.join(project, ".vercel");
  fs.mkdirSync(folder, { recursive: true });
  const link = { projectId: "prj_pail", orgId: "team_pail", settings: { framework: "nextjs" } };
  fs.writeFileSync(path.join(folder, "project.json"), JSON.stringify(link));
  fs.writeFileSync(path.join(folder, ".env.production.local"), asEnvFile(settings));
  return run(process.execPath, [cli, "build", "--prod", "--yes"], project, {
    CI: "1",
    VERCEL_TELEMETRY_DISABLED: "1",
    NO_UPDATE_NOTIFIER: "1",
  });
}

export const asEnvFile = (variables: Record<string, string>): string =>
  Object.entries(variables)
    .map(([name, value]) => `${name}='${value}'\n`)
    .join("");

/** Runs a program to its end with no variables but these, on the Node that runs this. */
export function run(
  program: string,
  args: string[],
  cwd: string,
  variables: Record<string, string> = {},
): Promise<Said> {
  const PATH = [path.join(cwd, "node_modules", ".bin"), process.env.PATH].join(path.delimiter);
  const env: Record<string, string> = { PATH, HOME: os.tmpdir(), ...variables };
  const stdio: ["ignore", "pipe", "pipe"] = ["ignore", "pipe", "pipe"];
  const child = spawn(program, args, { cwd, env: env as NodeJS.ProcessEnv, stdio });
  let log = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => {
      log += String(chunk);
    });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, log }));
  });
}
