import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { PackedPail, packPail } from "@/lib/testing/packed/packed-pail";
import { freePorts } from "@/lib/testing/stores/free-ports";
import { median } from "./figures";

const times = 5;
const markMs = 1500;
const markMB = 150;
/** V8 gives back what a start took once a process has done nothing for some seconds. */
const idleMs = 30_000;

/** How long whoever starts a packed Pail waits for the first page, and what it holds once nobody asks for anything. */
export async function sayPackedStart(): Promise<void> {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "pail-bench-"));
  packPail(path.join(scratch, "dist"));
  const pail = new PackedPail(path.join(scratch, "dist"));
  try {
    const rounds: Round[] = [];
    for (let n = 0; n < times; n += 1) rounds.push(await startCold(pail, n === times - 1 ? idleMs : 0));
    const of = (name: "pageMs" | "cpuMs" | "bucketCpuMs") =>
      Math.round(median(rounds.map((one) => one[name])));
    const least = Math.round(Math.min(...rounds.map(({ pageMs }) => pageMs)));
    const last = rounds.at(-1);
    console.log(`standalone: median of ${times} starts with nothing there yet, on Node ${process.version}`);
    console.log(`  the first page: after ${of("pageMs")} ms, at best ${least} ms (mark: under ${markMs} ms)`);
    // What others do on this machine at the same time is in the line above.
    console.log(
      `  computed for it: ${of("cpuMs")} ms, and ${of("bucketCpuMs")} ms beside it in the bucket's process; load of this machine: ${os.loadavg()[0]?.toFixed(1)}`,
    );
    console.log(
      `  idle: ${last?.idleMB} MB (mark: under ${markMB} MB), right after the first page ${last?.pageMB} MB; the bucket's process: ${last?.bucketMB} MB, of which ${last?.bucketOwnMB} MB are its own`,
    );
  } finally {
    pail.remove();
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

interface Round {
  pageMs: number;
  cpuMs: number;
  bucketCpuMs: number;
  pageMB: number;
  idleMB: number;
  bucketMB: number;
  bucketOwnMB: number;
}

async function startCold(pail: PackedPail, waitMs: number): Promise<Round> {
  for (const name of fs.readdirSync(pail.data)) fs.rmSync(path.join(pail.data, name), { recursive: true });
  [pail.port = 0, pail.bucketPort = 0] = await freePorts(2);
  const startedAt = performance.now();
  const server = await pail.start();
  try {
    const answer = await fetch(`${pail.origin}/sign-in`);
    await answer.text();
    const pageMs = performance.now() - startedAt;
    if (answer.status !== 200) throw new Error(`/sign-in answered ${answer.status}: ${server.err}`);
    const bucket = Number(execFileSync("pgrep", ["-P", String(server.pid), "-f", "bucket serve"]));
    const [cpuMs, bucketCpuMs, pageMB] = [cpuMsOf(server.pid), cpuMsOf(bucket), memoryOf(server.pid).all];
    await sleep(waitMs);
    const { all: bucketMB, own: bucketOwnMB } = memoryOf(bucket);
    return { pageMs, cpuMs, bucketCpuMs, pageMB, idleMB: memoryOf(server.pid).all, bucketMB, bucketOwnMB };
  } finally {
    await server.stop();
  }
}

/** Linux counts in hundredths of a second. */
function cpuMsOf(pid: number): number {
  const [, rest = ""] = fs.readFileSync(`/proc/${pid}/stat`, "utf8").split(") ");
  const fields = rest.split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** In MB: what it holds, and without the files that it shares with other processes of the same programs. */
function memoryOf(pid: number): { all: number; own: number } {
  const status = fs.readFileSync(`/proc/${pid}/status`, "utf8");
  const of = (name: string) =>
    Math.round((Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]) * 1024) / 1e6);
  return { all: of("VmRSS"), own: of("RssAnon") };
}
