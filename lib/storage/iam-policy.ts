import type { Env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { type IamRole, iamRoles, locationNames, locationRules, type ObjectAction } from "./locations";

/**
 * Every S3 operation that Pail performs on objects, and the actions that IAM asks for. Who may do what where is said in
 * locations.ts. A POST by a form and a GET by a URL are done in the name of the credentials that signed them.
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
 */
const ofObjects: Record<string, ObjectAction[]> = {
  PostObject: ["s3:PutObject"],
  PutObject: ["s3:PutObject"],
  CreateMultipartUpload: ["s3:PutObject"],
  UploadPart: ["s3:PutObject"],
  CompleteMultipartUpload: ["s3:PutObject"],
  AbortMultipartUpload: ["s3:AbortMultipartUpload"],
  ListParts: ["s3:ListMultipartUploadParts"],
  HeadObject: ["s3:GetObject"],
  GetObject: ["s3:GetObject"],
  CopyObject: ["s3:GetObject", "s3:PutObject"],
  // Of a version, where the bucket keeps them.
  DeleteObject: ["s3:DeleteObject", "s3:DeleteObjectVersion"],
  DeleteObjects: ["s3:DeleteObject", "s3:DeleteObjectVersion"],
};

/** The same of the bucket, and by whom it is performed. */
const ofBucket: Record<string, [action: string, by: IamRole[]]> = {
  HeadBucket: ["s3:ListBucket", ["app", "setup"]],
  ListObjectsV2: ["s3:ListBucket", ["app", "setup", "collect-static"]],
  ListObjectVersions: ["s3:ListBucketVersions", ["app", "setup", "collect-static"]],
  GetBucketVersioning: ["s3:GetBucketVersioning", ["app", "setup"]],
  ListMultipartUploads: ["s3:ListBucketMultipartUploads", ["app"]],
  CreateBucket: ["s3:CreateBucket", ["setup"]],
  GetBucketCors: ["s3:GetBucketCORS", ["setup"]],
  PutBucketCors: ["s3:PutBucketCORS", ["setup"]],
  GetBucketLifecycleConfiguration: ["s3:GetLifecycleConfiguration", ["setup"]],
  PutBucketLifecycleConfiguration: ["s3:PutLifecycleConfiguration", ["setup"]],
  GetPublicAccessBlock: ["s3:GetBucketPublicAccessBlock", ["setup"]],
  PutPublicAccessBlock: ["s3:PutBucketPublicAccessBlock", ["setup"]],
  GetBucketOwnershipControls: ["s3:GetBucketOwnershipControls", ["setup"]],
  PutBucketOwnershipControls: ["s3:PutBucketOwnershipControls", ["setup"]],
  GetBucketPolicy: ["s3:GetBucketPolicy", ["setup"]],
  PutBucketPolicy: ["s3:PutBucketPolicy", ["setup"]],
};

/** And of the account. */
const ofAccount: typeof ofBucket = {
  ListBuckets: ["s3:ListAllMyBuckets", ["setup"]],
};

export const knownOperations: ReadonlySet<string> = new Set(
  [ofObjects, ofBucket, ofAccount].flatMap(Object.keys),
);

export interface IamPolicy {
  Version: "2012-10-17";
  Statement: { Sid: string; Effect: "Allow"; Action: string[]; Resource: string }[];
}

interface BucketPlaces {
  name: string;
  locations: Env["locations"];
}

/** The least that a role needs: a statement for each place in which it does something. */
export function iamPolicy(role: IamRole, { name, locations }: BucketPlaces): IamPolicy {
  const bucket = `arn:aws:s3:::${name}`;
  const statements = [
    allow("Bucket", performed(ofBucket, role), bucket),
    ...locationNames.map((location) =>
      allow(
        capitalized(location),
        locationRules[location].allowed[role] ?? [],
        `${bucket}/${locations[location]}/*`,
      ),
    ),
    allow("Account", performed(ofAccount, role), "*"),
  ];
  return { Version: "2012-10-17", Statement: statements.filter(({ Action }) => Action.length > 0) };
}

const allow = (place: string, actions: string[], Resource: string) => ({
  Sid: `Pail${place}`,
  Effect: "Allow" as const,
  Action: [...new Set(actions)].sort(),
  Resource,
});

const performed = (operations: typeof ofBucket, role: IamRole): string[] =>
  Object.values(operations).flatMap(([action, by]) => (by.includes(role) ? [action] : []));

export const capitalized = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

export function requireIamRole(role: string): IamRole {
  const found = iamRoles.find((known) => known === role);
  if (found === undefined) throw new AppError("usage", `--for must be one of ${iamRoles.join(", ")}.`);
  return found;
}
