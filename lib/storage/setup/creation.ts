import "server-only";
import { CreateBucketCommand, HeadBucketCommand } from "@aws-sdk/client-s3";
import { AppError } from "@/lib/errors";
import type { BucketClient } from "../bucket-client";
import { StorageError } from "../s3-failure";
import type { Setting } from "./setting";

/** The bucket itself. */
export const creation: Setting = {
  id: "bucket",
  name: "Creating buckets",
  async propose(bucket) {
    if (await exists(bucket)) return { changes: [] };
    const what = `Create the bucket ${bucket.name} in ${bucket.region}`;
    const why = "The pictures lie in it.";
    return { changes: [{ id: "bucket", what, why, apply: () => create(bucket) }] };
  },
};

/** Throws StorageError `wrong_region`, or `access_denied` where the bucket is another's. */
async function exists({ s3, name }: BucketClient): Promise<boolean> {
  try {
    await s3.send(new HeadBucketCommand({ Bucket: name }));
    return true;
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    if (error.s3Status === 404) return false;
    if (error.code === "access_denied") throw othersBucket(name);
    throw error;
  }
}

async function create({ s3, name, region }: BucketClient): Promise<void> {
  // us-east-1 is the one region that must not be named.
  const place = region === "us-east-1" ? {} : { LocationConstraint: region as never };
  try {
    await s3.send(new CreateBucketCommand({ Bucket: name, CreateBucketConfiguration: place }));
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    if (error.s3Code === "BucketAlreadyOwnedByYou") return;
    if (error.s3Code === "BucketAlreadyExists") throw othersBucket(name);
    if (/LocationConstraint/.test(error.s3Code)) {
      throw new AppError(
        "bad_region",
        `The store has no region ${region}: correct S3_REGION. (${error.s3Code})`,
      );
    }
    throw error;
  }
}

const othersBucket = (name: string): AppError =>
  new AppError(
    "others_bucket",
    `The bucket ${name} belongs to somebody else, or these credentials may not use it: choose another S3_BUCKET, or run this with the owner's credentials.`,
  );
