import { execFileSync, spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "@playwright/test";

/** The path of a Chromium that runs here: CHROMIUM_PATH, Playwright's own, or the system's. null where there is none. */
export function findChromium(): string | null {
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
  const candidates = [process.env.CHROMIUM_PATH, chromium.executablePath(), ...names.map(onPath)];
  return candidates.find((candidate) => candidate !== undefined && runs(candidate)) ?? null;
}

function onPath(name: string): string | undefined {
  return (process.env.PATH ?? "")
    .split(path.delimiter)
    .map((folder) => path.join(folder, name))
    .find(runs);
}

/** A download can lack the libraries that it needs, so it is not enough that the file is there. */
function runs(file: string): boolean {
  return spawnSync(file, ["--version"], { timeout: 30_000 }).status === 0;
}

/** Playwright's download first; where that cannot be had, the system's package manager. */
function installChromium(): void {
  const playwright = createRequire(import.meta.url).resolve("@playwright/test/cli");
  say("No Chromium here. Downloading Playwright’s …");
  if (attempt(process.execPath, [playwright, "install", "chromium"]) && findChromium() !== null) return;
  const asRoot = process.getuid?.() === 0 ? [] : ["sudo", "-n"];
  say("That did not work. Installing the system’s chromium with apt-get …");
  const steps = [
    [...asRoot, "apt-get", "update"],
    [...asRoot, "apt-get", "install", "-y", "--no-install-recommends", "chromium"],
  ];
  for (const [command = "", ...args] of steps) attempt(command, args);
}

function attempt(command: string, args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: ["ignore", "ignore", "pipe"], timeout: 10 * 60_000 });
    return true;
  } catch (error) {
    say(
      `  ${String((error as { stderr?: unknown }).stderr ?? error)
        .trim()
        .split("\n")
        .at(-1)}`,
    );
    return false;
  }
}

const say = (line: string): void => console.log(line);

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  if (findChromium() === null) installChromium();
  const found = findChromium();
  if (found === null) {
    console.error(
      "No Chromium could be found or installed. Install one, or name it: CHROMIUM_PATH=/path/to/chromium",
    );
    process.exit(1);
  }
  say(`Browser tests use ${found}`);
}
