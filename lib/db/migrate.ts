import "server-only";
import { fileURLToPath } from "node:url";
import { readMigrationFiles } from "drizzle-orm/migrator";
import { lacksMigrations, statementsFor } from "./applied";
import type { Database } from "./client";
import { runInTurn } from "./lease";
import { hashSessionTokens } from "./session-tokens";

const migrationsFolder = fileURLToPath(new URL("../../drizzle", import.meta.url));

/** As drizzle's own migrator has it, which is what earlier releases used. */
const listOfMigrations =
  "create table if not exists __drizzle_migrations (id serial primary key, hash text not null, created_at numeric)";

/**
 * Brings the tables up to date; does nothing where they are. Of several at once one does it, and the others wait. Throws
 * DatabaseError, also where a newer Pail has changed the tables.
 */
export async function migrate(database: Database): Promise<void> {
  const isNeeded = () => lacksMigrations(database);
  await runInTurn(database, isNeeded, async () => {
    const missing = await statementsFor(database, readMigrationFiles({ migrationsFolder }));
    await database.migrate([listOfMigrations, ...missing]);
  });
  // SQLite has no SHA-256, so no migration can do it.
  await hashSessionTokens(database);
}
