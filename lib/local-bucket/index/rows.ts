import type { Checksums } from "../wire/checksums";
import type { BucketRecord, ObjectAttributes, ObjectRecord } from "./records";

export interface ObjectRow {
  key: Buffer;
  blob_ids: string;
  size: number;
  etag: string;
  modified_at: number;
  details: string;
}

export interface BucketRow {
  name: string;
  created_at: number;
  settings: string;
}

export function readObjectRow(row: ObjectRow): ObjectRecord {
  const details: ObjectAttributes & { checksums: Checksums } = JSON.parse(row.details);
  return {
    ...details,
    blobIds: row.blob_ids.split(" "),
    size: row.size,
    etag: row.etag,
    modifiedAt: row.modified_at,
  };
}

/** The columns of an object after its bucket: key, blob_ids, size, etag, modified_at, details. */
export function writeObjectRow(key: string, object: ObjectRecord): unknown[] {
  const { blobIds, size, etag, modifiedAt, ...details } = object;
  return [Buffer.from(key), blobIds.join(" "), size, etag, modifiedAt, JSON.stringify(details)];
}

export function readBucketRow(row: BucketRow): BucketRecord {
  return { name: row.name, createdAt: row.created_at, settings: JSON.parse(row.settings) };
}
