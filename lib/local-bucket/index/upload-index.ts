import { S3Error } from "../wire/s3-error";
import { type Blob, BlobRegistry } from "./blob-registry";
import type { IndexDatabase } from "./database";
import type { ObjectIndex, Precondition } from "./object-index";
import type { Completion, ObjectRecord, PartRecord, UploadRecord } from "./records";

/** How long a completed upload can be completed again: longer than anybody goes on trying. */
const completionLifeMs = 7 * 24 * 60 * 60 * 1000;

/** Where a listing of uploads goes on: behind this key, or behind this upload of it. */
export interface UploadMarker {
  key: string;
  id: string | undefined;
}

/** The multipart uploads under way. What a write resolves with are the ids of blobs that nothing needs any more. */
export class UploadIndex {
  readonly #db: IndexDatabase;
  readonly #objects: ObjectIndex;
  readonly #blobs: BlobRegistry;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(db: IndexDatabase, objects: ObjectIndex) {
    this.#db = db;
    this.#objects = objects;
    this.#blobs = new BlobRegistry(db);
    this.#statements = prepare(db);
  }

  create(upload: UploadRecord): Promise<void> {
    return this.#db.write(() => {
      const { id, bucket, key, startedAt, ...details } = upload;
      this.#objects.getBucket(bucket);
      this.#statements.create.run(bucket, Buffer.from(key), id, startedAt, JSON.stringify(details));
    });
  }

  get(bucket: string, key: string, id: string): UploadRecord {
    this.#objects.getBucket(bucket);
    const row = this.#statements.find.get(bucket, Buffer.from(key), id);
    if (row) return readUploadRow(row);
    throw noSuchUpload(id);
  }

  findCompletion(bucket: string, key: string, id: string): Completion | undefined {
    const details = this.#statements.findCompletion.get(bucket, Buffer.from(key), id);
    return details === undefined ? undefined : JSON.parse(details);
  }

  /** The uploads of a bucket behind a marker, in the order of key and id. */
  list(bucket: string, marker: UploadMarker, limit: number): UploadRecord[] {
    const key = Buffer.from(marker.key);
    const rows =
      marker.id === undefined
        ? this.#statements.listBehindKey.all(bucket, key, limit)
        : this.#statements.listBehindId.all(bucket, key, marker.id, limit);
    return rows.map(readUploadRow);
  }

  /** The parts that have come, behind a number, in order. */
  parts(id: string, behind: number, limit: number): PartRecord[] {
    return this.#statements.parts.all(id, behind, limit).map(readPartRow);
  }

  /** Adds a part, or puts it in the place of an earlier one of its number. */
  savePart(upload: UploadRecord, part: PartRecord, blob: Blob): Promise<string[]> {
    return this.#db.write(() => {
      this.get(upload.bucket, upload.key, upload.id);
      this.#blobs.add({ ...blob, part: { etag: part.etag, checksums: part.checksums } });
      const replaced = this.#statements.blobOfPart.all(upload.id, part.number);
      const { number, blobId, size, etag, modifiedAt, checksums } = part;
      const row = [upload.id, number, blobId, size, etag, modifiedAt, JSON.stringify(checksums)];
      this.#statements.savePart.run(...row);
      this.#blobs.letGo(replaced);
      return replaced;
    });
  }

  /**
   * Makes parts an object and ends the upload, in one step; parts that the object does not have are let go. Where another
   * request has just done so, its completion stands.
   *
   * @param parts a digest of what was asked for
   */
  complete(
    upload: UploadRecord,
    object: ObjectRecord,
    parts: string,
    check: Precondition,
  ): Promise<{ completion: Completion; letGo: string[] }> {
    return this.#db.write(() => {
      const { bucket, key, id } = upload;
      const earlier = this.findCompletion(bucket, key, id);
      if (earlier) return { completion: earlier, letGo: [] };
      this.get(bucket, key, id);
      const used = new Set(object.blobIds);
      const there = this.#statements.endParts.all(id);
      if (there.filter((blobId) => used.has(blobId)).length < used.size) {
        throw new S3Error("InvalidPart", "A part was replaced while the upload was being completed.");
      }
      const unused = there.filter((blobId) => !used.has(blobId));
      this.#statements.end.run(id);
      this.#blobs.letGo(unused);
      const letGo = [...unused, ...this.#objects.replaceObject(bucket, key, object, check)];
      const { size, etag, checksums, modifiedAt: completedAt } = object;
      const completion = { parts, size, etag, checksums };
      this.#statements.forgetCompletions.run(completedAt - completionLifeMs);
      const row = [bucket, Buffer.from(key), id, completedAt, JSON.stringify(completion)];
      this.#statements.saveCompletion.run(...row);
      return { completion, letGo };
    });
  }

  /** Ends an upload without an object; one that has ended meanwhile is no error. */
  end(id: string): Promise<string[]> {
    return this.#db.write(() => {
      const blobIds = this.#statements.endParts.all(id);
      this.#statements.end.run(id);
      this.#blobs.letGo(blobIds);
      return blobIds;
    });
  }
}

