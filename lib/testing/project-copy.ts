import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

const projectDir = path.resolve(import.meta.dirname, "..", "..");
const copied = [
  "app",
  "lib",
  "drizzle",
  "public",
  "proxy.ts",
  "instrumentation.ts",
  "next.config.js",
  "tsconfig.json",
  "package.json",
  "package-lock.json",
];

/** A copy of the project for a build of its own. It is inside the project, so that it finds the same packages. */
export function copyProject(): { folder: string; remove(): void } {
  const parent = path.join(projectDir, ".copies");
  fs.mkdirSync(parent, { recursive: true });
  return copyTo(fs.mkdtempSync(path.join(parent, "pail-")));
}

/** A copy elsewhere with packages of its own, as another machine has it: links to their files, where they are on the same disk. */
export function copyProjectApart(): { folder: string; remove(): void } {
  const copy = copyTo(fs.mkdtempSync(path.join(os.tmpdir(), "pail-copy-")));
  const packages = path.join(projectDir, "node_modules");
  const place = path.join(copy.folder, "node_modules");
  if (spawnSync("cp", ["-al", packages, place]).status !== 0) {
    fs.rmSync(place, { recursive: true, force: true });
    fs.cpSync(packages, place, { recursive: true, verbatimSymlinks: true });
  }
  fs.rmSync(path.join(place, ".cache"), { recursive: true, force: true });
  return copy;
}

function copyTo(folder: string): { folder: string; remove(): void } {
  for (const name of copied)
    fs.cpSync(path.join(projectDir, name), path.join(folder, name), {
      recursive: true,
      filter: (source) => path.basename(source) !== "node_modules",
    });
  return { folder, remove: () => fs.rmSync(folder, { recursive: true, force: true }) };
}
