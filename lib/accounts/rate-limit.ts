import "server-only";
import { and, eq, lt, type SQL, sql } from "drizzle-orm";
import { now } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { insertWhere } from "@/lib/db/insert-where";
import { rateLimits } from "@/lib/db/schema";
import { AppError } from "@/lib/errors";

export interface RateLimit {
  max: number;
  windowSeconds: number;
}

/** Counts one use of `key`. Throws AppError `rate_limited` once there were more than `max` in this window. */
export async function countUse(key: string, limit: RateLimit): Promise<void> {
  refuseOveruse(await counting(key, limit), limit);
}

/** The statement of `countUse`, for a batch, where the condition holds; `refuseOveruse` takes what it returns. */
export function counting(key: string, { windowSeconds }: RateLimit, condition: SQL = sql`true`) {
  const row = { key, windowStart: startOfWindow(windowSeconds), count: 1 };
  return insertWhere(database(), rateLimits, row, condition)
    .onConflictDoUpdate({
      target: [rateLimits.key, rateLimits.windowStart],
      set: { count: sql`${rateLimits.count} + 1` },
    })
    .returning({ count: rateLimits.count, windowStart: rateLimits.windowStart });
}

/** For a statement behind that of `counting`: whether the use that it counted was within the limit. */
export const isWithin = (key: string, { max, windowSeconds }: RateLimit): SQL =>
  sql`(select ${rateLimits.count} from ${rateLimits} where ${and(
    eq(rateLimits.key, key),
    eq(rateLimits.windowStart, startOfWindow(windowSeconds)),
  )}) <= ${max}`;

/** Throws AppError `rate_limited` where there were more uses than `max`. */
export function refuseOveruse(
  [row]: { count: number; windowStart: Date }[],
  { max, windowSeconds }: RateLimit,
): void {
  if (row === undefined || row.count <= max) return;
  const waitSeconds = Math.ceil((row.windowStart.getTime() - now().getTime()) / 1000) + windowSeconds;
  const wait = waitSeconds < 90 ? `${waitSeconds} seconds` : `${Math.ceil(waitSeconds / 60)} minutes`;
  throw new AppError("rate_limited", `Too many tries. Wait ${wait}, then try again.`, {
    values: { waitSeconds },
  });
}

/** For a batch: takes one use back, since what succeeded was no guess. */
export function forgiving(key: string, { windowSeconds }: RateLimit) {
  return database()
    .orm.update(rateLimits)
    .set({ count: sql`${rateLimits.count} - 1` })
    .where(and(eq(rateLimits.key, key), eq(rateLimits.windowStart, startOfWindow(windowSeconds))));
}

/** Deletes the counts that no limit looks at any more. */
export async function forgetOldUses(): Promise<void> {
  const yesterday = new Date(now().getTime() - 24 * 60 * 60 * 1000);
  await database().orm.delete(rateLimits).where(lt(rateLimits.windowStart, yesterday));
}

function startOfWindow(windowSeconds: number): Date {
  const windowMs = windowSeconds * 1000;
  return new Date(Math.floor(now().getTime() / windowMs) * windowMs);
}
