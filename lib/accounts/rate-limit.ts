import "server-only";
import { and, eq, lt, sql } from "drizzle-orm";
import { now } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { rateLimits } from "@/lib/db/schema";
import { AppError } from "@/lib/errors";

export interface RateLimit {
  max: number;
  windowSeconds: number;
}

/** Counts one use of `key`. Throws AppError `rate_limited` once there were more than `max` in this window. */
export async function countUse(key: string, { max, windowSeconds }: RateLimit): Promise<void> {
  const windowStart = startOfWindow(windowSeconds);
  const [row] = await database()
    .orm.insert(rateLimits)
    .values({ key, windowStart, count: 1 })
    .onConflictDoUpdate({
      target: [rateLimits.key, rateLimits.windowStart],
      set: { count: sql`${rateLimits.count} + 1` },
    })
    .returning({ count: rateLimits.count });
  if (row !== undefined && row.count > max) {
    const waitSeconds = Math.ceil((windowStart.getTime() - now().getTime()) / 1000) + windowSeconds;
    const wait = waitSeconds < 90 ? `${waitSeconds} seconds` : `${Math.ceil(waitSeconds / 60)} minutes`;
    throw new AppError("rate_limited", `Too many tries. Wait ${wait}, then try again.`, {
      values: { waitSeconds },
    });
  }
}

/** Takes one use back: what succeeded was no guess. */
export async function forgiveUse(key: string, { windowSeconds }: RateLimit): Promise<void> {
  await database()
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
