import "server-only";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { createClient } from "@libsql/client";
import BetterSqlite from "better-sqlite3";
import type { BatchItem, BatchResponse } from "drizzle-orm/batch";
import { drizzle as drizzleFile } from "drizzle-orm/better-sqlite3";
import { migrate as migrateFile } from "drizzle-orm/better-sqlite3/migrator";
import { drizzle as drizzleRemote, type LibSQLDatabase } from "drizzle-orm/libsql";
import { migrate as migrateRemote } from "drizzle-orm/libsql/migrator";
import type { MigrationConfig } from "drizzle-orm/migrator";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { makeFilePrivate, makePrivateFile, makePrivateFolder } from "@/lib/private-files";
import * as schema from "./schema";

type Statement = BatchItem<"sqlite">;
type Statements = [Statement, ...Statement[]];

export interface Database {
  /** Queries of either driver; always awaited. */
  orm: Omit<LibSQLDatabase<typeof schema>, "batch" | "transaction" | "$client">;
  /** Runs the statements in order; all of them happen or none. Interactive transactions are not to be had on both drivers. */
  atomic<T extends Statements>(statements: T): Promise<BatchResponse<T>>;
  migrate(config: MigrationConfig): Promise<void>;
  close(): void;
}

/** `file:` opens SQLite in this process, anything else (`libsql:`, `https:`) a remote one. */
export function openDatabase(url: string): Database {
  return url.startsWith("file:") ? openFile(url) : openLibsql(url);
}

let opened: Database | undefined;

/** The database of this process. */
export function database(): Database {
  opened ??= openDatabase(env().databaseUrl);
  return opened;
}

/** Replaces the database of this process: for tests that run on either driver. */
export function setDatabase(replacement: Database): void {
  opened = replacement;
}

function openFile(url: string): Database {
  const file = url.startsWith("file://") ? fileURLToPath(url) : url.slice("file:".length);
  makePlaceOf(file);
  const sqlite = openInPlace(file);
  sqlite.pragma("journal_mode = WAL");
  // An acknowledged upload survives a power cut; WAL alone would only promise consistency.
  sqlite.pragma("synchronous = FULL");
  sqlite.pragma("foreign_keys = ON");
  const orm = drizzleFile(sqlite, { schema });
  const runAll = sqlite.transaction((statements: Statement[]) =>
    statements.map((statement) => (statement as unknown as SyncStatement).prepare().execute().sync()),
  );
  return {
    // The sync driver's queries are thenables too, so awaited they behave as the async driver's.
    orm: orm as unknown as Database["orm"],
    async atomic<T extends Statements>(statements: T) {
      return runAll.immediate(statements) as BatchResponse<T>;
    },
    migrate: async (config) => migrateFile(orm, config),
    close: () => sqlite.close(),
  };
}

/** A restore puts another file in its place while nobody else may have it: whoever waited for that has the one that was there. */
function openInPlace(file: string): BetterSqlite.Database {
  for (;;) {
    const { ino } = fs.statSync(file);
    const sqlite = new BetterSqlite(file);
    sqlite.pragma("busy_timeout = 5000");
    sqlite.pragma("schema_version");
    if (fs.statSync(file).ino === ino) return sqlite;
    sqlite.close();
  }
}

function makePlaceOf(file: string): void {
  const folder = path.dirname(path.resolve(file));
  // Any other folder may be somebody else's too.
  if (folder === env().dataDir) makePrivateFolder(folder);
  else fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  // SQLite gives the files beside it the rights that this one has.
  makePrivateFile(file);
  for (const beside of ["-wal", "-shm"]) makeFilePrivate(file + beside);
}

interface SyncStatement {
  prepare(): { execute(): { sync(): unknown } };
}

/** A remote SQLite; also takes `file:`, which is how tests run this driver. */
export function openLibsql(url: string): Database {
  const client = createClient({ url, timeout: 5000 });
  const orm = drizzleRemote(client, { schema });
  keepParametersOutOfErrors(orm);
  return {
    orm,
    atomic: (statements) => orm.batch(statements),
    migrate: (config) => migrateRemote(orm, config),
    close: () => client.close(),
  };
}

/**
 * Drizzle's error of a failed query has the values of its parameters, secrets among them, in its message, which whoever
 * catches it may log. Here it has the statement alone.
 */
function keepParametersOutOfErrors(orm: object): void {
  const { session } = orm as { session: { prepareQuery(...query: unknown[]): RemoteQuery } };
  const prepareQuery = session.prepareQuery.bind(session);
  session.prepareQuery = (...query) => {
    const prepared = prepareQuery(...query);
    prepared.queryWithCache = async (statement, _parameters, run) => {
      try {
        return await run();
      } catch (cause) {
        throw new Error(`The database refused: ${statement}`, { cause });
      }
    };
    return prepared;
  };
}

/** What Drizzle does not say of its queries. */
interface RemoteQuery {
  queryWithCache(statement: string, parameters: unknown[], run: () => Promise<unknown>): Promise<unknown>;
}

/** Does the database answer? Throws AppError `unavailable` where it does not. */
export async function checkDatabase(): Promise<void> {
  try {
    await database().orm.select({ id: schema.users.id }).from(schema.users).limit(1);
  } catch (cause) {
    throw new AppError("unavailable", "The database does not answer.", { cause });
  }
}
