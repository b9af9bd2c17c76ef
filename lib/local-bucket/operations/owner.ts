import { header } from "../wire/request";
import { S3Error } from "../wire/s3-error";
import type { SignedRequestContext } from "./request-context";

/** The number of the one account there is, which owns every bucket and every object. */
export const accountId = "100000000001";

/** The account as the owner of something, in a document. */
export const owner = { ID: accountId, DisplayName: "local" };

/** Refuses a request whose sender takes a bucket for somebody else's. */
export function checkExpectedOwner(
  { request, store }: SignedRequestContext,
  bucket: string | undefined,
  headerName: "x-amz-expected-bucket-owner" | "x-amz-source-expected-bucket-owner",
): void {
  const expected = header(request.http, headerName);
  if (expected === undefined || bucket === undefined) return;
  if (!/^\d{12}$/.test(expected)) {
    throw new S3Error(
      "InvalidBucketOwnerAWSAccountID",
      `The value of the expected bucket owner parameter must be an AWS Account ID... [${expected}]`,
    );
  }
  // Of a bucket that is not there, the operation says so.
  if (expected === accountId || !store.index.findBucket(bucket)) return;
  throw new S3Error("AccessDenied", "Access Denied: the bucket belongs to another account than expected.");
}
