import { z } from "zod";

const found = z.boolean();
/** null: nobody has found out yet */
const settable = <T extends z.ZodType>(shape: T) => shape.nullable();

/**
 * What a store can, found out by trying: see "What a store can" in lib/storage/README.md. Whatever differs by store reads it, and
 * asks for no store's name.
 */
export const traitsShape = z.object({
  /** how browsers send; `none`: neither way does what Pail needs */
  upload: z.enum(["post", "put", "none"]),
  /** what holds a PUT to its bytes; `none`: whatever is signed, other bytes are taken */
  objectDigest: z.enum(["sha256", "md5", "none"]),
  /** Does it take a PUT with headers that were signed as empty? */
  signsEmptyHeaders: found,
  /** what holds a part to its bytes; `none`: it takes no objects in parts */
  partDigest: z.enum(["sha256", "crc32c", "md5", "none"]),
  /** Does If-None-Match keep a PUT from replacing an object? */
  writeConditions: found,
  /** Does x-amz-copy-source-if-match keep another object from being copied? */
  copyConditions: found,
  /** Does it take a copy that is asked for its SHA-256? */
  takesCopyChecksum: found,
  /** who answers browsers that ask for CORS: rules of the bucket, or a setting of the server */
  cors: settable(z.enum(["bucket", "server"])),
  /** Does it keep bucket policies? */
  policies: settable(found),
  /** `objects`: it ends those, and not unfinished parts */
  lifecycle: settable(z.enum(["none", "objects", "parts"])),
  /** whether what is replaced or deleted stays as an older version; `always`: it cannot be turned off */
  versions: z.enum(["none", "on", "always"]),
  /** Does the address to which a form sends the browser back keep its query? */
  redirectKeepsQuery: found,
  /** Does the file's name come in the place of a form's variable, in metadata? */
  expandsFilename: found,
});
export type Traits = z.infer<typeof traitsShape>;

/** S3's own, which are those of the local bucket. */
export const s3Traits: Traits = {
  upload: "post",
  objectDigest: "sha256",
  signsEmptyHeaders: true,
  partDigest: "sha256",
  writeConditions: true,
  copyConditions: true,
  takesCopyChecksum: true,
  cors: "bucket",
  policies: true,
  lifecycle: "parts",
  versions: "none",
  redirectKeepsQuery: true,
  expandsFilename: true,
};

/** What is assumed of a store that nothing was tried on. */
export const untriedTraits: Traits = { ...s3Traits, cors: null, policies: null, lifecycle: null };

/** The traits where whoever runs this Pail chooses the way in (S3_UPLOAD); what holds neither way stays so. */
export const withOverride = (traits: Traits, upload: "auto" | "post" | "put"): Traits =>
  upload === "auto" || traits.upload === "none" ? traits : { ...traits, upload };
