import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { iamPolicy, knownOperations } from "./iam-policy";
import { iamRoles } from "./locations";

const bucket = {
  name: "photos",
  locations: {
    incoming: "incoming",
    journal: "journal",
    backups: "backups",
    media: "pictures",
    static: "static",
  },
};

test("every operation that the code performs is in the table, and no other", () => {
  const folder = path.resolve(import.meta.dirname, "..");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
    (name) =>
      name.endsWith(".ts") && !/\.test\.ts$|(^|\/)(local-bucket|testing|bench|ceph)\/|(^|\/)test-/.test(name),
  );
  const used = new Set(["PostObject"]);
  for (const file of files) {
    const code = readFileSync(path.join(folder, file), "utf8");
    for (const [, name = ""] of code.matchAll(/\bnew (\w+)Command\(/g)) used.add(name);
    for (const [, name = ""] of code.matchAll(/\bpaginate(\w+)\(/g)) used.add(name);
  }
  expect([...used].sort()).toEqual([...knownOperations].sort());
});

test("the app may do nothing outside its locations, and nothing to the bucket but list it and ask for its versions", () => {
  const { Statement } = iamPolicy("app", bucket);
  expect(Object.fromEntries(Statement.map(({ Resource, Action }) => [Resource, Action]))).toEqual({
    "arn:aws:s3:::photos": [
      "s3:GetBucketVersioning",
      "s3:ListBucket",
      "s3:ListBucketMultipartUploads",
      "s3:ListBucketVersions",
    ],
    "arn:aws:s3:::photos/incoming/*": [
      "s3:AbortMultipartUpload",
      "s3:DeleteObject",
      "s3:DeleteObjectVersion",
      "s3:GetObject",
      "s3:ListMultipartUploadParts",
      "s3:PutObject",
    ],
    "arn:aws:s3:::photos/journal/*": [
      "s3:DeleteObject",
      "s3:DeleteObjectVersion",
      "s3:GetObject",
      "s3:PutObject",
    ],
    "arn:aws:s3:::photos/pictures/*": [
      "s3:DeleteObject",
      "s3:DeleteObjectVersion",
      "s3:GetObject",
      "s3:PutObject",
    ],
    "arn:aws:s3:::photos/backups/*": [
      "s3:AbortMultipartUpload",
      "s3:DeleteObject",
      "s3:DeleteObjectVersion",
      "s3:GetObject",
      "s3:PutObject",
    ],
  });
});

test("no policy has a wildcard among its actions, and only the list of buckets is for everything", () => {
  for (const role of iamRoles) {
    for (const { Action, Resource } of iamPolicy(role, bucket).Statement) {
      expect(Action.join()).not.toContain("*");
      if (Resource === "*") expect(Action).toEqual(["s3:ListAllMyBuckets"]);
    }
  }
});
