import "server-only";
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { now } from "@/lib/clock";
import { type Connection, connectFile, openSqlite, type Read } from "@/lib/db/whole/connection";
import { lastMigration } from "@/lib/db/whole/migrations";
import { statementsOf } from "@/lib/db/whole/statements";
import { quoted, readTables } from "@/lib/db/whole/tables";
import packageJson from "@/package.json" with { type: "json" };
import type { Manifest } from "./archive";

/** One moment of a database, in a file of its own. */
export interface Snapshot {
  file: string;
  manifest: Manifest;
}

/**
 * Of a database in a file: page by page, so that whoever writes meanwhile is not held up, nor this process for more than some
 * milliseconds at once. `folder` needs room for all of it.
 */
export async function snapshotFile(database: string, folder: string): Promise<Snapshot> {
  const file = path.join(folder, "snapshot.sqlite");
  const sqlite = await openSqlite(database, { fileMustExist: true, timeout: 5000 });
  try {
    // Reading begun keeps the moment: or each page that somebody changes would have the copy begin again.
    sqlite.exec("begin");
    sqlite.prepare("select count(*) from sqlite_master").get();
    await sqlite.backup(file);
  } finally {
    sqlite.close();
  }
  const facts = await factsOf(file);
  return { file, manifest: await manifestOf(file, { ...facts, format: "sqlite" }) };
}

/** What a database in a file, which nobody else uses, says of itself. */
export async function factsOf(file: string): Promise<Pick<Manifest, "installation" | "migration" | "rows">> {
  const sqlite = await openSqlite(file);
  // Or other files would be beside it.
  sqlite.pragma("journal_mode = DELETE");
  sqlite.close();
  const connection = await connectFile(file);
  try {
    const rows: Record<string, number> = {};
    for (const { name } of await readTables(connection.read)) {
      const [[count] = []] = await connection.read(`select count(*) from ${quoted(name)}`);
      rows[name] = Number(count);
    }
    return { ...(await identityOf(connection.read)), rows };
  } finally {
    connection.close();
  }
}

/** Of a database elsewhere: the statements that make it, read in one reading transaction, some hundred rows at once. */
export async function snapshotStatements(connection: Connection, folder: string): Promise<Snapshot> {
  const file = path.join(folder, "snapshot.sql");
  const facts = await connection.atOneMoment(async (read) => {
    const rows: Record<string, number> = {};
    const statements = statementsOf(read, (table, count) => {
      rows[table] = count;
    });
    await pipeline(Readable.from(statements), createWriteStream(file, { mode: 0o600 }));
    return { ...(await identityOf(read)), rows };
  });
  return { file, manifest: await manifestOf(file, { ...facts, format: "sql" }) };
}

async function identityOf(read: Read): Promise<Pick<Manifest, "installation" | "migration">> {
  const migration = await lastMigration(read, "The database");
  const [has] = await read("select 1 from sqlite_master where name = 'installation'");
  const [[id] = []] = has === undefined ? [] : await read("select id from installation");
  return { migration, installation: String(id ?? "") };
}

async function manifestOf(
  file: string,
  facts: Pick<Manifest, "installation" | "migration" | "rows" | "format">,
): Promise<Manifest> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of createReadStream(file)) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  const sha256 = hash.digest("hex");
  return { pail: packageJson.version, madeAt: now().toISOString(), bytes, sha256, ...facts };
}

const prefix = ".backup-";
/** Whoever works in one writes to it more often. */
const leftAfterMs = 60 * 60 * 1000;

/** A folder inside `parent`, for nobody else's eyes, for as long as the work takes. What a crash left of earlier ones goes too. */
export async function inWorkFolder<T>(parent: string, work: (folder: string) => Promise<T>): Promise<T> {
  await deleteLeft(parent);
  const folder = await mkdtemp(path.join(parent, prefix));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function deleteLeft(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix)) continue;
    const folder = path.join(parent, name);
    try {
      if (await isLeft(folder)) await rm(folder, { recursive: true, force: true });
    } catch (error) {
      // Whoever works in it may be done meanwhile.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
}

async function isLeft(folder: string): Promise<boolean> {
  const { mtimeMs, uid } = await stat(folder);
  const written = await Promise.all((await readdir(folder)).map((file) => stat(path.join(folder, file))));
  const isOurs = uid === (process.getuid?.() ?? uid);
  const last = Math.max(mtimeMs, ...written.map((file) => file.mtimeMs));
  return isOurs && Date.now() - last > leftAfterMs;
}

/** Where a snapshot is made that goes elsewhere: beside the database, or where temporary files are. */
export const workPlace = (databaseFile: string | null): string =>
  databaseFile === null ? os.tmpdir() : path.dirname(path.resolve(databaseFile));
