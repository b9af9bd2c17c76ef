// What the browser and the server agree on. Both import this file, so it holds nothing but plain values and shapes.
import type { Failure } from "@/lib/errors";
import type { FileDate, GalleryImage, ImageType } from "@/lib/images/contract";
import { type VariantKind, type VariantType, variantKinds } from "@/lib/images/variants";
import type { Digest } from "@/lib/storage/contract";

/** React runs a client's actions one after another, so files travel in batches. */
export const maxFilesPerBegin = 100;
export const maxFilesPerConfirm = 100;
/** Longer names are cut, not refused: the name only decorates. */
export const maxNameLength = 255;

/** What this server takes, as configured; the page receives it. */
export interface UploadLimits {
  maxBytes: number;
  maxPixels: number;
}

/** Which digests an offer must have, beside the SHA-256 of each object: they follow from what the store can. */
export interface WantedDigests {
  object: "sha256" | "md5";
  /** `none`: the store takes no parts, so whatever its length an original goes at once */
  part: Digest | "none";
}

/** What a page that takes files is told. */
export interface PageLimits extends UploadLimits {
  digests: WantedDigests;
}

/** What is wanted where nothing else is said. */
export const sha256Alone: WantedDigests = { object: "sha256", part: "sha256" };

/** An upload: pending → verifying → ready; or rejected, expired, abandoned. */
export const uploadStates = ["pending", "verifying", "ready", "rejected", "expired", "abandoned"] as const;
export type UploadState = (typeof uploadStates)[number];

/** One object that the browser wants to send. Its digests are base64, as S3's headers have them. */
export interface ObjectOffer<T extends string = string> {
  type: T;
  bytes: number;
  sha256: string;
  /** where the store wants it: see `WantedDigests` */
  md5?: string | undefined;
  /** of an original that goes in parts: the digest of each, in order */
  parts?: string[] | undefined;
  /** which one; where nothing is said the SHA-256 */
  partDigest?: Digest | undefined;
}

/** An original beyond this goes in parts, so that a cut costs a part and not the file. */
export const maxBytesAtOnce = 32 * 1024 * 1024;
/** 320 of them are the most that S3 copies in one piece. */
export const uploadPartBytes = 16 * 1024 * 1024;
/** A grant has URLs for so many parts; whoever has sent them asks for the next ones. */
export const maxPartsPerGrant = 32;

/** Where the parts of so many bytes begin and end; part 1 is the first. */
export function partsOf(bytes: number): { number: number; start: number; end: number }[] {
  return Array.from({ length: Math.ceil(bytes / uploadPartBytes) }, (_, index) => ({
    number: index + 1,
    start: index * uploadPartBytes,
    end: Math.min(bytes, (index + 1) * uploadPartBytes),
  }));
}

/** One picture that the browser wants to send: the original and its variants. */
export interface ImageOffer extends Record<VariantKind, ObjectOffer<VariantType>> {
  /** file name as chosen; never part of a key or a policy */
  name: string;
  original: ObjectOffer<ImageType>;
  /** base64 */
  thumbhash: string;
  /** Used where the picture has no date of its own. */
  fileDate?: FileDate | undefined;
  /** Set to get fresh grants for an upload whose grants expired, instead of a new upload. */
  uploadId?: string | undefined;
}

/** One picture whose variants the server makes, once its original has arrived. */
export type OriginalOffer = Pick<ImageOffer, "name" | "original" | "fileDate" | "uploadId">;

export type ObjectKind = "original" | VariantKind;
export const objectKinds: readonly ObjectKind[] = ["original", ...variantKinds];

/** A presigned POST: every field goes before the file, in this order. A secret for as long as it lives. */
export interface PostForm {
  url: string;
  fields: Record<string, string>;
}

/** A presigned PUT: its length and its headers are signed, and go with it as they are. A secret for as long as it lives. */
export interface PutRequest {
  url: string;
  headers: Record<string, string>;
}

/** With which a browser may put one object and no other. Which way it goes follows from what the store can. */
export type ObjectGrant = PostGrant | PutGrant;
type PostGrant = { method: "POST" } & PostForm;
type PutGrant = { method: "PUT" } & PutRequest;

/** The same for one part. */
export type PartGrant = PutGrant & { number: number };

/** What is still to be sent of an original that goes in parts. */
export interface PartsGrant {
  missing: PartGrant[];
  /** bytes of the parts that are in the bucket */
  arrivedBytes: number;
  /** Are more parts missing than these? */
  hasMore: boolean;
}

/** What the bucket refused, what it said, and what was sent. */
export type Refusal = RefusedObject &
  (
    | { method: "POST"; fields: PostForm["fields"] }
    /** `part`: its number, of an original in parts */
    | { method: "PUT"; headers: PutRequest["headers"]; part?: number | undefined }
  );

interface RefusedObject {
  uploadId: string;
  kind: ObjectKind;
  /** HTTP's */
  status: number;
  /** S3's error code; `unknown` where the answer was none of S3's */
  code: string;
  requestId: string | null;
  /** of the file, or of the part */
  bytes: number;
  type: string;
}

/** What came of a report. */
export interface Reported {
  /** under this number the server's log has the reason; null where the server could not be told */
  incident: string | null;
  /** The store takes pictures in another way than it did: with a fresh grant it goes on. */
  isRenewable: boolean;
}

export type BeginOutcome<K extends ObjectKind = ObjectKind> =
  /** An original that was offered in parts can go either way: both take the same bytes and no others. */
  | {
      status: "granted";
      uploadId: string;
      /** How long its grants can be used, from now on. */
      expiresInSeconds: number;
      grants: Record<K, ObjectGrant>;
      parts?: PartsGrant;
      /** of an upload that is offered again: what is in the bucket already */
      arrived?: K[];
    }
  /** The same owner already holds these bytes: nothing needs to be sent. */
  | { status: "duplicate"; image: GalleryImage }
  | { status: "refused"; error: Failure };

export type ConfirmOutcome =
  | { status: "ready"; image: GalleryImage }
  /** Someone was faster: the same bytes became an image in the meantime. */
  | { status: "duplicate"; image: GalleryImage }
  | { status: "refused"; error: Failure };
