import "server-only";
import { fileURLToPath } from "node:url";
import type { Database } from "./client";

const migrationsFolder = fileURLToPath(new URL("../../drizzle", import.meta.url));

/** Brings the tables up to date; does nothing where they are. */
export async function migrate(database: Database): Promise<void> {
  await database.migrate({ migrationsFolder });
}
