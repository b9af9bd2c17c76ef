import "server-only";
import { sql } from "drizzle-orm";
import type { LibSQLDatabase } from "drizzle-orm/libsql";
import type { MigrationMeta } from "drizzle-orm/migrator";
import journal from "@/drizzle/meta/_journal.json";
import { DatabaseError } from "./failure";

interface Asked {
  orm: Pick<LibSQLDatabase, "all">;
}

/** A migration is known by when it was made. */
const known: ReadonlySet<number> = new Set(journal.entries.map(({ when }) => when));

/**
 * Whether the tables lack what this Pail needs. Throws DatabaseError where they have what it does not know: a newer one has
 * changed them, and an older one could break what it wants to be so.
 */
export async function lacksMigrations(db: Asked): Promise<boolean> {
  const applied = await findApplied(db);
  if ([...applied].some((at) => !known.has(at))) {
    const sentence =
      "A newer Pail has changed this database. Start that one again, or go back as README says under “Going back”.";
    throw new DatabaseError("newer", sentence);
  }
  return [...known].some((at) => !applied.has(at));
}

/** What is still to be run of these migrations, in their order, and what notes that it was. */
export async function statementsFor(db: Asked, migrations: MigrationMeta[]): Promise<string[]> {
  const applied = await findApplied(db);
  return migrations
    .filter(({ folderMillis }) => !applied.has(folderMillis))
    .flatMap(({ sql: statements, hash, folderMillis }) => [
      ...statements,
      `insert into __drizzle_migrations (hash, created_at) values ('${hash}', ${folderMillis})`,
    ]);
}

async function findApplied({ orm }: Asked): Promise<Set<number>> {
  const tables = await orm.all(sql`select name from sqlite_master where name = '__drizzle_migrations'`);
  if (tables.length === 0) return new Set();
  const rows = await orm.all<{ at: number }>(sql`select created_at as at from __drizzle_migrations`);
  return new Set(rows.map(({ at }) => Number(at)));
}
