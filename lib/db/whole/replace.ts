import "server-only";
import { AppError } from "@/lib/errors";
import type { Connection, Read } from "./connection";
import { copyRows } from "./copy";
import { lastMigration, newestKnown } from "./migrations";
import { quoted, readTables, readTextIndexes, refilling, stagingPrefix } from "./tables";

/**
 * Puts all rows of `from` in the place of those of `to`, whose tables are the same: staged beside them in batches and read back, then
 * swapped in one batch. Until then `to` is as it was. Throws AppError `copy_differs`, and `bad_backup` where the tables differ.
 */
export async function replaceRows(from: Connection, to: Connection): Promise<void> {
  for (const { read, name } of [from, to]) {
    if ((await lastMigration(read, name)).when === newestKnown.when) continue;
    throw new AppError("bad_backup", `${name} is of an older Pail: run “npm run manage -- migrate” first.`);
  }
  const tables = (await readTables(to.read)).filter(({ name }) => name !== "__drizzle_migrations");
  await deleteStaged(to);
  try {
    for (const table of tables) {
      const staged = stagingPrefix + table.name;
      // Without types, so that each value stays what it is.
      await to.write([{ sql: `create table ${quoted(staged)} (${table.columns.map(quoted).join(", ")})` }]);
      await copyRows(from.read, table, to, staged);
    }
    const triggers = tables.flatMap((table) => table.triggers);
    const triggerNames = await namesOf(to.read, "trigger");
    await to.write(
      [
        // They would count again what the rows have counted already.
        ...triggerNames.map((name) => `drop trigger ${quoted(name)}`),
        ...tables.toReversed().map(({ name }) => `delete from ${quoted(name)}`),
        ...tables.map(({ name, columns }) => {
          const list = columns.map(quoted).join(", ");
          return `insert into ${quoted(name)} (${list}) select ${list} from ${quoted(stagingPrefix + name)} order by rowid`;
        }),
        ...refilling(await readTextIndexes(to.read)),
        ...triggers,
        ...tables.map(({ name }) => `drop table ${quoted(stagingPrefix + name)}`),
      ].map((sql) => ({ sql })),
    );
  } catch (error) {
    await deleteStaged(to);
    throw error;
  }
}

/** Also what one has left that was cut short. */
async function deleteStaged(to: Connection): Promise<void> {
  const staged = (await namesOf(to.read, "table")).filter((name) => name.startsWith(stagingPrefix));
  if (staged.length > 0) await to.write(staged.map((name) => ({ sql: `drop table ${quoted(name)}` })));
}

async function namesOf(read: Read, type: "table" | "trigger"): Promise<string[]> {
  const rows = await read("select name from sqlite_master where type = ?", [type]);
  return rows.map(([name]) => String(name));
}
