import "server-only";
import { fileURLToPath } from "node:url";
import type { Database } from "./client";
import { hashSessionTokens } from "./session-tokens";

const migrationsFolder = fileURLToPath(new URL("../../drizzle", import.meta.url));

/** Brings the tables up to date; does nothing where they are. */
export async function migrate(database: Database): Promise<void> {
  await database.migrate({ migrationsFolder });
  // SQLite has no SHA-256, so no migration can do it.
  await hashSessionTokens(database);
}
