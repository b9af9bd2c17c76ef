import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { setEnv } from "@/lib/env";
import { type BucketProcess, startBucketProcess } from "./bucket-process";

const parent = fs.mkdtempSync(path.join(os.tmpdir(), "pail-bucket-process-"));
let bucket: BucketProcess;

beforeAll(async () => {
  setEnv({ DATA_DIR: parent, S3_PORT: "0", HOST: "127.0.0.1" });
  bucket = await startBucketProcess();
});
afterAll(async () => {
  await bucket.stop();
  fs.rmSync(parent, { recursive: true, force: true });
});

test("a bucket that is killed comes back on its port, also when it is killed again as it starts", async () => {
  const first = bucketPid();
  expect(await status()).toBe(403);
  process.kill(Number(first), "SIGKILL");
  const second = await newPid(first);
  process.kill(Number(second), "SIGKILL");
  await newPid(second);
  await expect.poll(status, { timeout: 30_000 }).toBe(403);
});

test("a bucket that was stopped stays away", async () => {
  await bucket.stop();
  expect(bucketPid()).toBeUndefined();
  expect(await status()).toBe("nobody there");
});

async function newPid(before: string | undefined): Promise<string> {
  const pid = () => {
    const found = bucketPid();
    return found === before ? undefined : found;
  };
  await expect.poll(pid, { timeout: 30_000 }).toBeDefined();
  return String(pid());
}

/** The child of this process that serves the bucket. */
function bucketPid(): string | undefined {
  try {
    return execFileSync("pgrep", ["-P", String(process.pid), "-f", "bucket serve"], {
      encoding: "utf8",
    }).trim();
  } catch (error) {
    // How pgrep says that there is none.
    if ((error as { status?: number }).status === 1) return undefined;
    throw error;
  }
}

async function status(): Promise<number | string> {
  try {
    return (await fetch(`http://127.0.0.1:${bucket.port}/pail/a.jpg`)).status;
  } catch (error) {
    // fetch says no more of a connection that failed.
    if (error instanceof TypeError) return "nobody there";
    throw error;
  }
}
