import { S3Error } from "../wire/s3-error";
import { type Blob, BlobRegistry } from "./blob-registry";
import type { IndexDatabase } from "./database";
import type { BucketRecord, BucketSettings, ObjectRecord } from "./records";
import { type BucketRow, type ObjectRow, readBucketRow, readObjectRow, writeObjectRow } from "./rows";

/** Looks at what is there before a write, in the same transaction; throws to refuse it. */
export type Precondition = (existing: ObjectRecord | undefined) => void;

/** Which buckets and objects there are. What a write resolves with are the ids of blobs that nothing needs any more. */
export class ObjectIndex {
  readonly #db: IndexDatabase;
  readonly #blobs: BlobRegistry;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(db: IndexDatabase) {
    this.#db = db;
    this.#blobs = new BlobRegistry(db);
    this.#statements = prepare(db);
  }

  buckets(): BucketRecord[] {
    return this.#statements.buckets.all().map(readBucketRow);
  }

  findBucket(name: string): BucketRecord | undefined {
    const row = this.#statements.findBucket.get(name);
    return row && readBucketRow(row);
  }

  getBucket(name: string): BucketRecord {
    const bucket = this.findBucket(name);
    if (bucket) return bucket;
    throw new S3Error("NoSuchBucket", "The specified bucket does not exist", { BucketName: name });
  }

  /** Makes a bucket; refuses a name that is taken. */
  createBucket({ name, createdAt, settings }: BucketRecord): Promise<void> {
    return this.#db.write(() => {
      if (this.findBucket(name)) {
        const message = "Your previous request to create the named bucket succeeded and you already own it.";
        throw new S3Error("BucketAlreadyOwnedByYou", message, { BucketName: name });
      }
      this.#statements.createBucket.run(name, createdAt, JSON.stringify(settings));
    });
  }

  /** Changes some of a bucket's settings; undefined takes one away. */
  saveSettings(name: string, changes: BucketSettings): Promise<void> {
    return this.#db.write(() => {
      const { settings } = this.getBucket(name);
      this.#statements.saveSettings.run(JSON.stringify({ ...settings, ...changes }), name);
    });
  }

  /** Refuses a bucket with objects. Uploads that were not completed end with it. */
  deleteBucket(name: string): Promise<string[]> {
    return this.#db.write(() => {
      this.getBucket(name);
      if (this.#statements.anyObject.get(name)) {
        const message = "The bucket you tried to delete is not empty";
        throw new S3Error("BucketNotEmpty", message, { BucketName: name });
      }
      const blobIds = this.#statements.deleteParts.all(name);
      this.#statements.deleteUploads.run(name);
      this.#statements.deleteCompletions.run(name);
      this.#statements.deleteBucket.run(name);
      this.#blobs.letGo(blobIds);
      return blobIds;
    });
  }

  findObject(bucket: string, key: string): ObjectRecord | undefined {
    const row = this.#statements.findObject.get(bucket, Buffer.from(key));
    return row && readObjectRow(row);
  }

  getObject(bucket: string, key: string): ObjectRecord {
    this.getBucket(bucket);
    const object = this.findObject(bucket, key);
    if (object) return object;
    throw new S3Error("NoSuchKey", "The specified key does not exist.", { Key: key });
  }

  /** Puts an object in its place, with blobs that the registry does not know yet. */
  saveObject(
    bucket: string,
    key: string,
    object: ObjectRecord,
    blobs: readonly Blob[],
    check?: Precondition,
  ): Promise<string[]> {
    return this.#db.write(() => {
      for (const blob of blobs) this.#blobs.add(blob);
      return this.replaceObject(bucket, key, object, check);
    });
  }

  /** Part of a write: puts an object in the place of what was there. */
  replaceObject(bucket: string, key: string, object: ObjectRecord, check?: Precondition): string[] {
    this.getBucket(bucket);
    const existing = this.findObject(bucket, key);
    check?.(existing);
    this.#statements.saveObject.run(bucket, ...writeObjectRow(key, object));
    const replaced = [...(existing?.blobIds ?? [])];
    this.#blobs.letGo(replaced);
    return replaced;
  }

  /** Changes an object's tags and nothing else. */
  saveTags(bucket: string, key: string, tags: ObjectRecord["tags"]): Promise<void> {
    return this.#db.write(() => {
      const object = this.getObject(bucket, key);
      this.#statements.saveObject.run(bucket, ...writeObjectRow(key, { ...object, tags }));
    });
  }

  /** Removes objects, all or none; a key that is not there is no error. Those that `unless` holds for stay. */
  deleteObjects(
    bucket: string,
    keys: readonly string[],
    unless: (object: ObjectRecord, key: string) => boolean = () => false,
  ): Promise<string[]> {
    return this.#db.write(() => {
      this.getBucket(bucket);
      return keys.flatMap((key) => {
        const object = this.findObject(bucket, key);
        if (!object || unless(object, key)) return [];
        this.#statements.deleteObject.run(bucket, Buffer.from(key));
        this.#blobs.letGo(object.blobIds);
        return object.blobIds;
      });
    });
  }

  /** The objects with keys from `from` up to, not including, `before`: in order, read as they are asked for. */
  *scan(bucket: string, from: Buffer, before: Buffer | undefined): Generator<ObjectRecord & { key: Buffer }> {
    const rows = before
      ? this.#statements.scanBefore.iterate(bucket, from, before)
      : this.#statements.scan.iterate(bucket, from);
    for (const row of rows) yield { key: row.key, ...readObjectRow(row) };
  }
}

function prepare({ sql }: IndexDatabase) {
  const columns = "key, blob_ids, size, etag, modified_at, details";
  const range = `SELECT ${columns} FROM object WHERE bucket = ? AND key >= ?`;
  return {
    buckets: sql.prepare<[], BucketRow>("SELECT * FROM bucket ORDER BY name"),
    findBucket: sql.prepare<[string], BucketRow>("SELECT * FROM bucket WHERE name = ?"),
    createBucket: sql.prepare("INSERT INTO bucket (name, created_at, settings) VALUES (?, ?, ?)"),
    saveSettings: sql.prepare("UPDATE bucket SET settings = ? WHERE name = ?"),
    deleteBucket: sql.prepare("DELETE FROM bucket WHERE name = ?"),
    deleteParts: sql
      .prepare<[string], string>(
        "DELETE FROM part WHERE upload_id IN (SELECT id FROM upload WHERE bucket = ?) RETURNING blob_id",
      )
      .pluck(),
    deleteUploads: sql.prepare("DELETE FROM upload WHERE bucket = ?"),
    deleteCompletions: sql.prepare("DELETE FROM completion WHERE bucket = ?"),
    anyObject: sql.prepare("SELECT 1 FROM object WHERE bucket = ? LIMIT 1"),
    findObject: sql.prepare<[string, Buffer], ObjectRow>(
      `SELECT ${columns} FROM object WHERE bucket = ? AND key = ?`,
    ),
    saveObject: sql.prepare(
      `INSERT OR REPLACE INTO object (bucket, ${columns}) VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ),
    deleteObject: sql.prepare("DELETE FROM object WHERE bucket = ? AND key = ?"),
    scan: sql.prepare<[string, Buffer], ObjectRow>(`${range} ORDER BY key`),
    scanBefore: sql.prepare<[string, Buffer, Buffer], ObjectRow>(`${range} AND key < ? ORDER BY key`),
  };
}
