import { env, setEnv } from "@/lib/env";
import { startBucketProcess } from "./bucket-process";

/** Serves the local bucket for as long as the work takes, unless a running Pail does, or the bucket is elsewhere. */
export async function withBucket<T>(work: () => Promise<T>): Promise<T> {
  const { local, endpoint } = env().bucket;
  if (local === null || (await answers(endpoint))) return await work();
  const bucket = await startBucketProcess();
  setEnv({ S3_PORT: String(bucket.port) });
  try {
    return await work();
  } finally {
    await bucket.stop();
  }
}

/** Whoever it is: its answers say the rest. */
async function answers(endpoint: string | undefined): Promise<boolean> {
  try {
    await fetch(endpoint ?? "", { signal: AbortSignal.timeout(2000) });
    return true;
  } catch (error) {
    if (error instanceof TypeError || (error as Error).name === "TimeoutError") return false;
    throw error;
  }
}
