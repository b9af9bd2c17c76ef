import "server-only";
import { AppError } from "@/lib/errors";
import type { Connection, Read, Row, Statement, Value } from "./connection";
import { lastMigration, requireKnown } from "./migrations";
import {
  pagesOf,
  quoted,
  RowsDigest,
  readTables,
  readTextIndexes,
  type Table,
  type TextIndex,
} from "./tables";

export type RowsByTable = Record<string, number>;

/** Stands in a copy for as long as it is not whole. */
const marker = "_pail_unfinished_copy";

const migrations = "__drizzle_migrations";

/** What a Pail that nobody has used yet may have put there. */
const ofNobody = new Set([
  migrations,
  "changes",
  "installation",
  "jobs",
  "journal_parts",
  "migration_lease",
  "rate_limits",
  "stores",
]);

/**
 * Copies one moment of a database of Pail into an empty one, and reads it back: each row is there as it was. A copy that was cut
 * short cannot be used, and is begun again by the next one. Throws AppError `not_empty`, `bad_backup` where `from` is none of
 * Pail's, `newer_database`, `copy_differs`.
 */
export async function copyDatabase(from: Connection, to: Connection): Promise<RowsByTable> {
  return await from.atOneMoment(async (read) => {
    requireKnown(await lastMigration(read, from.name), from.name);
    const tables = await readTables(read);
    const textIndexes = await readTextIndexes(read);
    const left = await requireEmpty(to, [...tables, ...textIndexes]);
    await to.write([
      ...left.toReversed().map((name) => ({ sql: `drop table ${quoted(name)}` })),
      { sql: `create table if not exists ${quoted(marker)} (begun integer)` },
      ...tables.map(({ sql }) => ({ sql })),
    ]);
    const rows: RowsByTable = {};
    // A database that says which migrations it has had is one that Pail goes on with.
    const history = tables.find(({ name }) => name === migrations);
    for (const table of tables)
      if (table !== history) rows[table.name] = await copyRows(read, table, to, table.name);
    // One at a time: of a long table each takes its time.
    for (const sql of tables.flatMap(({ indexes }) => indexes)) await to.write([{ sql }]);
    for (const index of textIndexes) await makeTextIndex(to, index);
    const last: Statement[] = [
      // Not before: they would count again what the rows have counted already.
      ...tables.flatMap(({ triggers }) => triggers.map((sql) => ({ sql }))),
      { sql: `drop table ${quoted(marker)}` },
    ];
    if (history !== undefined) {
      const entries: Row[] = [];
      for await (const page of pagesOf(read, history)) entries.push(...page);
      await to.write([...entries.map((row) => insertion(history, migrations, row)), ...last]);
      rows[migrations] = entries.length;
    }
    return rows;
  });
}

/** The tables that are in the way, and may go: the last of them first. */
async function requireEmpty(to: Connection, wanted: { name: string }[]): Promise<string[]> {
  const tables = await readTables(to.read);
  const textIndexes = await readTextIndexes(to.read);
  const present = [...tables, ...textIndexes].map(({ name }) => name);
  if (present.includes(marker)) return present.filter((name) => name !== marker);
  for (const name of present) {
    const isPails = wanted.some((table) => table.name === name);
    if (isPails && (ofNobody.has(name) || !(await hasRows(to.read, name)))) continue;
    throw new AppError(
      "not_empty",
      `${to.name} is not empty: it has the table ${name}. Nothing was changed there.`,
    );
  }
  return present;
}

const hasRows = async (read: Read, table: string): Promise<boolean> =>
  (await read(`select 1 from ${quoted(table)} limit 1`)).length > 0;

/** Of the rows that are there, some thousand at once: a server bounds how long that may take. */
async function makeTextIndex(to: Connection, { name, sql, content }: TextIndex): Promise<void> {
  await to.write([{ sql }]);
  if (content === null) return;
  const [table, number] = [quoted(content.table), quoted(content.number)];
  const columns = await to.read("select name from pragma_table_info(?)", [name]);
  const list = columns.map(([column]) => quoted(String(column))).join(", ");
  const page = `select max(n) from (select ${number} as n from ${table} where ${number} > ? order by 1 limit 2000)`;
  let last: Value = -(2n ** 63n);
  for (;;) {
    const [[next = null] = []]: Row[] = await to.read(page, [last]);
    if (next === null) return;
    await to.write([
      {
        sql: `insert into ${quoted(name)} (rowid, ${list}) select ${number}, ${list} from ${table}
          where ${number} > ? and ${number} <= ? order by ${number}`,
        args: [last, next],
      },
    ]);
    last = next;
  }
}

/** Puts the rows of a table into another one, which is empty, and reads them back. Returns how many they are. */
export async function copyRows(read: Read, table: Table, to: Connection, name: string): Promise<number> {
  const before = new RowsDigest();
  for await (const rows of pagesOf(read, table)) {
    before.add(rows);
    for (const batch of batchesOf(rows)) await to.write(batch.map((row) => insertion(table, name, row)));
  }
  const after = new RowsDigest();
  for await (const rows of pagesOf(to.read, { ...table, name })) after.add(rows);
  const [sent, arrived] = [before.result(), after.result()];
  if (sent.rows !== arrived.rows || sent.sha256 !== arrived.sha256)
    throw new AppError(
      "copy_differs",
      `${to.name} does not have ${table.name} as it was sent (${arrived.rows} rows of ${sent.rows}). Does anything else write there? Run it again.`,
    );
  return sent.rows;
}

export function insertion({ columns }: Table, into: string, args: Row): Statement {
  const places = columns.map(() => "?").join(", ");
  return { sql: `insert into ${quoted(into)} (${columns.map(quoted).join(", ")}) values (${places})`, args };
}

/** Servers bound how long a request may be. */
const batchLength = 1024 * 1024;

function* batchesOf(rows: Row[]): Generator<Row[]> {
  let batch: Row[] = [];
  let length = 0;
  for (const row of rows) {
    batch.push(row);
    for (const value of row)
      length += typeof value === "string" || value instanceof Uint8Array ? value.length : 8;
    if (length < batchLength) continue;
    yield batch;
    [batch, length] = [[], 0];
  }
  if (batch.length > 0) yield batch;
}