export function noSuchUpload(id: string): S3Error {
  const message =
    "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.";
  return new S3Error("NoSuchUpload", message, { UploadId: id });
}

interface UploadRow {
  bucket: string;
  key: Buffer;
  id: string;
  started_at: number;
  details: string;
}

interface PartRow {
  number: number;
  blob_id: string;
  size: number;
  etag: string;
  modified_at: number;
  checksums: string;
}

function prepare({ sql }: IndexDatabase) {
  const inOrder = "ORDER BY key, id LIMIT ?";
  return {
    create: sql.prepare("INSERT INTO upload (bucket, key, id, started_at, details) VALUES (?, ?, ?, ?, ?)"),
    find: sql.prepare<[string, Buffer, string], UploadRow>(
      "SELECT * FROM upload WHERE bucket = ? AND key = ? AND id = ?",
    ),
    listBehindKey: sql.prepare<[string, Buffer, number], UploadRow>(
      `SELECT * FROM upload WHERE bucket = ? AND key > ? ${inOrder}`,
    ),
    listBehindId: sql.prepare<[string, Buffer, string, number], UploadRow>(
      `SELECT * FROM upload WHERE bucket = ? AND (key, id) > (?, ?) ${inOrder}`,
    ),
    parts: sql.prepare<[string, number, number], PartRow>(
      "SELECT * FROM part WHERE upload_id = ? AND number > ? ORDER BY number LIMIT ?",
    ),
    blobOfPart: sql
      .prepare<[string, number], string>("SELECT blob_id FROM part WHERE upload_id = ? AND number = ?")
      .pluck(),
    savePart: sql.prepare(
      `INSERT OR REPLACE INTO part (upload_id, number, blob_id, size, etag, modified_at, checksums)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ),
    endParts: sql.prepare<[string], string>("DELETE FROM part WHERE upload_id = ? RETURNING blob_id").pluck(),
    end: sql.prepare("DELETE FROM upload WHERE id = ?"),
    findCompletion: sql
      .prepare<[string, Buffer, string], string>(
        "SELECT details FROM completion WHERE bucket = ? AND key = ? AND upload_id = ?",
      )
      .pluck(),
    saveCompletion: sql.prepare(
      "INSERT INTO completion (bucket, key, upload_id, completed_at, details) VALUES (?, ?, ?, ?, ?)",
    ),
    forgetCompletions: sql.prepare("DELETE FROM completion WHERE completed_at < ?"),
  };
}

function readUploadRow({ bucket, key, id, started_at, details }: UploadRow): UploadRecord {
  return { bucket, key: key.toString(), id, startedAt: started_at, ...JSON.parse(details) };
}

function readPartRow({ number, blob_id, size, etag, modified_at, checksums }: PartRow): PartRecord {
  return {
    number,
    blobId: blob_id,
    size,
    etag,
    modifiedAt: modified_at,
    checksums: JSON.parse(checksums),
  };
}
