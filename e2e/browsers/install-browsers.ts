import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { findOnPath } from "@/lib/testing/stores/programs";

/** Debian's packages, and of each what is asked for to know whether it is there: a program, or a library's description. */
const packages: readonly { name: string; program?: string; typelib?: string }[] = [
  { name: "firefox-esr", program: "firefox-esr" },
  { name: "webkit2gtk-driver", program: "WebKitWebDriver" },
  { name: "gir1.2-webkit2-4.1", typelib: "WebKit2-4.1.typelib" },
  { name: "gjs", program: "gjs" },
  { name: "xvfb", program: "Xvfb" },
];
const installLimitMs = 15 * 60_000;

async function findMissing(): Promise<string[]> {
  const typelibs = await findTypelibs();
  const missing: string[] = [];
  for (const { name, program, typelib } of packages) {
    if (program !== undefined && (await findOnPath(program)) === null) missing.push(name);
    if (typelib !== undefined && !typelibs.has(typelib)) missing.push(name);
  }
  return missing;
}

/** They lie in a folder that is called after the machine's architecture. */
async function findTypelibs(): Promise<Set<string>> {
  const folders = (await readdir("/usr/lib")).filter((name) => name.includes("-linux-"));
  const found = await Promise.allSettled(
    folders.map((folder) => readdir(`/usr/lib/${folder}/girepository-1.0`)),
  );
  return new Set(found.flatMap((each) => (each.status === "fulfilled" ? each.value : [])));
}

/** Another apt-get that is at work is waited for. */
async function aptGet(...args: string[]): Promise<void> {
  const command = ["apt-get", "--quiet", "-o", "DPkg::Lock::Timeout=600", ...args];
  const [program = "", ...rest] = process.getuid?.() === 0 ? command : ["sudo", "-n", ...command];
  await promisify(execFile)(program, rest, {
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C.UTF-8" },
    maxBuffer: 2 ** 26,
    timeout: installLimitMs,
  });
}

async function install(): Promise<number> {
  const missing = await findMissing();
  if (missing.length === 0) return 0;
  console.log(`Installing ${missing.join(", ")} with apt-get …`);
  try {
    await aptGet("update");
    await aptGet("install", "--yes", "--no-install-recommends", ...missing);
  } catch (error) {
    console.error(String((error as { stderr?: string }).stderr ?? error).trim());
  }
  const still = await findMissing();
  if (still.length === 0) return 0;
  console.error(`These are needed, and could not be installed: ${still.join(", ")}`);
  return 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) process.exitCode = await install();
