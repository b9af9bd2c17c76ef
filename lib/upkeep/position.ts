import "server-only";
import { eq } from "drizzle-orm";
import { now } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { jobs } from "@/lib/db/schema";

/** Behind which work goes on that was cut short; empty where it begins. */
export async function readPosition(job: string): Promise<string> {
  const [row] = await database().orm.select({ position: jobs.position }).from(jobs).where(eq(jobs.name, job));
  return row?.position ?? "";
}

/** @param position null: it is through */
export async function notePosition(job: string, position: string | null): Promise<void> {
  await database()
    .orm.insert(jobs)
    .values({ name: job, notBefore: now(), position })
    .onConflictDoUpdate({ target: jobs.name, set: { position } });
}
