import type { CorsRule } from "../operations/cors";
import type { LifecycleRule } from "../operations/lifecycle-rules";
import type { PublicAccessBlock } from "../operations/public-access";
import type { Checksums } from "../wire/checksums";

/** Everything about an object but its key and its bytes. */
export interface ObjectRecord extends ObjectAttributes {
  /** One, or one for each part, in order. */
  blobIds: readonly string[];
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
  settings: BucketSettings;
}

/** What S3 calls a bucket's configurations; one that is not set is not there. */
export interface BucketSettings {
  cors?: CorsRule[];
  lifecycle?: LifecycleRule[];
  publicAccessBlock?: PublicAccessBlock;
  ownershipControls?: "BucketOwnerEnforced";
  tagging?: Tag[];
}

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
