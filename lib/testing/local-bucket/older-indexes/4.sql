-- The index of 12d833f, released 2026-11-29: an object “hello”, and an upload that was begun.
CREATE TABLE bucket (
     name TEXT PRIMARY KEY,
     created_at INTEGER NOT NULL,
     settings TEXT NOT NULL DEFAULT '{}') STRICT, WITHOUT ROWID;
CREATE TABLE object (
     bucket TEXT NOT NULL REFERENCES bucket (name),
     key BLOB NOT NULL,
     blob_ids TEXT NOT NULL,
     size INTEGER NOT NULL,
     etag TEXT NOT NULL,
     modified_at INTEGER NOT NULL,
     details TEXT NOT NULL,
     PRIMARY KEY (bucket, key)
   ) STRICT, WITHOUT ROWID;
CREATE TABLE blob (
     id TEXT PRIMARY KEY,
     size INTEGER NOT NULL,
     sha256 TEXT NOT NULL,
     let_go INTEGER NOT NULL DEFAULT 0
   , part TEXT) STRICT, WITHOUT ROWID;
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
   ) STRICT, WITHOUT ROWID;
CREATE TABLE completion (
     bucket TEXT NOT NULL REFERENCES bucket (name),
     key BLOB NOT NULL,
     upload_id TEXT NOT NULL,
     completed_at INTEGER NOT NULL,
     details TEXT NOT NULL,
     PRIMARY KEY (bucket, key, upload_id)
   ) STRICT, WITHOUT ROWID;
INSERT INTO bucket (name, created_at, settings) VALUES ('pail', 1, '{"cors":[{"AllowedOrigin":["https://a.example"],"AllowedMethod":["POST"]}]}');
INSERT INTO object (bucket, key, blob_ids, size, etag, modified_at, details) VALUES ('pail', x'6b2fc3a92e747874', 'ab000000000000000000000000000000', 5, '5d41402abc4b2a76b9719d911017c592', 1, '{"headers":{"content-type":"text/plain"},"metadata":{"a":"1"},"tags":[],"checksums":{"sha256":"LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="}}');
INSERT INTO blob (id, size, sha256, let_go, part) VALUES ('ab000000000000000000000000000000', 5, 'LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=', 0, null);
INSERT INTO upload (bucket, key, id, started_at, details) VALUES ('pail', x'6b2f7061727473', 'an-upload', 1, '{"headers":{},"metadata":{},"tags":[]}');
CREATE INDEX blob_let_go ON blob (id) WHERE let_go;
CREATE INDEX completion_completed_at ON completion (completed_at);
PRAGMA user_version = 4;
