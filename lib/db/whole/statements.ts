import "server-only";
import { AppError } from "@/lib/errors";
import { openSqlite, type Read, type Value } from "./connection";
import { pagesOf, quoted, RowsDigest, readTables, readTextIndexes, refilling } from "./tables";

/**
 * The statements that make a database, one a line or more, as `sqlite3 FILE < STATEMENTS` takes them. `count` is told how many rows
 * of each table there were.
 */
export async function* statementsOf(
  read: Read,
  count: (table: string, rows: number) => void,
): AsyncGenerator<string> {
  const tables = await readTables(read);
  yield "PRAGMA foreign_keys=OFF;\nBEGIN;\n";
  for (const { sql } of tables) yield `${sql};\n`;
  for (const table of tables) {
    const digest = new RowsDigest();
    const beginning = `INSERT INTO ${quoted(table.name)} (${table.columns.map(quoted).join(", ")}) VALUES (`;
    for await (const rows of pagesOf(read, table)) {
      digest.add(rows);
      yield rows.map((row) => `${beginning}${row.map(literal).join(", ")});\n`).join("");
    }
    count(table.name, digest.result().rows);
  }
  const textIndexes = await readTextIndexes(read);
  for (const sql of [...textIndexes.map(({ sql }) => sql), ...refilling(textIndexes)]) yield `${sql};\n`;
  for (const sql of tables.flatMap(({ indexes, triggers }) => [...indexes, ...triggers])) yield `${sql};\n`;
  yield "COMMIT;\n";
}

function literal(value: Value): string {
  if (value === null) return "NULL";
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number") return real(value);
  if (typeof value !== "string") return `X'${Buffer.from(value).toString("hex")}'`;
  // SQLite reads statements up to the first of these.
  if (value.includes("\0")) return `CAST(X'${Buffer.from(value).toString("hex")}' AS TEXT)`;
  return `'${value.replaceAll("'", "''")}'`;
}

/** One that looks like an integer would become one. */
function real(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? "9e999" : "-9e999";
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

const allowed =
  /^(PRAGMA foreign_keys=OFF;$|BEGIN;$|COMMIT;$|INSERT INTO "|CREATE (TABLE|INDEX|UNIQUE INDEX|TRIGGER) |CREATE VIRTUAL TABLE \S+ USING fts5(vocab)?\()/i;
const atOnceLength = 256 * 1024;

/**
 * Runs what `statementsOf` gave, in a file that is not there yet. Throws AppError `bad_backup` for statements of any other kind, and
 * where they end before they are done.
 */
export async function runStatements(lines: AsyncIterable<string>, file: string, what: string): Promise<void> {
  const sqlite = await openSqlite(file);
  try {
    // Nobody reads it before it is whole, and it is written to the disk then.
    sqlite.pragma("synchronous = OFF");
    let group = "";
    let last = "";
    for await (const statement of wholeStatements(lines)) {
      if (!allowed.test(statement))
        throw new AppError("bad_backup", `${what} has a statement of another kind.`);
      group += `${statement}\n`;
      last = statement;
      if (group.length < atOnceLength) continue;
      sqlite.exec(group);
      group = "";
    }
    sqlite.exec(group);
    if (!/^COMMIT;$/i.test(last)) throw new AppError("bad_backup", `${what} ends before its end.`);
  } finally {
    sqlite.close();
  }
}

/** A line with a quotation mark open goes on in the next one; so does a trigger, up to its end. */
async function* wholeStatements(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let statement = "";
  let isQuoted = false;
  for await (const line of lines) {
    statement += statement === "" ? line : `\n${line}`;
    if ((line.split("'").length - 1) % 2 === 1) isQuoted = !isQuoted;
    if (isQuoted || !line.endsWith(";")) continue;
    if (/^CREATE TRIGGER /i.test(statement) && !/\bEND;$/i.test(line)) continue;
    yield statement;
    statement = "";
  }
  if (statement.trim() !== "") yield statement;
}

/** Texts as lines, without what ends them. */
export async function* linesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let rest = "";
  for await (const chunk of bytes) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
  if (rest !== "") yield rest;
}
