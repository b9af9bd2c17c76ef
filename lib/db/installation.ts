import "server-only";
import { AppError } from "@/lib/errors";
import { type Database, database } from "./client";
import { installation } from "./schema";

/**
 * Which Pail this database belongs to, by 32 hexadecimal digits that never change. A backup of it, and a copy in another place,
 * say the same. Throws AppError `unavailable` for a database without one.
 */
export async function installationId(db: Database = database()): Promise<string> {
  const [row] = await db.orm.select({ id: installation.id }).from(installation);
  if (row === undefined) throw new AppError("unavailable", "The database does not say which Pail it is of.");
  return row.id;
}
