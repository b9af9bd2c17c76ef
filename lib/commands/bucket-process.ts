import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { childEnv } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { log } from "@/lib/log";
import type { BucketMessage } from "./bucket-serve";

export interface BucketProcess {
  port: number;
  stop(): Promise<void>;
}

/** Starts the local bucket in a process of its own, and starts it again should it end by itself. */
export async function startBucketProcess(): Promise<BucketProcess> {
  let stopped = false;
  let child = spawnBucket({});
  const port = await portOf(child);
  const keepAlive = () =>
    child.once("exit", (code, signal) => {
      if (stopped) return;
      log.error({ code, signal }, "the local bucket ended; starting it again");
      child = spawnBucket({ S3_PORT: String(port) });
      portOf(child).then(keepAlive, (error) => log.fatal({ err: error }, "the local bucket is down"));
    });
  keepAlive();
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
}

function spawnBucket(changes: Record<string, string>): ChildProcess {
  return fork(fileURLToPath(new URL("../cli.ts", import.meta.url)), ["bucket", "serve"], {
    env: childEnv(changes),
    execArgv: ["--conditions=react-server", "--import", "tsx"],
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
