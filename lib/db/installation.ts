import "server-only";
import { type Database, database } from "./client";
import { installation } from "./schema";

/**
 * Which Pail this database is of. Its bucket says the same, and so does a backup: see lib/upkeep/journal/identity.ts. Null until there
 * was something to tell the bucket.
 */
export async function findInstallation(db: Database = database()): Promise<string | null> {
  const [row] = await db.orm.select({ id: installation.id }).from(installation);
  return row?.id ?? null;
}
