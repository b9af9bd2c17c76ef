import "server-only";
import { createReadStream, createWriteStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { isDeepStrictEqual } from "node:util";
import { openDatabase } from "@/lib/db/client";
import { migrate } from "@/lib/db/migrate";
import { connectFile, openSqlite } from "@/lib/db/whole/connection";
import { lastMigration, requireKnown } from "@/lib/db/whole/migrations";
import { linesOf, runStatements } from "@/lib/db/whole/statements";
import { AppError } from "@/lib/errors";
import { type Bytes, type Manifest, unpack } from "./archive";
import { sync } from "./files";
import { factsOf } from "./snapshot";

/** Something that may become the database. */
export interface Packed {
  /** how people know it */
  what: string;
  bytes: Bytes;
}

/** A database in a file of its own: whole, checked, and of this Pail's schema. */
export interface Candidate {
  file: string;
  installation: string;
  rows: Record<string, number>;
  /** null: it is a plain database, which does not say so */
  madeAt: string | null;
}

const magic = Buffer.from("SQLite format 3\0");

/**
 * Unpacks a backup into `folder`, checks it and brings its tables up to date. Throws AppError `bad_backup` and `newer_database`; what
 * the disk refuses is thrown as it comes.
 */
export async function prepareCandidate({ what, bytes }: Packed, folder: string): Promise<Candidate> {
  const { manifest, contents } = await unpack(bytes, what);
  // Before everything is read for nothing.
  requireKnown(manifest.migration, what);
  const file = path.join(folder, "candidate.sqlite");
  if (manifest.format === "sqlite") await pipeline(contents, createWriteStream(file, { mode: 0o600 }));
  else await runStatements(linesOf(contents), file, what);
  return await examine(file, what, manifest);
}

/** The same of a plain SQLite database, like the one that a restore has kept. */
export async function prepareDatabase(source: string, folder: string): Promise<Candidate> {
  const beside = await stat(`${source}-wal`).catch(() => null);
  if (beside !== null && beside.size > 0)
    throw new AppError(
      "bad_backup",
      `${source} is in use, or was not closed: part of it is in ${source}-wal.`,
    );
  const file = path.join(folder, "candidate.sqlite");
  await pipeline(createReadStream(source), createWriteStream(file, { mode: 0o600 }));
  return await examine(file, source, null);
}

/** Whether a file is a database and not a backup. */
export async function isDatabase(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(magic.length), 0, magic.length, 0);
    return bytesRead === magic.length && buffer.equals(magic);
  } finally {
    await handle.close();
  }
}

async function examine(file: string, what: string, manifest: Manifest | null): Promise<Candidate> {
  await requireIntegrity(file, what);
  const connection = await connectFile(file);
  const migration = await lastMigration(connection.read, what).finally(() => connection.close());
  requireKnown(migration, what);
  if (manifest !== null && !isAsSaid(await factsOf(file), manifest)) throw damaged(what);
  const database = openDatabase(`file:${file}`);
  await migrate(database).finally(() => database.close());
  const { installation, rows } = await factsOf(file);
  await sync(file);
  return { file, installation, rows, madeAt: manifest?.madeAt ?? null };
}

async function requireIntegrity(file: string, what: string): Promise<void> {
  try {
    const sqlite = await openSqlite(file);
    try {
      if (sqlite.pragma("integrity_check", { simple: true }) !== "ok") throw damaged(what);
      if ((sqlite.pragma("foreign_key_check") as unknown[]).length > 0) throw damaged(what);
    } finally {
      sqlite.close();
    }
  } catch (error) {
    if (/^SQLITE_(NOTADB|CORRUPT)/.test(String((error as { code?: unknown }).code)))
      throw damaged(what, error);
    throw error;
  }
}

function isAsSaid(facts: Awaited<ReturnType<typeof factsOf>>, manifest: Manifest): boolean {
  const { installation, migration, rows } = manifest;
  return isDeepStrictEqual(facts, { installation, migration, rows });
}

const damaged = (what: string, cause?: unknown): AppError =>
  new AppError("bad_backup", `${what} is damaged.`, { cause });
