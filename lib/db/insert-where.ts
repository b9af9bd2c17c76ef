import "server-only";
import { getTableColumns, type SQL, sql } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import type { Database } from "./client";

/**
 * Inserts the row only where the condition holds, in one statement, so that two requests at once cannot both pass it.
 * With `.returning()` the caller learns whether it did: one row or none. What the row leaves out is the constant that the schema
 * has as its default, or null.
 */
export function insertWhere<T extends SQLiteTable>(
  database: Database,
  table: T,
  row: T["$inferInsert"],
  condition: SQL,
) {
  const given: Record<string, unknown> = row;
  const values = Object.entries(getTableColumns(table)).map(([name, column]) =>
    sql.param(given[name] === undefined ? (column.default ?? null) : given[name], column),
  );
  return database.orm.insert(table).select(sql`select ${sql.join(values, sql`, `)} where ${condition}`);
}
