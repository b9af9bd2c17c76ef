import type { ChecksumAlgorithm, Checksums, ChecksumType } from "../wire/checksums";

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

/** One CORS rule, in the words of S3's XML. */
export type CorsRule = {
  ID?: string | undefined;
  /** Each with at most one *. */
  AllowedOrigin: string[];
  AllowedMethod: ("GET" | "PUT" | "POST" | "DELETE" | "HEAD")[];
  AllowedHeader?: string[] | undefined;
  ExposeHeader?: string[] | undefined;
  MaxAgeSeconds?: number | undefined;
};

/** What is to happen to which of a bucket's objects and uploads. Which ones: all conditions must hold. */
export interface LifecycleRule {
  id: string;
  enabled: boolean;
  prefix: string;
  tags: Tag[];
  largerThan: number | undefined;
  smallerThan: number | undefined;
  expireAfterDays: number | undefined;
  /** A date in milliseconds from which on everything expires. */
  expireFrom: number | undefined;
  abortAfterDays: number | undefined;
}

/** Nothing here is ever public, so there is nothing that these would change: they are kept and given back. */
export type PublicAccessBlock = Record<
  "BlockPublicAcls" | "IgnorePublicAcls" | "BlockPublicPolicy" | "RestrictPublicBuckets",
  boolean
>;

/** A multipart upload that is neither completed nor aborted. */
export interface UploadRecord {
  id: string;
  bucket: string;
  key: string;
  startedAt: number;
  attributes: ObjectAttributes;
  checksum: UploadChecksum | undefined;
}

export interface PartRecord {
  number: number;
  blobId: string;
  size: number;
  /** Without quotes. */
  etag: string;
  checksums: Checksums;
  modifiedAt: number;
}

/** How an upload was completed, kept for a while so that the same request is answered alike again. */
export interface Completion {
  /** A digest of the parts that were asked for. */
  parts: string;
  size: number;
  /** Without quotes. */
  etag: string;
  checksums: Checksums;
}

/** What an upload's object is to be checked by, where its maker wants that. */
export interface UploadChecksum {
  algorithm: ChecksumAlgorithm;
  type: ChecksumType;
}
