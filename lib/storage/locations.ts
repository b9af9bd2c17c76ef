import "server-only";
import { type Env, env } from "@/lib/env";
import { bucketClient } from "./bucket-client";
import { type LocationRules, Storage } from "./storage";

export type LocationName = keyof Env["locations"];

/** Who runs: the app, whoever sets the bucket up, or the build that puts the static files there. */
export const iamRoles = ["app", "setup", "collect-static"] as const;
export type IamRole = (typeof iamRoles)[number];

/** What IAM allows of objects, in its own words. */
export type ObjectAction =
  | "s3:AbortMultipartUpload"
  | "s3:DeleteObject"
  | "s3:DeleteObjectVersion"
  | "s3:GetObject"
  | "s3:ListMultipartUploadParts"
  | "s3:PutObject";

interface Rules extends LocationRules {
  /** The least that each role needs there: see iam-policy.ts. */
  allowed: Partial<Record<IamRole, ObjectAction[]>>;
  /** Whether the bucket is to refuse what a form or a signed URL writes there, whoever signed it. */
  refusesPresignedWrites: boolean;
  /** When what lies there goes by itself, and when the parts of what never became an object do; null: it is kept. */
  emptied: { afterDays: number; partsAfterDays: number } | null;
}

/**
 * All that is said of a location. The policies for credentials, the bucket's own policy, its lifecycle rules and what the doctor
 * says of them follow from here. The folder of each stands in env.ts, since some can be configured.
 */
export const locationRules: Record<LocationName, Rules> = {
  /** Where browsers may write, and nothing is kept. */
  incoming: {
    allowed: {
      app: [
        "s3:PutObject",
        "s3:GetObject",
        "s3:DeleteObject",
        "s3:DeleteObjectVersion",
        "s3:ListMultipartUploadParts",
        "s3:AbortMultipartUpload",
      ],
      // Tries whether what it has set is acted on.
      setup: ["s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"],
    },
    refusesPresignedWrites: false,
    emptied: { afterDays: 7, partsAfterDays: 1 },
    cacheControl: "no-store",
  },
  /** What was verified. Never presigned for writing. */
  media: {
    allowed: {
      app: ["s3:PutObject", "s3:GetObject", "s3:DeleteObject", "s3:DeleteObjectVersion"],
      setup: ["s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"],
    },
    refusesPresignedWrites: true,
    emptied: null,
    cacheControl: "no-store",
  },
  /** What people change, told beside their pictures: see “Journal” in lib/upkeep/README.md. */
  journal: {
    allowed: {
      app: ["s3:PutObject", "s3:GetObject", "s3:DeleteObject", "s3:DeleteObjectVersion"],
    },
    // No browser is given anything that lies there.
    refusesPresignedWrites: false,
    emptied: null,
    cacheControl: "no-store",
  },
  /** Copies of the database, with the hashes of passwords in them. The server alone writes and reads them. */
  backups: {
    allowed: {
      app: [
        "s3:PutObject",
        "s3:GetObject",
        "s3:DeleteObject",
        "s3:DeleteObjectVersion",
        "s3:AbortMultipartUpload",
      ],
    },
    // No browser is given anything that lies there.
    refusesPresignedWrites: false,
    // Upkeep deletes all but the last ones.
    emptied: null,
    cacheControl: "no-store",
  },
  /** What `collect-static` puts there. Whoever serves STATIC_URL reads it from here; the bucket itself stays closed. */
  static: {
    allowed: {
      "collect-static": [
        "s3:PutObject",
        "s3:GetObject",
        "s3:DeleteObject",
        "s3:DeleteObjectVersion",
        "s3:AbortMultipartUpload",
      ],
    },
    refusesPresignedWrites: false,
    emptied: null,
    cacheControl: "public, max-age=31536000, immutable",
  },
};

export const locationNames = Object.keys(locationRules) as LocationName[];

export const incoming = () => locationOf("incoming");
export const media = () => locationOf("media");
export const journal = () => locationOf("journal");
export const backups = () => locationOf("backups");
export const staticFiles = () => locationOf("static");

const locationOf = (name: LocationName): Storage =>
  new Storage(bucketClient(), env().locations[name], locationRules[name]);
