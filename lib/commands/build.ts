import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { childEnv, env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { withBuildLock } from "./build-lock";
import { compressAssets } from "./compress-assets";
import { isPacked, projectDir } from "./program";

const sources = [
  "app",
  "lib",
  "public",
  "proxy.ts",
  "instrumentation.ts",
  "next.config.js",
  "tsconfig.json",
  "package-lock.json",
];
/** Pages are made of none of these: see lib/floors.test.ts. */
const besidePages = ["lib/testing", "lib/bench", "lib/commands", "lib/local-bucket", "lib/cli.ts"].map(
  (name) => path.join(projectDir, name),
);
export const buildDir = path.join(projectDir, ".next");
export const staticDir = path.join(buildDir, "static");
/** Says of which sources the build is: written last, so that a build that was cut short counts as none. */
const stampFile = path.join(buildDir, "pail-sources");
const lockFile = path.join(projectDir, "node_modules", ".cache", "pail-build.lock");

/** Builds the pages unless there is a build of just these sources. Two at once: one builds, the other waits for it. */
export async function buildIfStale(say: (line: string) => void): Promise<void> {
  if (isFresh()) return;
  await withBuildLock(lockFile, say, async () => {
    if (isFresh()) return;
    say("Building the pages (once; this takes about half a minute) …");
    await buildPages();
  });
}

/** Builds them in any case, with all that they need beside them: in `standalone`, in the folder of the build. */
export async function buildStandalonePages(say: (line: string) => void): Promise<void> {
  await withBuildLock(lockFile, say, async () => {
    say("Building the pages …");
    await buildPages({ PAIL_STANDALONE: "1" });
  });
}

/** As `npm start` serves them. Of which sources they are is known before: what changes meanwhile may not be in them. */
async function buildPages(variables?: Record<string, string>): Promise<void> {
  const built = hashSources();
  await runNextBuild("kept", variables);
  await compressAssets(staticDir);
  fs.writeFileSync(stampFile, built);
}

/** Whether the pages are those of just these sources. */
export const isFresh = (): boolean =>
  isPacked || (fs.existsSync(stampFile) && fs.readFileSync(stampFile, "utf8") === hashSources());

function hashSources(): string {
  const hash = createHash("sha256").update(env().staticUrl ?? "");
  for (const file of sources.flatMap((name) => filesUnder(path.join(projectDir, name))).sort()) {
    hash
      .update(`${path.relative(projectDir, file)}\0`)
      .update(fs.readFileSync(file))
      .update("\0");
  }
  return hash.digest("hex");
}

function filesUnder(place: string): string[] {
  if (!fs.existsSync(place) || besidePages.includes(place)) return [];
  if (!fs.statSync(place).isDirectory()) return /\.test\.tsx?$|\.md$/.test(place) ? [] : [place];
  return fs.readdirSync(place).flatMap((name) => filesUnder(path.join(place, name)));
}

/** @param output is kept for the error that tells of its failure, or shown on standard error as it comes */
export async function runNextBuild(
  output: "kept" | "shown",
  variables: Record<string, string> = {},
): Promise<void> {
  fs.rmSync(stampFile, { force: true });
  const sourcesHash = hashSources();
  const next = createRequire(import.meta.url).resolve("next/dist/bin/next");
  const child = spawn(process.execPath, [next, "build"], {
    cwd: projectDir,
    env: childEnv({
      NODE_ENV: "production",
      NODE_OPTIONS: "",
      NEXT_TELEMETRY_DISABLED: "1",
      ...alikeOf(sourcesHash),
      ...variables,
    }),
    stdio: output === "kept" ? ["ignore", "pipe", "pipe"] : ["ignore", 2, 2],
  });
  const said = collectOutput(child);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code === 0) return;
  const why = output === "kept" ? `:\n${said.join("").trimEnd()}` : ", as said above.";
  throw new AppError("build_failed", `The pages could not be built${why}`);
}

/**
 * Two builds of the same sources are to be the same to a browser, wherever they are made: behind a balancer a page of the one asks
 * the other for its scripts and its actions. The key would hide what a page hands to its actions, and ours hand them nothing: see
 * “Several instances” in README.md.
 */
const alikeOf = (sourcesHash: string): Record<string, string> => ({
  PAIL_BUILD_ID: sourcesHash.slice(0, 20),
  NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: createHash("sha256")
    .update(`actions of ${sourcesHash}`)
    .digest("base64"),
});

function collectOutput(child: ChildProcess): string[] {
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk) => output.push(String(chunk)));
  return output;
}
