import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Blob, BlobRegistry } from "./index/blob-registry";
import { BlobStore, blobPrefixes } from "./index/blob-store";
import { compareNames, type Difference } from "./index/compare-folder";
import { IndexDatabase } from "./index/database";

type Fault = "file with other bytes" | "file that cannot be read";

/** Something in a bucket's folder that is not as it should be. */
export interface Problem {
  kind: Difference["kind"] | Fault | "row without a blob" | "blob without a row" | "damaged index";
  /** The blob's id, the file's name, or what SQLite says. */
  what: string;
  /** The objects, or the uploads' parts, that need it. */
  neededBy: { bucket: string; key: string }[];
}

export interface CheckReport {
  objects: number;
  blobs: number;
  bytes: number;
  problems: Problem[];
}

export interface CheckOptions {
  /** Whether to read every byte and compare it with its SHA-256. */
  deep: boolean;
  onProgress?: (readBytes: number, ofBytes: number) => void;
}

/**
 * Compares the index of a bucket's folder with itself and with the files, and changes nothing. Throws where the folder
 * is in use by a server, or is not a bucket's.
 */
export async function checkFolder(dataDir: string, options: CheckOptions): Promise<CheckReport> {
  if (!existsSync(join(dataDir, "index.sqlite"))) throw new Error(`There is no bucket in ${dataDir}.`);
  const db = new IndexDatabase(dataDir);
  try {
    const registry = new BlobRegistry(db);
    const blobs = await BlobStore.open(dataDir);
    const found: Omit<Problem, "neededBy">[] = checkIndex(db);
    const known = new Set<string>();
    for await (const { kind, id } of compareNames({ registry, blobs })) {
      known.add(id);
      found.push({ kind, what: id });
    }
    const total = db.sql.prepare<[], Totals>(totals).get() as Totals;
    if (options.deep) {
      let readBytes = 0;
      for (const prefix of blobPrefixes()) {
        for (const blob of registry.withPrefix(prefix)) {
          const fault = known.has(blob.id) ? undefined : await findFault(blobs, blob);
          if (fault) found.push({ kind: fault, what: blob.id });
          readBytes += blob.size;
          options.onProgress?.(readBytes, total.bytes);
        }
      }
    }
    const owners = db.sql.prepare<[string], { bucket: string; key: Buffer }>(
      "SELECT bucket, key FROM reference WHERE blob_id = ?",
    );
    const problems = found.map((problem) => ({
      ...problem,
      neededBy: owners.all(problem.what).map(({ bucket, key }) => ({ bucket, key: key.toString() })),
    }));
    return { ...total, problems };
  } finally {
    db.close();
  }
}

interface Totals {
  objects: number;
  blobs: number;
  bytes: number;
}

const totals = `
  SELECT (SELECT count(*) FROM object) AS objects, count(*) AS blobs, coalesce(sum(size), 0) AS bytes
  FROM blob WHERE NOT let_go`;

/** Which row needs which blob, one line each: `blob_ids` taken apart. */
const references = `
  CREATE TEMP TABLE reference (blob_id TEXT NOT NULL, bucket TEXT NOT NULL, key BLOB NOT NULL);
  INSERT INTO reference
    SELECT id.value, object.bucket, object.key
    FROM object, json_each('["' || replace(object.blob_ids, ' ', '","') || '"]') AS id
    UNION ALL
    SELECT part.blob_id, upload.bucket, upload.key FROM part JOIN upload ON upload.id = part.upload_id;
  CREATE INDEX temp.reference_blob ON reference (blob_id);`;

function checkIndex({ sql }: IndexDatabase): Omit<Problem, "neededBy">[] {
  const complaints = sql.prepare<[], string>("PRAGMA integrity_check").pluck().all();
  sql.exec(references);
  const unlisted = sql
    .prepare<[], string>(
      "SELECT DISTINCT blob_id FROM reference WHERE blob_id NOT IN (SELECT id FROM blob WHERE NOT let_go)",
    )
    .pluck();
  const unneeded = sql
    .prepare<[], string>(
      "SELECT id FROM blob WHERE NOT let_go AND NOT EXISTS (SELECT 1 FROM reference WHERE blob_id = id)",
    )
    .pluck();
  return [
    ...complaints.filter((text) => text !== "ok").map((what) => ({ kind: "damaged index" as const, what })),
    ...unlisted.all().map((what) => ({ kind: "row without a blob" as const, what })),
    ...unneeded.all().map((what) => ({ kind: "blob without a row" as const, what })),
  ];
}

async function findFault(blobs: BlobStore, { id, size, sha256 }: Blob): Promise<Fault | undefined> {
  const hash = createHash("sha256");
  try {
    for await (const chunk of blobs.read(id, 0, size)) hash.update(chunk);
  } catch {
    return "file that cannot be read";
  }
  return hash.digest("base64") === sha256 ? undefined : "file with other bytes";
}
