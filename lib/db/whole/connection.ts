import "server-only";
import fs from "node:fs";
import { fileURLToPath } from "node:url";
import type { InStatement, ResultSet } from "@libsql/client";
import { createClient } from "@libsql/client/web";
import type BetterSqlite from "better-sqlite3";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";

/** As SQLite has it: integers apart from other numbers. */
export type Value = bigint | number | string | null | Uint8Array;
export type Row = Value[];

export interface Statement {
  sql: string;
  args?: Row;
}

export type Read = (sql: string, args?: Row) => Promise<Row[]>;

/** A database apart from its schema: for what copies it whole, of whichever Pail it is. */
export interface Connection {
  /** where it is, for people: without any token */
  name: string;
  read: Read;
  /** All of them happen, or none. */
  write(statements: Statement[]): Promise<void>;
  /** What `work` reads is of one moment, whatever others write meanwhile. */
  atOneMoment<T>(work: (read: Read) => Promise<T>): Promise<T>;
  close(): void;
}

/** The file of a URL that names one; null where it leads elsewhere. */
export function fileOf(url: string): string | null {
  if (url.startsWith("file://")) return fileURLToPath(url);
  return url.startsWith("file:") ? url.slice("file:".length) : null;
}

/** What may be said of a URL: not its token. */
export function nameOf(url: string): string {
  const file = fileOf(url);
  if (file !== null) return file;
  const parsed = URL.parse(url);
  if (parsed === null) throw new AppError("usage", "A database is file:… or the URL of a libSQL server.");
  return `${parsed.protocol}//${parsed.host}${parsed.pathname.replace(/\/$/, "")}`;
}

/** Throws AppError `not_found` where a URL names a file that is not there, and `database_failed` for what a server refuses. */
export async function connectWhole(url: string): Promise<Connection> {
  const file = fileOf(url);
  if (file === null) return await connectLibsql(url);
  if (!fs.existsSync(file)) throw new AppError("not_found", `There is no database at ${file}.`);
  return await connectFile(file);
}

/** Loaded only where a file is opened: a serverless host has no such driver. */
export async function openSqlite(
  file: string,
  options?: BetterSqlite.Options,
): Promise<BetterSqlite.Database> {
  const { default: Sqlite } = await import("better-sqlite3");
  return new Sqlite(file, options);
}

export async function connectFile(file: string): Promise<Connection> {
  const sqlite = await openSqlite(file, { timeout: 5000 });
  sqlite.defaultSafeIntegers(true);
  const read: Read = async (sql, args = []) =>
    sqlite
      .prepare<Row, Row>(sql)
      .raw()
      .all(...args);
  const writeAll = sqlite.transaction((statements: Statement[]) => {
    const prepared = new Map<string, BetterSqlite.Statement<Row>>();
    for (const { sql, args = [] } of statements) {
      const statement = prepared.get(sql) ?? sqlite.prepare<Row>(sql);
      prepared.set(sql, statement);
      statement.run(...args);
    }
  });
  return {
    name: file,
    read,
    write: async (statements) => writeAll.immediate(statements),
    async atOneMoment(work) {
      sqlite.exec("begin");
      try {
        // It begins with the first thing that is read.
        await read("select count(*) from sqlite_master");
        return await work(read);
      } finally {
        sqlite.exec("rollback");
      }
    },
    close: () => sqlite.close(),
  };
}

/** The most that one request may take. */
const answersWithinMs = 60_000;

/**
 * A libSQL server; the configured one by its configured token.
 *
 * @param create for tests, which run this driver on a file as well
 */
export async function connectLibsql(url: string, create = createClient): Promise<Connection> {
  const name = nameOf(url);
  const { databaseUrl, databaseToken } = env();
  const token = url === databaseUrl && databaseToken !== null ? { authToken: databaseToken } : {};
  const client = await attempt(url, async () =>
    create({ url, ...token, intMode: "bigint", timeout: 5000, fetch: fetchInTime }),
  );
  return {
    name,
    read: (sql, args = []) => attempt(url, async () => rowsOf(await client.execute({ sql, args }))),
    async write(statements) {
      const batch = statements.map(({ sql, args = [] }): InStatement => ({ sql, args }));
      await attempt(url, () => client.batch(batch, "write"));
    },
    async atOneMoment(work) {
      const transaction = await attempt(url, () => client.transaction("read"));
      try {
        return await work((sql, args = []) =>
          attempt(url, async () => rowsOf(await transaction.execute({ sql, args }))),
        );
      } finally {
        transaction.close();
      }
    },
    close: () => client.close(),
  };
}

const fetchInTime: typeof fetch = (input, options) =>
  fetch(input, { ...options, signal: AbortSignal.timeout(answersWithinMs) });

const rowsOf = ({ columns, rows }: ResultSet): Row[] =>
  rows.map((row) =>
    columns.map((_, index) => {
      const value = row[index] ?? null;
      return value instanceof ArrayBuffer ? new Uint8Array(value) : value;
    }),
  );

async function attempt<T>(url: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw withoutToken(url, error);
  }
}

/** The driver's own error may have the URL with its token, or what was written, so that it is not kept as the cause. */
function withoutToken(url: string, error: unknown): AppError {
  const { message, code } = error as { message: string; code?: unknown };
  const { searchParams, password } = URL.parse(url) ?? { searchParams: new URLSearchParams(), password: "" };
  const secrets = [url, ...searchParams.values(), password].filter((secret) => secret !== "");
  let said = message;
  for (const secret of secrets) said = said.replaceAll(secret, "…");
  const because = typeof code === "string" && !said.includes(code) ? `${code}: ${said}` : said;
  return new AppError("database_failed", `The database at ${nameOf(url)} does not do it: ${because}`);
}
