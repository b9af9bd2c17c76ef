import "server-only";
import { randomUUID } from "node:crypto";
import { and, eq, like, lt } from "drizzle-orm";
import { now } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { jobs } from "@/lib/db/schema";
import type { Read } from "@/lib/db/whole/connection";

const prefix = "serving ";
const own = prefix + randomUUID();
/** Whoever serves says so again every minute. */
const validMs = 150 * 1000;

/** Says that this process uses the database: of one that is not a file nobody could know otherwise. */
export async function sayServing(): Promise<void> {
  const notBefore = new Date(now().getTime() + validMs);
  await database().atomic([
    database()
      .orm.delete(jobs)
      .where(and(like(jobs.name, `${prefix}%`), lt(jobs.notBefore, now()))),
    database()
      .orm.insert(jobs)
      .values({ name: own, notBefore })
      .onConflictDoUpdate({ target: jobs.name, set: { notBefore } }),
  ]);
}

/** Says that it does no more. */
export async function endServing(): Promise<void> {
  await database().orm.delete(jobs).where(eq(jobs.name, own));
}

/** Whether anybody has said so within the last minutes, as the database has it. */
export async function isServed(read: Read): Promise<boolean> {
  const [has] = await read("select 1 from sqlite_master where name = 'jobs'");
  if (has === undefined) return false;
  const rows = await read("select 1 from jobs where name like ? and not_before > ?", [
    `${prefix}%`,
    BigInt(now().getTime()),
  ]);
  return rows.length > 0;
}
