import { AppError } from "@/lib/errors";

/** Who runs: the app, whoever sets the bucket up, or the build that puts the static files there. */
export const iamRoles = ["app", "setup", "collect-static"] as const;
export type IamRole = (typeof iamRoles)[number];

type Place = "account" | "bucket" | "incoming" | "media" | "static";
type Use = Partial<Record<IamRole, Place[]>>;

/**
 * Every S3 operation that Pail performs, the action that IAM asks for, and by whom and where it is performed. A POST by a
 * form and a GET by a URL are done in the name of the credentials that signed them.
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
 */
const operations: Record<string, [action: string, use: Use][]> = {
  HeadBucket: [["s3:ListBucket", { app: ["bucket"], setup: ["bucket"] }]],
  ListObjectsV2: [["s3:ListBucket", { app: ["bucket"], setup: ["bucket"], "collect-static": ["bucket"] }]],
  PostObject: [["s3:PutObject", { app: ["incoming"], setup: ["incoming"] }]],
  PutObject: [
    ["s3:PutObject", { app: ["incoming"], setup: ["incoming", "media"], "collect-static": ["static"] }],
  ],
  CreateMultipartUpload: [["s3:PutObject", { app: ["incoming"], "collect-static": ["static"] }]],
  UploadPart: [["s3:PutObject", { app: ["incoming"], "collect-static": ["static"] }]],
  CompleteMultipartUpload: [["s3:PutObject", { app: ["incoming"], "collect-static": ["static"] }]],
  AbortMultipartUpload: [["s3:AbortMultipartUpload", { app: ["incoming"], "collect-static": ["static"] }]],
  ListParts: [["s3:ListMultipartUploadParts", { app: ["incoming"] }]],
  ListMultipartUploads: [["s3:ListBucketMultipartUploads", { app: ["bucket"] }]],
  HeadObject: [["s3:GetObject", { app: ["incoming", "media"] }]],
  GetObject: [["s3:GetObject", { app: ["incoming", "media"], "collect-static": ["static"] }]],
  CopyObject: [
    ["s3:GetObject", { app: ["incoming"] }],
    ["s3:PutObject", { app: ["media"] }],
  ],
  DeleteObject: [["s3:DeleteObject", { app: ["incoming", "media"], "collect-static": ["static"] }]],
  DeleteObjects: [
    [
      "s3:DeleteObject",
      { app: ["incoming", "media"], setup: ["incoming", "media"], "collect-static": ["static"] },
    ],
  ],
  ListBuckets: [["s3:ListAllMyBuckets", { setup: ["account"] }]],
  CreateBucket: [["s3:CreateBucket", { setup: ["bucket"] }]],
  GetBucketCors: [["s3:GetBucketCORS", { setup: ["bucket"] }]],
  PutBucketCors: [["s3:PutBucketCORS", { setup: ["bucket"] }]],
  GetBucketLifecycleConfiguration: [["s3:GetLifecycleConfiguration", { setup: ["bucket"] }]],
  PutBucketLifecycleConfiguration: [["s3:PutLifecycleConfiguration", { setup: ["bucket"] }]],
  GetPublicAccessBlock: [["s3:GetBucketPublicAccessBlock", { setup: ["bucket"] }]],
  PutPublicAccessBlock: [["s3:PutBucketPublicAccessBlock", { setup: ["bucket"] }]],
  GetBucketOwnershipControls: [["s3:GetBucketOwnershipControls", { setup: ["bucket"] }]],
  PutBucketOwnershipControls: [["s3:PutBucketOwnershipControls", { setup: ["bucket"] }]],
  GetBucketPolicy: [["s3:GetBucketPolicy", { setup: ["bucket"] }]],
  PutBucketPolicy: [["s3:PutBucketPolicy", { setup: ["bucket"] }]],
};

export const knownOperations: ReadonlySet<string> = new Set(Object.keys(operations));

export interface IamPolicy {
  Version: "2012-10-17";
  Statement: { Sid: string; Effect: "Allow"; Action: string[]; Resource: string | string[] }[];
}

interface BucketPlaces {
  name: string;
  locations: Record<"incoming" | "media" | "static", string>;
}

/** The least that a role needs: a statement for each place in which it does something. */
export function iamPolicy(role: IamRole, bucket: BucketPlaces): IamPolicy {
  const actions = new Map<Place, Set<string>>();
  for (const [action, use] of Object.values(operations).flat()) {
    for (const place of use[role] ?? []) actions.set(place, (actions.get(place) ?? new Set()).add(action));
  }
  return {
    Version: "2012-10-17",
    Statement: [...actions].map(([place, wanted]) => ({
      Sid: `Pail${place.charAt(0).toUpperCase()}${place.slice(1)}`,
      Effect: "Allow",
      Action: [...wanted].sort(),
      Resource: resourceOf(place, bucket),
    })),
  };
}

export function requireIamRole(role: string): IamRole {
  const found = iamRoles.find((known) => known === role);
  if (found === undefined) throw new AppError("usage", `--for must be one of ${iamRoles.join(", ")}.`);
  return found;
}

function resourceOf(place: Place, { name, locations }: BucketPlaces): string {
  if (place === "account") return "*";
  const bucket = `arn:aws:s3:::${name}`;
  return place === "bucket" ? bucket : `${bucket}/${locations[place]}/*`;
}
