import { join } from "node:path";
import Database from "better-sqlite3";
import {
  type BucketRecord,
  type ObjectRecord,
  prepareStatements,
  readBucketRow,
  readObjectRow,
  writeObjectRow,
} from "./index-rows";
import { S3Error } from "./s3-error";

/** SQLite starts its log over after a thousand pages of 4 KB. */
const logBytes = 4 * 1024 ** 2;

/** Looks at what is there before a write, in the same transaction; throws to refuse it. */
export type Precondition = (existing: ObjectRecord | undefined) => void;

interface Write {
  run: () => unknown;
  resolve: (value: never) => void;
  reject: (error: unknown) => void;
}

/** A process that was just killed may hold the folder for a moment. */
const lockWaitMs = 5000;

/** Which buckets and objects there are. A write that has resolved is on the disk. */
export class ObjectIndex {
  readonly #db: Database.Database;
  readonly #statements: ReturnType<typeof prepareStatements>;
  #waiting: Write[] = [];

  constructor(dataDir: string) {
    this.#db = new Database(join(dataDir, "index.sqlite"), { timeout: lockWaitMs });
    // One process owns the folder: another would take its half-written files for leftovers.
    this.#db.pragma("locking_mode = EXCLUSIVE");
    this.#db.pragma("journal_mode = WAL");
    this.#db.pragma("synchronous = FULL");
    this.#db.pragma("foreign_keys = ON");
    this.#statements = prepareStatements(this.#db);
    this.#lengthenLog();
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
  createBucket(bucket: BucketRecord): Promise<void> {
    return this.#write(() => {
      if (this.findBucket(bucket.name)) {
        const message = "Your previous request to create the named bucket succeeded and you already own it.";
        throw new S3Error("BucketAlreadyOwnedByYou", message, { BucketName: bucket.name });
      }
      this.#saveBucket(bucket);
    });
  }

  saveCorsRules(name: string, corsRules: BucketRecord["corsRules"]): Promise<void> {
    return this.#write(() => this.#saveBucket({ ...this.getBucket(name), corsRules }));
  }

  deleteBucket(name: string): Promise<void> {
    return this.#write(() => {
      this.getBucket(name);
      if (this.#statements.anyObject.get(name)) {
        const message = "The bucket you tried to delete is not empty";
        throw new S3Error("BucketNotEmpty", message, { BucketName: name });
      }
      this.#statements.deleteBucket.run(name);
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

  /** Puts an object in its place. Resolves with the object that was there before. */
  saveObject(
    bucket: string,
    key: string,
    object: ObjectRecord,
    check?: Precondition,
  ): Promise<ObjectRecord | undefined> {
    return this.#write(() => {
      this.getBucket(bucket);
      const existing = this.findObject(bucket, key);
      check?.(existing);
      this.#statements.saveObject.run(bucket, ...writeObjectRow(key, object));
      return existing;
    });
  }

  /** Changes an object's tags and nothing else. */
  saveTags(bucket: string, key: string, tags: ObjectRecord["tags"]): Promise<void> {
    return this.#write(() => {
      const object = this.getObject(bucket, key);
      this.#statements.saveObject.run(bucket, ...writeObjectRow(key, { ...object, tags }));
    });
  }

  /** Removes objects, all or none; a key that is not there is no error. Resolves with the ids of their blobs. */
  deleteObjects(bucket: string, keys: readonly string[]): Promise<string[]> {
    return this.#write(() => {
      this.getBucket(bucket);
      return keys.flatMap((key) => {
        const row = this.#statements.deleteObject.get(bucket, Buffer.from(key));
        return row ? [row.blob_id] : [];
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

  close(): void {
    this.#flush();
    this.#db.close();
  }

  /**
   * Makes SQLite's write-ahead log as long as it gets before it starts over. A commit that need not lengthen the file
   * syncs several times faster, and nothing else is served meanwhile.
   */
  #lengthenLog(): void {
    this.#db.exec(`
      DROP TABLE IF EXISTS padding;
      CREATE TABLE padding (bytes BLOB);
      INSERT INTO padding VALUES (zeroblob(${logBytes}));
      DROP TABLE padding;
    `);
    this.#db.pragma("wal_checkpoint(RESTART)");
  }

  #saveBucket({ name, createdAt, corsRules }: BucketRecord): void {
    this.#statements.saveBucket.run(name, createdAt, JSON.stringify(corsRules));
  }

  /** Writes that come at the same moment share one transaction, and so one sync of the disk. */
  #write<T>(run: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(() => this.#flush());
      this.#waiting.push({ run, resolve, reject });
    });
  }

  #flush(): void {
    const writes = this.#waiting;
    this.#waiting = [];
    if (writes.length === 0) return;
    const settle: (() => void)[] = [];
    const runNested = this.#db.transaction((write: Write) => write.run());
    const runAll = this.#db.transaction(() => {
      for (const write of writes) {
        try {
          // Nested, so that a refused write takes back itself only.
          const result = runNested(write);
          settle.push(() => write.resolve(result as never));
        } catch (error) {
          // A full or failing disk ends the outer transaction too: then none of them has happened.
          if (!this.#db.inTransaction) throw error;
          settle.push(() => write.reject(error));
        }
      }
    });
    try {
      runAll.immediate();
    } catch (error) {
      for (const write of writes) write.reject(error);
      return;
    }
    for (const answer of settle) answer();
  }
}
