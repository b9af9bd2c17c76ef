import fs from "node:fs";
import path from "node:path";
import { AppError } from "@/lib/errors";
import { buildDir, buildStandalonePages, staticDir } from "./build";
import type { Command } from "./command";
import { isPacked, projectDir } from "./program";

/** Native, or found by files that lie beside them: they come along as they were installed, by what Next has found they need. */
const installed = ["next", "better-sqlite3", "sharp", "@node-rs/argon2", "libheif-js", "thumbhash"];

const amongSources = "npm run manage --";

const server = `// node server.js starts Pail; node server.js <command> is what "npm run manage -- <command>" is among the sources.
if (Number(process.versions.node.split(".")[0]) < 22) {
  console.error(\`Pail needs Node 22 or newer, and this is \${process.version}.\`);
  process.exit(1);
}
if (process.argv.length === 2) process.argv.push("start");
await import("./lib/commands/cli.js");
`;

export const standaloneCommand: Command = {
  usage: "[--to FOLDER]   (dist unless told)",
  options: { to: { type: "string" } },
  async run({ to = "dist" }) {
    if (isPacked)
      throw new AppError("usage", "This is a packed Pail already. Pack another from the sources.");
    const folder = path.resolve(String(to));
    requireReplaceable(folder);
    await buildStandalonePages(say);
    const aside = `${folder}.new`;
    fs.rmSync(aside, { recursive: true, force: true });
    assemble(aside);
    await pack(aside);
    sayOwnProgram(path.join(aside, "lib", "commands"));
    sayOwnProgram(path.join(aside, ".next", "server"));
    fs.rmSync(folder, { recursive: true, force: true });
    fs.renameSync(aside, folder);
    const bytes = sizeOf(folder);
    return {
      data: { folder, bytes },
      text: `${folder} is whole (${Math.round(bytes / 1e6)} MB): node server.js`,
    };
  },
};

/** Throws AppError `usage` where there is something else than an older one. */
function requireReplaceable(folder: string): void {
  if (!fs.existsSync(folder) || fs.existsSync(path.join(folder, "lib", "commands", "cli.js"))) return;
  throw new AppError(
    "usage",
    `${folder} holds something else. Name a folder that is not there yet: --to FOLDER`,
  );
}

/** What Next found that its pages need, and what it leaves to whoever deploys them. */
function assemble(folder: string): void {
  // Links as they are: made absolute, they would lead back to the folder of the build.
  const copy = (from: string, to: string) =>
    fs.cpSync(from, path.join(folder, to), { recursive: true, verbatimSymlinks: true });
  copy(path.join(buildDir, "standalone"), ".");
  fs.rmSync(path.join(buildDir, "standalone"), { recursive: true });
  copy(staticDir, ".next/static");
  copy(path.join(projectDir, "public"), "public");
  copy(path.join(projectDir, "LICENSE"), "LICENSE");
  const migrations = fs.readdirSync(path.join(projectDir, "drizzle")).filter((name) => name.endsWith(".sql"));
  for (const name of [...migrations, "meta/_journal.json"])
    copy(path.join(projectDir, "drizzle", name), `drizzle/${name}`);
  const { name, version, license } = JSON.parse(
    fs.readFileSync(path.join(projectDir, "package.json"), "utf8"),
  );
  fs.writeFileSync(
    path.join(folder, "package.json"),
    JSON.stringify({ name, version, license, type: "module" }),
  );
  fs.writeFileSync(path.join(folder, "server.js"), server);
  const prebuilds = path.join(folder, "node_modules", "better-sqlite3", "prebuilds");
  for (const file of fs.readdirSync(prebuilds))
    if (!file.startsWith(process.platform)) fs.rmSync(path.join(prebuilds, file));
}

/**
 * The commands, in one folder at the depth of their sources: what lies in other folders, like the migrations, is found from there.
 * Each is a file of its own, so that a start loads no more than it needs.
 */
async function pack(folder: string): Promise<void> {
  const { build } = await import("esbuild");
  await build({
    absWorkingDir: projectDir,
    entryPoints: { "lib/commands/cli": "lib/cli.ts" },
    outdir: folder,
    chunkNames: "lib/commands/[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node22",
    conditions: ["react-server"],
    external: [...installed, "esbuild"],
    // Packages that are CommonJS ask for Node's own modules in this way.
    banner: {
      js: 'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);',
    },
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: "none",
    logLevel: "silent",
  });
}

/** Sentences and lines of the log name commands as they are called among the sources. */
function sayOwnProgram(folder: string): void {
  for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
    // A route may be a folder of such a name.
    if (!entry.isFile() || !entry.name.endsWith(".js")) continue;
    const file = path.join(entry.parentPath, entry.name);
    const text = fs.readFileSync(file, "utf8");
    if (text.includes(amongSources)) fs.writeFileSync(file, text.replaceAll(amongSources, "node server.js"));
  }
}

function sizeOf(place: string): number {
  const stat = fs.lstatSync(place);
  if (!stat.isDirectory()) return stat.size;
  return fs.readdirSync(place).reduce((bytes, name) => bytes + sizeOf(path.join(place, name)), 0);
}

// Standard output belongs to the answer.
const say = (line: string): void => console.error(line);
