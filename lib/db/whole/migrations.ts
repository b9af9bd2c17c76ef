import "server-only";
import journal from "@/drizzle/meta/_journal.json" with { type: "json" };
import { AppError } from "@/lib/errors";
import type { Read } from "./connection";

/** A migration, by its name in `drizzle/`, and when it was made, in milliseconds since 1970. */
export interface Migration {
  tag: string;
  when: number;
}

const known: Migration[] = journal.entries.map(({ tag, when }) => ({ tag, when }));
export const newestKnown: Migration = known.at(-1) ?? { tag: "", when: 0 };

/** The newest that the database has had. Throws AppError `bad_backup` for a database that is none of Pail's. */
export async function lastMigration(read: Read, what: string): Promise<Migration> {
  const rows = await migrationRows(read);
  const when = Number(rows[0]?.[0] ?? 0);
  if (when === 0) throw new AppError("bad_backup", `${what} is no database of Pail.`);
  return (
    known.find((migration) => migration.when === when) ?? { tag: `of ${new Date(when).toISOString()}`, when }
  );
}

async function migrationRows(read: Read) {
  const [has] = await read("select 1 from sqlite_master where name = '__drizzle_migrations'");
  if (has === undefined) return [];
  return await read("select created_at from __drizzle_migrations order by created_at desc limit 1");
}

/** Throws AppError `newer_database` where a Pail newer than this one made it so. */
export function requireKnown({ when }: Migration, what: string): void {
  if (when <= newestKnown.when) return;
  throw new AppError(
    "newer_database",
    `${what} is of a newer Pail than this one. Use that Pail, or a newer one.`,
  );
}
