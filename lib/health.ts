import "server-only";
import { checkDatabase } from "@/lib/db/client";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { log } from "@/lib/log";
import { checkBucket } from "@/lib/storage/bucket";
import { bucketClient } from "@/lib/storage/bucket-client";
import { examineBucket } from "@/lib/storage/doctor/examine";

export interface Health {
  ok: boolean;
  database: "ok" | "down";
  bucket: "ok" | "down";
}

/** Do the database and the bucket answer? */
export async function checkHealth(): Promise<Health> {
  const [database, bucket] = await Promise.all([
    verdict(checkDatabase()),
    verdict(checkBucket(bucketClient())),
  ]);
  return { ok: database === "ok" && bucket === "ok", database, bucket };
}

/** What `bucket doctor` finds out about this installation's bucket. */
export const examineStorage = () => examineBucket(bucketClient(), env());

export type Findings = Awaited<ReturnType<typeof examineStorage>>;

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
