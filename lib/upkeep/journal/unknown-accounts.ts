import "server-only";
import { now } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { users } from "@/lib/db/schema";

/** Of an account of which only the id is known. */
export const placeholderEmail = (userId: string): string => `${userId}@unknown.invalid`;
/** For `like`. */
export const anyPlaceholderEmail = "%@unknown.invalid";

/** Has an account for each id: where nothing else is known of one, one that nobody can sign in to. */
export async function makeAccounts(ids: string[]): Promise<void> {
  const at = now();
  const rows = [...new Set(ids)].map((id) => ({
    id,
    name: "Unknown",
    email: placeholderEmail(id),
    createdAt: at,
    updatedAt: at,
  }));
  if (rows.length > 0) await database().orm.insert(users).values(rows).onConflictDoNothing();
}
