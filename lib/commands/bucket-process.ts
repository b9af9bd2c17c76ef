import { type ChildProcess, fork } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { childEnv } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { log } from "@/lib/log";
import type { BucketMessage } from "./bucket-serve";
import { ownProgram } from "./program";

export interface BucketProcess {
  port: number;
  stop(): Promise<void>;
}

const retryAfterMs = 1000;

/** Starts the local bucket in a process of its own, and starts it again on the same port should it end by itself. */
export async function startBucketProcess(): Promise<BucketProcess> {
  let stopped = false;
  let child = spawnBucket({});
  const port = await portOf(child);
  reviveOnExit();
  return {
    port,
    stop: () => {
      stopped = true;
      return new Promise((resolve) => {
        child.once("exit", () => resolve());
        if (!child.kill("SIGTERM")) resolve();
      });
    },
  };

  function reviveOnExit(): void {
    child.once("exit", (code, signal) => {
      if (stopped) return;
      log.error({ code, signal }, "the local bucket ended; starting it again");
      void revive();
    });
  }

  async function revive(): Promise<void> {
    while (!stopped) {
      child = spawnBucket({ S3_PORT: String(port) });
      try {
        await portOf(child);
        reviveOnExit();
        return;
      } catch (error) {
        if (stopped) return;
        log.error({ error: String(error) }, "the local bucket did not start; trying again");
        await sleep(retryAfterMs);
      }
    }
  }
}

function spawnBucket(changes: Record<string, string>): ChildProcess {
  return fork(ownProgram.file, ["bucket", "serve"], {
    env: childEnv(changes),
    execArgv: ownProgram.execArgv,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
}

function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("message", (message: BucketMessage) => {
      if ("port" in message) resolve(message.port);
      else reject(new AppError("bucket_failed", message.error));
    });
    child.once("exit", (code) =>
      reject(new AppError("bucket_failed", `The local bucket ended at once (code ${code}).`)),
    );
  });
}
