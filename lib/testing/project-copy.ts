import fs from "node:fs";
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
];

/** A copy of the project for a build of its own. It is inside the project, so that it finds the same packages. */
export function copyProject(): { folder: string; remove(): void } {
  const parent = path.join(projectDir, ".copies");
  fs.mkdirSync(parent, { recursive: true });
  const folder = fs.mkdtempSync(path.join(parent, "pail-"));
  for (const name of copied)
    fs.cpSync(path.join(projectDir, name), path.join(folder, name), {
      recursive: true,
      filter: (source) => path.basename(source) !== "node_modules",
    });
  return { folder, remove: () => fs.rmSync(folder, { recursive: true, force: true }) };
}
