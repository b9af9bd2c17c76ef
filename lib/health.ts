import "server-only";
import { checkDatabase } from "@/lib/db/client";
import { AppError } from "@/lib/errors";
import { log } from "@/lib/log";
import { checkBucket } from "@/lib/storage/bucket";
import { bucketClient } from "@/lib/storage/bucket-client";

export interface Health {
  ok: boolean;
  database: "ok" | "down";
  bucket: "ok" | "down";
}

/** Longer than this no load balancer waits, nor a page that asks whether Pail can be reached. */
const patienceMs = 5000;

/** Do the database and the bucket answer, and in time? */
export async function checkHealth(): Promise<Health> {
  const tooLate = new Promise<never>((_, reject) => {
    const say = () => reject(new AppError("unavailable", "There was no answer in time."));
    AbortSignal.timeout(patienceMs).addEventListener("abort", say);
  });
  const [database, bucket] = await Promise.all([
    verdict(Promise.race([checkDatabase(), tooLate])),
    verdict(Promise.race([checkBucket(bucketClient()), tooLate])),
  ]);
  return { ok: database === "ok" && bucket === "ok", database, bucket };
}

async function verdict(check: Promise<void>): Promise<"ok" | "down"> {
  try {
    await check;
    return "ok";
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    log.warn({ code: error.code, cause: error.cause }, error.message);
    return "down";
  }
}
