import type Database from "better-sqlite3";

/**
 * How the index came to be what it is, one step after another; a step that people have run is never changed.
 * Keys are blobs, because S3 lists them in the order of their UTF-8 bytes.
 */
const steps = [
  // The first version did not count its steps.
  `CREATE TABLE IF NOT EXISTS bucket (
     name TEXT PRIMARY KEY,
     created_at INTEGER NOT NULL,
     cors_rules TEXT NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE IF NOT EXISTS object (
     bucket TEXT NOT NULL REFERENCES bucket (name),
     key BLOB NOT NULL,
     blob_id TEXT NOT NULL,
     size INTEGER NOT NULL,
     etag TEXT NOT NULL,
     modified_at INTEGER NOT NULL,
     details TEXT NOT NULL,
     PRIMARY KEY (bucket, key)
   ) STRICT, WITHOUT ROWID;`,

  `ALTER TABLE bucket ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';
   UPDATE bucket SET settings = json_object('cors', json(cors_rules)) WHERE cors_rules <> '[]';
   ALTER TABLE bucket DROP COLUMN cors_rules;

   -- One blob, or one for each part, with spaces between.
   ALTER TABLE object RENAME COLUMN blob_id TO blob_ids;

   -- The files that there must be, and those that were let go and may still be there.
   CREATE TABLE blob (
     id TEXT PRIMARY KEY,
     size INTEGER NOT NULL,
     sha256 TEXT NOT NULL,
     let_go INTEGER NOT NULL DEFAULT 0
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX blob_let_go ON blob (id) WHERE let_go;
   INSERT INTO blob (id, size, sha256)
     SELECT blob_ids, size, json_extract(details, '$.checksums.sha256') FROM object;

   CREATE TABLE upload (
     bucket TEXT NOT NULL REFERENCES bucket (name),
     key BLOB NOT NULL,
     id TEXT NOT NULL UNIQUE,
     started_at INTEGER NOT NULL,
     details TEXT NOT NULL,
     PRIMARY KEY (bucket, key, id)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE part (
     upload_id TEXT NOT NULL REFERENCES upload (id),
     number INTEGER NOT NULL,
     blob_id TEXT NOT NULL,
     size INTEGER NOT NULL,
     etag TEXT NOT NULL,
     modified_at INTEGER NOT NULL,
     checksums TEXT NOT NULL,
     PRIMARY KEY (upload_id, number)
   ) STRICT, WITHOUT ROWID;`,

  // What completed uploads were answered, for whoever did not get the answer.
  `CREATE TABLE completion (
     bucket TEXT NOT NULL REFERENCES bucket (name),
     key BLOB NOT NULL,
     upload_id TEXT NOT NULL,
     completed_at INTEGER NOT NULL,
     details TEXT NOT NULL,
     PRIMARY KEY (bucket, key, upload_id)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX completion_completed_at ON completion (completed_at);`,

  "ALTER TABLE blob ADD COLUMN part TEXT",
];

/** Brings the tables up to date. Refuses an index that a later version has written. */
export function migrateIndex(sql: Database.Database): void {
  const version = sql.pragma("user_version", { simple: true }) as number;
  if (version > steps.length) {
    throw new Error("The index was written by a later version of this server. Use that one.");
  }
  for (const [done, step] of [...steps.entries()].slice(version)) {
    sql.transaction(() => {
      sql.exec(step);
      sql.pragma(`user_version = ${done + 1}`);
    })();
  }
}
