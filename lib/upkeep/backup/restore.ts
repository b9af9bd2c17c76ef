import "server-only";
import { createReadStream, existsSync, realpathSync } from "node:fs";
import path from "node:path";
import { type Connection, connectLibsql, fileOf } from "@/lib/db/whole/connection";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { makePrivateFolder } from "@/lib/private-files";
import { backups } from "@/lib/storage/locations";
import { listBackups } from "./backup";
import { type Candidate, isDatabase, prepareCandidate, prepareDatabase } from "./candidate";
import { explainFailure } from "./failure";
import { replaceElsewhere, replaceFile, requireUnserved, requireUnused, type Wishes } from "./put-in-place";
import { inWorkFolder, workPlace } from "./snapshot";

export interface Restored {
  /** the path of a file, or a key in the bucket */
  from: string;
  /** null: of a plain database, which does not say so */
  madeAt: string | null;
  rows: Record<string, number>;
  /** where what was there is kept; null where there was nothing, or nothing was changed */
  kept: string | null;
}

/** Whether it is to be looked for in the bucket. Throws AppError `not_found` for what is no file, and cannot be a key there. */
export function isInBucket(which: string): boolean {
  if (existsSync(which)) return false;
  if (which === "latest" || which.startsWith(`${env().locations.backups}/`)) return true;
  throw new AppError(
    "not_found",
    `There is no file ${which}. “npm run manage -- backup --list” names those in the bucket.`,
  );
}

/**
 * Puts a backup in the place of the database: a file, a key in the bucket, or `latest` there. It is checked and brought up to date
 * before anything is touched, and what goes wrong leaves all as it was. With `check` it is only checked. Throws AppError
 * `bad_backup`, `newer_database`, `database_in_use`, `others_backup`, `disk_full`, `not_found`.
 */
export async function restore(
  which: string,
  { check, ...wishes }: Wishes & { check: boolean },
  target: string | Connection = env().databaseUrl,
): Promise<Restored> {
  const place = await openPlace(target);
  try {
    return await explainFailure(place.folder, () =>
      inWorkFolder(place.folder, async (folder) => {
        if (!check) await place.requireFree();
        const { from, candidate } = await prepare(which, folder);
        const kept = check ? null : await place.put(candidate, wishes);
        return { from, madeAt: candidate.madeAt, rows: candidate.rows, kept };
      }),
    );
  } finally {
    place.close();
  }
}

interface Place {
  /** where there is room to work */
  folder: string;
  requireFree(): Promise<void>;
  put(candidate: Candidate, wishes: Wishes): Promise<string | null>;
  close(): void;
}

async function openPlace(target: string | Connection): Promise<Place> {
  const named = typeof target === "string" ? fileOf(target) : null;
  if (named === null) {
    const to = typeof target === "string" ? await connectLibsql(target) : target;
    return {
      folder: workPlace(null),
      requireFree: () => requireUnserved(to),
      put: (candidate, wishes) => replaceElsewhere(candidate, to, wishes),
      close: () => (typeof target === "string" ? to.close() : undefined),
    };
  }
  const folder = path.dirname(path.resolve(named));
  if (folder === env().dataDir) makePrivateFolder(folder);
  const file = existsSync(named) ? realpathSync(named) : path.resolve(named);
  return {
    folder: path.dirname(file),
    requireFree: () => requireUnused(file),
    put: (candidate, wishes) => replaceFile(candidate, file, wishes),
    close: () => undefined,
  };
}

async function prepare(which: string, folder: string): Promise<{ from: string; candidate: Candidate }> {
  if (!isInBucket(which)) {
    if (await isDatabase(which)) return { from: which, candidate: await prepareDatabase(which, folder) };
    const bytes = createReadStream(which);
    return { from: which, candidate: await prepareCandidate({ what: which, bytes }, folder) };
  }
  const key = which === "latest" ? await latestKey() : which;
  const bytes = await backups().open(backups().nameOf(key));
  return { from: key, candidate: await prepareCandidate({ what: key, bytes }, folder) };
}

async function latestKey(): Promise<string> {
  const last = (await listBackups()).at(-1);
  if (last === undefined) throw new AppError("not_found", "There is no backup in the bucket.");
  return last.key;
}
