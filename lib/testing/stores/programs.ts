import { constants } from "node:fs";
import { access, mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { AppError } from "@/lib/errors";
import type { Processes } from "./processes";

/** The program that a store is. */
export interface Program {
  /** as it is called in PATH */
  name: string;
  /** what it is built of; null where it has to be there */
  source: Source | null;
  /** the arguments with which it says its version; --version where nothing is said */
  versionArgs?: string[];
}

/** Its newest release, as Go's module proxy has it; or one of crates.io. */
type Source =
  | { tool: "go"; module: string; package: string }
  | { tool: "cargo"; crate: string; features: string };

/** Building takes minutes: only what hangs takes this long. In milliseconds. */
const buildLimitMs = 45 * 60_000;
const toolAdvice = {
  go: "Install Go (go.dev/dl, or Debian's golang-go)",
  cargo: "Install Rust (rustup.rs)",
} as const;

/** Why a program cannot be had here, as a sentence; null where it is here or can be built. */
export async function findObstacle(program: Program): Promise<string | null> {
  if ((await findProgram(program)) !== null) return null;
  const { name, source } = program;
  if (source === null)
    return `There is no ${name} here. Put it in PATH, or in the folder that STORES_BIN names.`;
  if ((await findOnPath(source.tool)) !== null) return null;
  const otherwise = `put ${name} in PATH or in the folder that STORES_BIN names`;
  return `There is no ${source.tool} here to build ${name} with. ${toolAdvice[source.tool]}, or ${otherwise}.`;
}

/** Where the program is; it is built first where it is not here yet. Throws AppError where it cannot be had. */
export async function getProgram(program: Program, processes: Processes): Promise<string> {
  const found = await findProgram(program);
  if (found !== null) return found;
  const obstacle = await findObstacle(program);
  if (program.source === null || obstacle !== null)
    throw new AppError("test_store_missing", obstacle ?? `There is no ${program.name} here.`);
  return await build(program.name, program.source, processes);
}

/** As it is in STORES_BIN or PATH, or as it was built before; else null. */
async function findProgram({ name, source }: Program): Promise<string | null> {
  const { STORES_BIN = "", PATH = "" } = process.env;
  const built = source === null ? [] : [cacheFolder(name, source)];
  return await findOnPath(name, [STORES_BIN, ...PATH.split(path.delimiter), ...built]);
}

/** The path of a program that can be run, in the first folder that has it; null where none has. */
export async function findOnPath(
  name: string,
  folders = (process.env.PATH ?? "").split(path.delimiter),
): Promise<string | null> {
  for (const folder of folders.filter(Boolean)) {
    const file = path.resolve(folder, name);
    const [there] = await Promise.allSettled([access(file, constants.X_OK)]);
    if (there.status === "fulfilled") return file;
  }
  return null;
}

/** Outside of the project, and kept: removing it has the program built anew. */
function cacheFolder(name: string, source: Source): string {
  const { XDG_CACHE_HOME } = process.env;
  const caches = XDG_CACHE_HOME ? path.resolve(XDG_CACHE_HOME) : path.join(os.homedir(), ".cache");
  return path.join(caches, "pail-stores", source.tool === "go" ? name : source.crate);
}

/** Builds it aside and moves it in once it is whole: another run may be building the same. */
async function build(name: string, source: Source, processes: Processes): Promise<string> {
  const folder = cacheFolder(name, source);
  await mkdir(folder, { recursive: true });
  const aside = await mkdtemp(path.join(folder, ".build-"));
  console.error(`Building ${name} with ${source.tool}: some minutes, once …`);
  try {
    if (source.tool === "go") {
      const env = { CGO_ENABLED: "0", GOBIN: aside, GOFLAGS: "" };
      await processes.run("go", ["install", `${source.package}@latest`], { env, limitMs: buildLimitMs });
      await rename(path.join(aside, name), path.join(folder, name));
    } else {
      const choices = ["--debug", "--no-default-features", "--features", source.features];
      const args = ["install", source.crate, ...choices, "--root", aside];
      await processes.run("cargo", args, { limitMs: buildLimitMs });
      await rename(path.join(aside, "bin", name), path.join(folder, name));
    }
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  return path.join(folder, name);
}

/** The release that a program says it is, or that Go wrote into it. */
export async function versionOf(
  file: string,
  { source, versionArgs = ["--version"] }: Program,
  processes: Processes,
): Promise<string> {
  const released = source?.tool === "go" ? await moduleVersion(file, source.module) : null;
  if (released !== null) return released;
  const [line = ""] = (await processes.run(file, versionArgs)).split("\n");
  return line.trim();
}

/** Of a program that was built from a module's release; null where it was built from a working copy. */
async function moduleVersion(file: string, module: string): Promise<string | null> {
  const program = await readFile(file);
  const mark = `mod\t${module}\t`;
  const at = program.indexOf(mark);
  if (at < 0) return null;
  const rest = program.subarray(at + mark.length, at + mark.length + 100).toString("latin1");
  return /^v\d[\w.+-]*/.exec(rest)?.[0] ?? null;
}
