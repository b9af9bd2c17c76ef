import { execFile } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { AppError } from "@/lib/errors";
import { findOnPath } from "../programs";

/** Debian's packages, and of each the programs that a cluster is started with. */
const programsOf = {
  "ceph-mon": ["ceph-mon", "monmaptool"],
  "ceph-osd": ["ceph-osd"],
  radosgw: ["radosgw"],
  "ceph-common": ["ceph", "radosgw-admin"],
};

/** Where a package's scripts ask whether they may start services; 101 is no. */
const servicePolicy = "/usr/sbin/policy-rc.d";

export interface Machine {
  has(program: string): boolean;
  isRoot: boolean;
}

/** The packages that are missing. Throws AppError where some are and cannot be installed here. */
export function packagesToInstall({ has, isRoot }: Machine): string[] {
  const missing = Object.entries(programsOf)
    .filter(([, programs]) => !programs.every(has))
    .map(([name]) => name);
  if (missing.length === 0) return [];
  if (!has("apt-get")) {
    const programs = Object.values(programsOf).flat().join(", ");
    throw cannot(`Ceph is missing and there is no apt-get to install it with: put ${programs} on the PATH.`);
  }
  if (!isRoot) {
    const command = `apt-get install --no-install-recommends ${missing.join(" ")}`;
    throw cannot(`Ceph is missing and only root can install it: run ${command} as root, then this again.`);
  }
  return missing;
}

/** Why Ceph cannot be had here, as a sentence; null where it is here or can be installed. */
export async function findCephObstacle(): Promise<string | null> {
  try {
    packagesToInstall(await thisMachine());
    return null;
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
}

/** Installs what is missing of Ceph by apt-get, without starting its services. Throws AppError where it cannot. */
export async function installCeph(): Promise<void> {
  const packages = packagesToInstall(await thisMachine());
  if (packages.length === 0) return;
  console.error(`Installing ${packages.join(", ")} …`);
  const ownPolicy = await forbidServices();
  try {
    await aptGet("update");
    await aptGet("install", "--yes", "--no-install-recommends", ...packages);
  } finally {
    if (ownPolicy) await rm(servicePolicy);
  }
}

async function thisMachine(): Promise<Machine> {
  const programs = ["apt-get", ...Object.values(programsOf).flat()];
  const paths = await Promise.all(programs.map((program) => findOnPath(program)));
  const found = new Set(programs.filter((_, index) => paths[index] !== null));
  return { has: (program) => found.has(program), isRoot: process.getuid?.() === 0 };
}

/** Whether the policy is ours, to be removed: one that was there says itself what may start. */
async function forbidServices(): Promise<boolean> {
  try {
    await writeFile(servicePolicy, "#!/bin/sh\nexit 101\n", { flag: "wx", mode: 0o755 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Runs apt-get; one that is at work already is waited for. */
async function aptGet(...args: string[]): Promise<void> {
  try {
    await promisify(execFile)("apt-get", ["--quiet", "-o", "DPkg::Lock::Timeout=600", ...args], {
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C.UTF-8" },
      maxBuffer: 2 ** 26,
    });
  } catch (error) {
    const stderr = (error as { stderr?: string }).stderr ?? "";
    const reason = stderr.match(/^E: .*$/m)?.[0] ?? String((error as Error).message.split("\n")[0]);
    throw cannot(`Ceph could not be installed: apt-get ${args[0]} said ${reason}`);
  }
}

const cannot = (message: string) => new AppError("test_store_missing", message);
