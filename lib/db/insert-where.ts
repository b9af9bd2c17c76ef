import "server-only";
import { getTableColumns, type SQL, sql } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import type { Database } from "./client";

/**
 * Inserts the row only where the condition holds, in one statement, so that two requests at once cannot both pass it.
 * With `.returning()` the caller learns whether it did: one row or none.
 */
export function insertWhere<T extends SQLiteTable>(
  database: Database,
  table: T,
  row: T["$inferSelect"],
  condition: SQL,
) {
  const values = Object.entries(getTableColumns(table)).map(([name, column]) =>
    sql.param(row[name as keyof typeof row], column),
  );
  return database.orm.insert(table).select(sql`select ${sql.join(values, sql`, `)} where ${condition}`);
}
