import "server-only";
import { createReadStream, createWriteStream, existsSync, statSync } from "node:fs";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { type Connection, connectLibsql, fileOf } from "@/lib/db/whole/connection";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { backups } from "@/lib/storage/locations";
import { knowStore } from "@/lib/uploads/store";
import { type Manifest, pack } from "./archive";
import { explainFailure } from "./failure";
import { alsoName, sync } from "./files";
import { inWorkFolder, type Snapshot, snapshotFile, snapshotStatements, workPlace } from "./snapshot";

export interface Backup {
  /** where it is: the path of a file, or a key in the bucket */
  place: string;
  manifest: Manifest;
}

/** Those that are made every day, of which the last ones are kept, and those that somebody asked for. */
export type Occasion = "daily" | "manual";

const dailyKept = 7;

/** What is backed up: a URL, or for tests a connection. */
export type Source = string | Connection;

/**
 * Makes a backup in a file that is not there yet, which nobody else may read; in a folder it gets a name. Throws AppError
 * `file_exists`, `disk_full`, `not_found` where there is no database.
 */
export async function backUpToFile(to: string, source: Source = env().databaseUrl): Promise<Backup> {
  const isFolder = statSync(to, { throwIfNoEntry: false })?.isDirectory() === true;
  if (!isFolder && existsSync(to)) throw fileExists(to);
  const parent = isFolder ? to : path.dirname(path.resolve(to));
  return await explainFailure(parent, () =>
    inWorkFolder(parent, async (folder) => {
      const snapshot = await snapshotOf(source, folder);
      const file = isFolder ? path.join(to, nameOf(snapshot.manifest)) : to;
      const packed = path.join(folder, "whole.backup");
      await pipeline(
        pack(snapshot.manifest, createReadStream(snapshot.file)),
        createWriteStream(packed, { mode: 0o600, flush: true }),
      );
      await giveName(packed, file);
      return { place: file, manifest: snapshot.manifest };
    }),
  );
}

/** Only a name that is free: of what is there nothing is replaced. */
async function giveName(packed: string, file: string): Promise<void> {
  try {
    await alsoName(packed, file);
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === "EEXIST" ? fileExists(file) : error;
  }
  await sync(path.dirname(path.resolve(file)));
}

const fileExists = (file: string): AppError =>
  new AppError("file_exists", `${file} is there already. Choose another name.`);

/** Makes a backup in the bucket's location for them. Throws StorageError, and AppError as for a file. */
export async function backUpToBucket(
  occasion: Occasion,
  source: Source = env().databaseUrl,
): Promise<Backup> {
  await knowStore();
  const parent = workPlace(typeof source === "string" ? fileOf(source) : null);
  return await explainFailure(parent, () =>
    inWorkFolder(parent, async (folder) => {
      const { file, manifest } = await snapshotOf(source, folder);
      const contents = pack(manifest, createReadStream(file));
      const wanted = `${occasion}/${nameOf(manifest)}`;
      const name = await backups().save(wanted, contents, { type: "application/gzip" });
      return { place: backups().key(name), manifest };
    }),
  );
}

/** The backup of the day, in the bucket; of those of this Pail, the last seven are kept. */
export async function backUpDaily(source: Source = env().databaseUrl): Promise<Backup & { deleted: number }> {
  const made = await backUpToBucket("daily", source);
  const own = (await listBackups()).filter(
    ({ name }) => name.startsWith("daily/") && name.includes(`-${shortId(made.manifest)}`),
  );
  const old = own.slice(0, Math.max(0, own.length - dailyKept)).map(({ name }) => name);
  if (old.length > 0) await backups().delete(old);
  return { ...made, deleted: old.length };
}

export interface ListedBackup {
  /** inside the location */
  name: string;
  key: string;
  bytes: number;
  madeAt: Date;
}

const named =
  /^(?:daily|manual)\/(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)Z-(?:[0-9a-f]{8}|new)[^/]*\.(?:sqlite|sql)\.gz$/;

/** Those in the bucket, the oldest first, whichever Pail made them. */
export async function listBackups(): Promise<ListedBackup[]> {
  const found: ListedBackup[] = [];
  for await (const { files } of backups().listdir("", { recursive: true })) {
    for (const { name, bytes } of files) {
      const [, day, hour, minute, second] = named.exec(name) ?? [];
      if (day === undefined) continue;
      const madeAt = new Date(`${day}T${hour}:${minute}:${second}Z`);
      found.push({ name, key: backups().key(name), bytes, madeAt });
    }
  }
  return found.sort((a, b) => a.madeAt.getTime() - b.madeAt.getTime());
}

/** Says when, and of which Pail. */
function nameOf(manifest: Manifest): string {
  const time = manifest.madeAt.replace(/\.\d+Z$/, "Z").replaceAll(":", "-");
  return `${time}-${shortId(manifest)}.${manifest.format}.gz`;
}

/** The end of an id is by chance, its beginning a time. */
const shortId = ({ installation }: Manifest): string => installation.slice(-8) || "new";

async function snapshotOf(source: Source, folder: string): Promise<Snapshot> {
  if (typeof source !== "string") return await snapshotStatements(source, folder);
  const file = fileOf(source);
  if (file !== null) {
    if (!existsSync(file)) throw new AppError("not_found", `There is no database at ${file}.`);
    return await snapshotFile(file, folder);
  }
  const connection = await connectLibsql(source);
  try {
    return await snapshotStatements(connection, folder);
  } finally {
    connection.close();
  }
}
