import "server-only";
import { eq } from "drizzle-orm";
import { database } from "@/lib/db/client";
import { users } from "@/lib/db/schema";
import { env } from "@/lib/env";
import type { Viewer } from "./viewer";

/** How much of what they may store the viewer's pictures take, with what is on its way, in bytes. */
export async function getStored(viewer: Viewer): Promise<{ usedBytes: number; quotaBytes: number }> {
  const [found] = await database()
    .orm.select({ usedBytes: users.usedBytes })
    .from(users)
    .where(eq(users.id, viewer.id));
  return { usedBytes: found?.usedBytes ?? 0, quotaBytes: env().userQuotaBytes };
}
