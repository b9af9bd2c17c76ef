import "server-only";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Client } from "@libsql/client";
import { createClient } from "@libsql/client/web";
import type { BatchItem, BatchResponse } from "drizzle-orm/batch";
import type { LibSQLDatabase } from "drizzle-orm/libsql";
import { drizzle as drizzleRemote } from "drizzle-orm/libsql/web";
import { env, isServerless } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { makeFilePrivate, makePrivateFile, makePrivateFolder } from "@/lib/private-files";
import { lacksMigrations } from "./applied";
import { boundedClient, boundedFetch, mostRequests } from "./bounded";
import { DatabaseError } from "./failure";
import { observeSync } from "./observe-queries";
import * as schema from "./schema";

const drivers = isServerless() ? null : (await import("./file-drivers")).fileDrivers;

export type Statement = BatchItem<"sqlite">;
type Statements = readonly [Statement, ...Statement[]];

export interface Database {
  /** Queries of either driver; always awaited. */
  orm: Omit<LibSQLDatabase<typeof schema>, "batch" | "transaction" | "$client">;
  /** Runs the statements in order; all of them happen or none. Interactive transactions are not to be had on both drivers. */
  atomic<T extends Statements>(statements: T): Promise<BatchResponse<T>>;
  /** Reads that are asked for together: one round trip, and all see the same. None of them may write. */
  together<T extends Statements>(reads: T): Promise<BatchResponse<T>>;
  /** Runs the statements of migrations: all of them happen or none. Foreign keys wait, or a table made anew would take its rows along. */
  migrate(statements: string[]): Promise<void>;
  close(): void;
}

/**
 * `file:` opens SQLite in this process, anything else (`libsql:`, `https:`) a remote one, by its token where the address has none.
 */
export function openDatabase(url: string, token: string | null = null): Database {
  return url.startsWith("file:") ? openFile(url) : openLibsql(url, token);
}

/** For a batch of as many as there are; there has to be one. */
export function atLeastOne<T extends Statement>([first, ...others]: T[]): [T, ...T[]] {
  if (first === undefined) throw new Error("a batch of nothing");
  return [first, ...others];
}

let opened: Database | undefined;

/** The database of this process. A function does not migrate, so it looks whether its tables are too new when it first asks. */
export function database(): Database {
  const { databaseUrl, databaseToken } = env();
  opened ??= databaseUrl.startsWith("file:")
    ? openDatabase(databaseUrl)
    : openLibsql(databaseUrl, databaseToken, { refusesNewer: true });
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
  const orm = driversForFiles().drizzle(sqlite, { schema });
  observeSync(orm);
  const runAll = sqlite.transaction((statements: Statements) =>
    statements.map((statement) => (statement as unknown as SyncStatement).prepare().execute().sync()),
  );
  const migrateAll = sqlite.transaction((statements: string[]) => {
    for (const statement of statements) sqlite.exec(statement);
  });
  return {
    // The sync driver's queries are thenables too, so awaited they behave as the async driver's.
    orm: orm as unknown as Database["orm"],
    async atomic<T extends Statements>(statements: T) {
      return runAll.immediate(statements) as BatchResponse<T>;
    },
    async together<T extends Statements>(reads: T) {
      // It waits for nobody who writes.
      return runAll.deferred(reads) as BatchResponse<T>;
    },
    async migrate(statements) {
      keepCopy(sqlite, file);
      // Within a transaction it has no effect.
      sqlite.pragma("foreign_keys = OFF");
      try {
        migrateAll.immediate(statements);
      } finally {
        sqlite.pragma("foreign_keys = ON");
      }
    },
    close: () => sqlite.close(),
  };
}

type FileDatabase = InstanceType<NonNullable<typeof drivers>["BetterSqlite"]>;

/** A restore puts another file in its place while nobody else may have it: whoever waited for that has the one that was there. */
function openInPlace(file: string): FileDatabase {
  const { BetterSqlite } = driversForFiles();
  for (;;) {
    const { ino } = fs.statSync(file);
    const sqlite = new BetterSqlite(file);
    sqlite.pragma("busy_timeout = 5000");
    sqlite.pragma("schema_version");
    if (fs.statSync(file).ino === ino) return sqlite;
    sqlite.close();
  }
}

/** For whoever goes back to the Pail that has made these tables: see “Going back” in README.md. */
function keepCopy(sqlite: FileDatabase, file: string): void {
  if (sqlite.prepare("select 1 from sqlite_master where name = 'users'").get() === undefined) return;
  const aside = `${file}.before.${process.pid}`;
  try {
    makePrivateFile(aside);
    sqlite.prepare("vacuum into ?").run(aside);
    fs.renameSync(aside, `${file}.before`);
  } finally {
    fs.rmSync(aside, { force: true });
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

/** Throws AppError `bad_configuration` on a serverless host: there env() refuses such an address before. */
function driversForFiles(): NonNullable<typeof drivers> {
  if (drivers !== null) return drivers;
  throw new AppError(
    "bad_configuration",
    "A serverless host keeps no file: set DATABASE_URL to a remote SQLite.",
  );
}

interface SyncStatement {
  prepare(): { execute(): { sync(): unknown } };
}

/**
 * A remote SQLite. Whatever is asked of it ends within five seconds: where the database is not to be had, it throws DatabaseError.
 * Throws AppError `bad_configuration` for what is no address of one.
 *
 * @param create for tests, which run this driver on a file as well
 * @param refusesNewer whether its first call looks at the list of migrations first
 */
export function openLibsql(
  url: string,
  token: string | null = null,
  { create = createClient, refusesNewer = false } = {},
): Database {
  const unchecked = boundedClient(clientOf(url, token, create), hostOf(url));
  const client = refusesNewer ? refusingNewer(unchecked) : unchecked;
  const orm = drizzleRemote(client, { schema });
  // What reads first and then finds that somebody else has written could not go on.
  const writing: Client = { ...client, batch: (statements) => client.batch(statements, "write") };
  const writer = drizzleRemote(writing, { schema });
  keepParametersOutOfErrors(orm);
  return {
    orm,
    atomic: (statements) => writer.batch(statements),
    together: (reads) => orm.batch(reads),
    async migrate(statements) {
      await client.migrate(statements);
    },
    close: () => client.close(),
  };
}

/** Once its list of migrations is known to be ours, nothing is looked at any more. */
function refusingNewer(client: Client): Client {
  let looked: Promise<unknown> | null = null;
  const orm = drizzleRemote(client);
  keepParametersOutOfErrors(orm);
  const look = async () => {
    looked ??= lacksMigrations({ orm });
    try {
      await looked;
    } catch (error) {
      looked = null;
      throw error;
    }
  };
  return {
    ...client,
    execute: async (...args: [never]) => {
      await look();
      return client.execute(...args);
    },
    batch: async (...args) => {
      await look();
      return client.batch(...args);
    },
  };
}

function clientOf(url: string, token: string | null, create: typeof createClient): Client {
  try {
    return create({
      url,
      ...(token !== null && { authToken: token }),
      timeout: 5000,
      fetch: boundedFetch,
      concurrency: mostRequests,
    });
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (!/^URL_/.test(String(code))) throw error;
    // The client says the address, and with it the token that may be in it.
    const sentence =
      "DATABASE_URL is no address of a database, like libsql://name.example.org or file:data/pail.sqlite.";
    throw new AppError("bad_configuration", sentence);
  }
}

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : (url.split("?")[0] ?? ""));

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
        if (cause instanceof DatabaseError) throw cause;
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
