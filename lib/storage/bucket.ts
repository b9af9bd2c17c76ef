import "server-only";
import { isDeepStrictEqual } from "node:util";
import {
  type CORSRule,
  CreateBucketCommand,
  GetBucketCorsCommand,
  HeadBucketCommand,
  PutBucketCorsCommand,
} from "@aws-sdk/client-s3";
import type { BucketClient } from "./bucket-client";
import { StorageError } from "./s3-failure";

/** Makes the bucket what Pail needs, and says what it changed; a second run changes nothing. */
export async function setUpBucket(bucket: BucketClient, appOrigin: string): Promise<string[]> {
  const changes: string[] = [];
  if (await createIfMissing(bucket)) changes.push(`created bucket ${bucket.name} in ${bucket.region}`);
  if (await allowOrigin(bucket, appOrigin)) changes.push(`allowed ${appOrigin} to send and read (CORS)`);
  return changes;
}

/** Does the bucket answer? Throws StorageError where it does not. */
export async function checkBucket(bucket: BucketClient): Promise<void> {
  await bucket.s3.send(new HeadBucketCommand({ Bucket: bucket.name }));
}

async function createIfMissing({ s3, name, region }: BucketClient): Promise<boolean> {
  try {
    await s3.send(new HeadBucketCommand({ Bucket: name }));
    return false;
  } catch (error) {
    if (!(error instanceof StorageError) || error.s3Status !== 404) throw error;
  }
  // us-east-1 is the one region that must not be named.
  const place = region === "us-east-1" ? {} : { LocationConstraint: region as never };
  await s3.send(new CreateBucketCommand({ Bucket: name, CreateBucketConfiguration: place }));
  return true;
}

async function allowOrigin({ s3, name }: BucketClient, appOrigin: string): Promise<boolean> {
  const wanted: CORSRule[] = [
    {
      AllowedOrigins: [appOrigin],
      AllowedMethods: ["GET", "HEAD", "POST"],
      AllowedHeaders: ["*"],
      ExposeHeaders: ["ETag", "x-amz-request-id"],
      MaxAgeSeconds: 3600,
    },
  ];
  if (isDeepStrictEqual(await corsRules(s3, name), wanted)) return false;
  await s3.send(new PutBucketCorsCommand({ Bucket: name, CORSConfiguration: { CORSRules: wanted } }));
  return true;
}

async function corsRules(s3: BucketClient["s3"], name: string): Promise<CORSRule[]> {
  try {
    return (await s3.send(new GetBucketCorsCommand({ Bucket: name }))).CORSRules ?? [];
  } catch (error) {
    if (error instanceof StorageError && error.s3Code === "NoSuchCORSConfiguration") return [];
    throw error;
  }
}
