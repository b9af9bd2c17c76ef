import "server-only";
import { createHash } from "node:crypto";
import type { Read, Row, Value } from "./connection";

export interface Table {
  name: string;
  columns: string[];
  /** `create table …` */
  sql: string;
  indexes: string[];
  triggers: string[];
}

/** Holds rows for as long as they are on their way into a table. */
export const stagingPrefix = "_pail_restored_";
/** Those of SQLite, of libSQL and of Litestream are made by them anew. */
const others = ["sqlite_", "libsql_", "_litestream_", stagingPrefix];
const isOthers = (name: string): boolean => others.some((prefix) => name.startsWith(prefix));

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Every table, each behind those that it refers to; what indexes of texts are stored in is none. */
export async function readTables(read: Read): Promise<Table[]> {
  const all = await readEntries(read);
  const virtual = all.filter(isVirtual).map(({ name }) => name);
  const isStored = (name: string) => virtual.some((of) => storedIn.some((suffix) => name === of + suffix));
  const of = (type: string, table: string) =>
    all.filter((entry) => entry.type === type && entry.tableName === table).map(({ sql }) => sql);
  const tables: (Table & { parents: string[] })[] = [];
  for (const { type, name, sql } of all) {
    if (type !== "table" || isOthers(name) || isStored(name) || isTextIndex(sql)) continue;
    if (!/^create table/i.test(sql)) throw new Error(`${name} is no table that can be copied row by row.`);
    const columns = await read("select name from pragma_table_info(?)", [name]);
    const parents = await read('select distinct "table" from pragma_foreign_key_list(?)', [name]);
    tables.push({
      name,
      columns: columns.map(([column]) => String(column)),
      sql,
      indexes: of("index", name),
      triggers: of("trigger", name),
      parents: parents.map(([parent]) => String(parent)),
    });
  }
  return inOrder(tables);
}

/** An index of texts (FTS5), or the list of its terms: both are made of a table, and anew wherever that table goes. */
export interface TextIndex {
  name: string;
  /** `create virtual table …` */
  sql: string;
  /** whose rows are indexed, and by which column they are numbered; null for a list of terms */
  content: { table: string; number: string } | null;
}

/** As they have to be made: a list of terms behind its index. */
export async function readTextIndexes(read: Read): Promise<TextIndex[]> {
  return (await readEntries(read))
    .filter(({ sql }) => isTextIndex(sql))
    .map(({ name, sql }) => {
      const [, table] = /\bcontent='([^']+)'/i.exec(sql) ?? [];
      const [, number] = /\bcontent_rowid='([^']+)'/i.exec(sql) ?? [];
      return { name, sql, content: table && number ? { table, number } : null };
    });
}

/** What fills an index anew, in one go. */
export const refilling = (indexes: TextIndex[]): string[] =>
  indexes
    .filter(({ content }) => content !== null)
    .map(({ name }) => `INSERT INTO ${quoted(name)} (${quoted(name)}) VALUES ('rebuild')`);

const isTextIndex = (sql: string): boolean => /^create virtual table \S+ using fts5(vocab)?\(/i.test(sql);
const isVirtual = ({ sql }: { sql: string }): boolean => /^create virtual table/i.test(sql);
/** FTS5 keeps an index in tables of these names. */
const storedIn = ["_data", "_idx", "_content", "_docsize", "_config"];

async function readEntries(read: Read) {
  const entries = await read(
    "select type, name, tbl_name, sql from sqlite_master where sql is not null order by rowid",
  );
  return entries.map((entry) => {
    const [type = "", name = "", tableName = "", sql = ""] = entry.map(String);
    return { type, name, tableName, sql };
  });
}

function inOrder(tables: (Table & { parents: string[] })[]): Table[] {
  const placed: Table[] = [];
  let left = tables;
  while (left.length > 0) {
    const isFree = ({ name, parents }: { name: string; parents: string[] }) =>
      parents.every((parent) => parent === name || !left.some((other) => other.name === parent));
    const free = left.filter(isFree);
    // Of a circle none is before the others.
    const next = free.length > 0 ? free : left;
    placed.push(...next.map(({ parents: _, ...table }) => table));
    left = left.filter((table) => !next.includes(table));
  }
  return placed;
}

const rowsAtOnce = 500n;

/** All rows in the order in which they were put there, some hundred at once. */
export async function* pagesOf(read: Read, { name, columns }: Table): AsyncGenerator<Row[]> {
  const wanted = columns.map(quoted).join(", ");
  const sql = `select rowid, ${wanted} from ${quoted(name)} where rowid > ? order by rowid limit ?`;
  let last: Value = -(2n ** 63n);
  for (;;) {
    const rows = await read(sql, [last, rowsAtOnce]);
    if (rows.length === 0) return;
    last = rows.at(-1)?.[0] ?? null;
    yield rows.map(([, ...values]) => values);
  }
}

/** How many rows there were, and a SHA-256 over them: equal for equal rows in the same order, with the types of their values. */
export class RowsDigest {
  readonly #hash = createHash("sha256");
  #rows = 0;

  add(rows: Row[]): void {
    this.#rows += rows.length;
    for (const row of rows) for (const value of row) this.#hash.update(encode(value));
  }

  result(): { rows: number; sha256: string } {
    return { rows: this.#rows, sha256: this.#hash.digest("hex") };
  }
}

function encode(value: Value): string {
  if (value === null) return "n";
  if (typeof value === "bigint") return `i${value};`;
  if (typeof value === "number") return `r${value};`;
  if (typeof value === "string") return `t${value.length}:${value}`;
  return `b${Buffer.from(value).toString("hex")};`;
}
