import "server-only";
import { existsSync, statSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import path from "node:path";
import type BetterSqlite from "better-sqlite3";
import { now } from "@/lib/clock";
import { type Connection, connectFile, openSqlite, type Read, type Row } from "@/lib/db/whole/connection";
import { copyDatabase } from "@/lib/db/whole/copy";
import { replaceRows } from "@/lib/db/whole/replace";
import { readTables } from "@/lib/db/whole/tables";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { makePrivateFolder } from "@/lib/private-files";
import { isServed } from "../serving";
import { backUpToFile } from "./backup";
import { type Candidate, isDatabase } from "./candidate";
import { alsoName, sync } from "./files";

export interface Wishes {
  /** takes also what is of another Pail */
  force: boolean;
}

/**
 * Puts the candidate where the database is, at once: whoever opens it has the one or the other. Returns under which name the old one
 * is kept, null where there was none. Throws AppError `database_in_use` and `others_backup`.
 */
export async function replaceFile(
  candidate: Candidate,
  file: string,
  wishes: Wishes,
): Promise<string | null> {
  if (!existsSync(file)) {
    // Does not replace what somebody may have put there since.
    await alsoName(candidate.file, file);
    await sync(path.dirname(file));
    return null;
  }
  const lock = await lockDatabase(file);
  try {
    if (lock !== null)
      await unlessDamaged(async () => {
        const read: Read = async (sql, args = []) =>
          lock
            .prepare<Row, Row>(sql)
            .raw()
            .all(...args);
        await requireOwn(candidate, read, wishes);
        // From here on all of it is in the one file.
        lock.pragma("journal_mode = DELETE");
      });
    const kept = `${file}.before-${timestamp()}`;
    await keep(file, kept);
    await rename(candidate.file, file);
    await sync(path.dirname(file));
    return kept;
  } finally {
    lock?.close();
  }
}

/** Throws AppError `database_in_use` while any program has the database open. */
export async function requireUnused(file: string): Promise<void> {
  if (existsSync(file)) (await lockDatabase(file))?.close();
}

/** Nobody else has it, nor gets it, until the lock is closed. null: nobody can have it, as it does not begin like a database. */
async function lockDatabase(file: string): Promise<BetterSqlite.Database | null> {
  // SQLite would delete what lies beside it.
  if (statSync(file).size > 0 && !(await isDatabase(file))) return null;
  const sqlite = await openSqlite(file, { timeout: 1000 });
  try {
    sqlite.pragma("locking_mode = EXCLUSIVE");
    await unlessDamaged(async () => sqlite.exec("begin exclusive; commit"));
    return sqlite;
  } catch (error) {
    sqlite.close();
    if (!codeOf(error).startsWith("SQLITE_BUSY")) throw error;
    throw inUse(`${file} is in use, perhaps by a Pail that runs. Stop what uses it first.`, error);
  }
}

/** Whoever restores may do so because of that. */
async function unlessDamaged(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!/^SQLITE_(NOTADB|CORRUPT)/.test(codeOf(error))) throw error;
  }
}

const codeOf = (error: unknown): string => String((error as { code?: unknown }).code);

const inUse = (sentence: string, cause?: unknown): AppError =>
  new AppError("database_in_use", `${sentence} Nothing was changed.`, { cause });

/** A second name for the old one; what lies beside one that is damaged goes with it, or it would be taken for part of the new one. */
async function keep(file: string, kept: string): Promise<void> {
  await alsoName(file, kept);
  if (existsSync(`${file}-wal`)) await rename(`${file}-wal`, `${kept}-wal`);
  await rm(`${file}-shm`, { force: true });
}

/**
 * The same where the database is not a file: into an empty one it is copied, in one that is used its rows are replaced in one batch.
 * What was there is kept as a backup in DATA_DIR.
 */
export async function replaceElsewhere(
  candidate: Candidate,
  to: Connection,
  wishes: Wishes,
): Promise<string | null> {
  await requireUnserved(to);
  const from = await connectFile(candidate.file);
  try {
    if ((await readTables(to.read)).length === 0) {
      await copyDatabase(from, to);
      return null;
    }
    await requireOwn(candidate, to.read, wishes);
    makePrivateFolder(env().dataDir);
    const { place } = await backUpToFile(
      path.join(env().dataDir, `before-restore-${timestamp()}.sql.gz`),
      to,
    );
    await replaceRows(from, to);
    return place;
  } finally {
    from.close();
  }
}

/** Throws AppError `database_in_use` while a server says that it uses it. */
export async function requireUnserved(to: Connection): Promise<void> {
  if (!(await isServed(to.read))) return;
  throw inUse(
    `A Pail uses ${to.name}. Stop it first; one that was killed counts as running for three minutes.`,
  );
}

const timestamp = (): string => now().toISOString().replaceAll(":", "-");

/** A database that nobody has an account in may be replaced by any. */
async function requireOwn(candidate: Candidate, read: Read, { force }: Wishes): Promise<void> {
  const tables = await readTables(read);
  const has = (name: string) => tables.some((table) => table.name === name);
  if (force || !has("users") || (await read("select 1 from users limit 1")).length === 0) return;
  const [[id] = []] = has("installation") ? await read("select id from installation") : [];
  if (String(id ?? "") === candidate.installation) return;
  throw new AppError(
    "others_backup",
    "This backup is of another Pail than the database that is here. Nothing was changed; --force puts it here all the same.",
  );
}
