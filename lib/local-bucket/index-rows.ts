import type Database from "better-sqlite3";
import type { Checksums } from "./checksums";
import type { CorsRule } from "./cors";

/** Everything about an object but its key and its bytes. */
export interface ObjectRecord extends ObjectAttributes {
  blobId: string;
  size: number;
  /** Without quotes. */
  etag: string;
  checksums: Checksums;
  modifiedAt: number;
}

/** What a client says about an object. */
export interface ObjectAttributes {
  /** Content-Type and the like, by lower-case name. */
  headers: Record<string, string>;
  metadata: Record<string, string>;
  tags: Tag[];
}

export interface Tag {
  key: string;
  value: string;
}

export interface BucketRecord {
  name: string;
  createdAt: number;
  corsRules: CorsRule[];
}

interface ObjectRow {
  key: Buffer;
  blob_id: string;
  size: number;
  etag: string;
  modified_at: number;
  details: string;
}

interface BucketRow {
  name: string;
  created_at: number;
  cors_rules: string;
}

const schema = `
  CREATE TABLE IF NOT EXISTS bucket (
    name TEXT PRIMARY KEY,
    created_at INTEGER NOT NULL,
    cors_rules TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  -- Keys are blobs, because S3 lists them in the order of their UTF-8 bytes.
  CREATE TABLE IF NOT EXISTS object (
    bucket TEXT NOT NULL REFERENCES bucket (name),
    key BLOB NOT NULL,
    blob_id TEXT NOT NULL,
    size INTEGER NOT NULL,
    etag TEXT NOT NULL,
    modified_at INTEGER NOT NULL,
    details TEXT NOT NULL,
    PRIMARY KEY (bucket, key)
  ) STRICT, WITHOUT ROWID;
`;

/** Makes the tables where they are missing, and the statements over them. */
export function prepareStatements(db: Database.Database) {
  db.exec(schema);
  const columns = "key, blob_id, size, etag, modified_at, details";
  const range = `SELECT ${columns} FROM object WHERE bucket = ? AND key >= ?`;
  return {
    buckets: db.prepare<[], BucketRow>("SELECT * FROM bucket ORDER BY name"),
    findBucket: db.prepare<[string], BucketRow>("SELECT * FROM bucket WHERE name = ?"),
    saveBucket: db.prepare(
      `INSERT INTO bucket (name, created_at, cors_rules) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET cors_rules = excluded.cors_rules`,
    ),
    deleteBucket: db.prepare("DELETE FROM bucket WHERE name = ?"),
    anyObject: db.prepare("SELECT 1 FROM object WHERE bucket = ? LIMIT 1"),
    findObject: db.prepare<[string, Buffer], ObjectRow>(
      `SELECT ${columns} FROM object WHERE bucket = ? AND key = ?`,
    ),
    saveObject: db.prepare(`INSERT OR REPLACE INTO object (bucket, ${columns}) VALUES (?, ?, ?, ?, ?, ?, ?)`),
    deleteObject: db.prepare<[string, Buffer], { blob_id: string }>(
      "DELETE FROM object WHERE bucket = ? AND key = ? RETURNING blob_id",
    ),
    scan: db.prepare<[string, Buffer], ObjectRow>(`${range} ORDER BY key`),
    scanBefore: db.prepare<[string, Buffer, Buffer], ObjectRow>(`${range} AND key < ? ORDER BY key`),
  };
}

export function readObjectRow(row: ObjectRow): ObjectRecord {
  const details: ObjectAttributes & { checksums: Checksums } = JSON.parse(row.details);
  return {
    ...details,
    blobId: row.blob_id,
    size: row.size,
    etag: row.etag,
    modifiedAt: row.modified_at,
  };
}

/** The columns of an object after its bucket, in the order of saveObject. */
export function writeObjectRow(key: string, object: ObjectRecord): unknown[] {
  const { blobId, size, etag, modifiedAt, ...details } = object;
  return [Buffer.from(key), blobId, size, etag, modifiedAt, JSON.stringify(details)];
}

export function readBucketRow(row: BucketRow): BucketRecord {
  return { name: row.name, createdAt: row.created_at, corsRules: JSON.parse(row.cors_rules) };
}
