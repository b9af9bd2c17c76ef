import { setTimeout as sleep } from "node:timers/promises";
import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import { AppError } from "@/lib/errors";
import type { RunningStore } from "./test-store";

/** How long a store may take until it answers, in milliseconds: only what hangs takes that long. */
const patience = 120_000;
const pause = 100;

/** Waits until the store lists its buckets. Throws AppError where it never does, or the signal's reason. */
export async function untilItAnswers({ endpoint, region, credentials }: RunningStore, signal: AbortSignal) {
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true, maxAttempts: 1 });
  const list = () => client.send(new ListBucketsCommand({}), { abortSignal: AbortSignal.timeout(5000) });
  try {
    await until(list, endpoint, signal);
  } finally {
    client.destroy();
  }
}

/** Waits until anything is answered there, a refusal too. */
export async function untilSomethingAnswers(url: string, signal: AbortSignal): Promise<void> {
  await until(() => fetch(url, { signal: AbortSignal.timeout(5000) }), url, signal);
}

async function until(attempt: () => Promise<unknown>, endpoint: string, signal: AbortSignal): Promise<void> {
  for (const end = Date.now() + patience; ; await sleep(pause)) {
    signal.throwIfAborted();
    try {
      await attempt();
      return;
    } catch (cause) {
      if (Date.now() < end) continue;
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new AppError("test_store_failed", `The store does not answer at ${endpoint}: ${reason}`, {
        cause,
      });
    }
  }
}
