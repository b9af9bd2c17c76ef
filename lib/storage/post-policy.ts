import "server-only";
import { createHmac } from "node:crypto";
import { createScope, getSigningKey } from "@smithy/signature-v4";
import { now } from "@/lib/clock";
import { type BucketClient, Sha256 } from "./bucket-client";

export interface PostGrant {
  /** whole key in the bucket; chosen by the server */
  key: string;
  type: string;
  /** exact length */
  bytes: number;
  /** base64 */
  sha256: string;
  metadata: Record<string, string>;
  /** or earlier, where the credentials expire before */
  expiresAt: Date;
}

/**
 * A form with which a browser may put exactly this object and no other: every field is pinned by equality, and the length
 * by a range of one. No text from a user goes in: S3 expands `${filename}` in every field.
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
 */
export async function presignPost(
  bucket: BucketClient,
  grant: PostGrant,
): Promise<{ url: string; fields: Record<string, string> }> {
  const credentials = await bucket.s3.config.credentials();
  const { expiration: ends = grant.expiresAt } = credentials;
  const date = `${now().toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
  const day = date.slice(0, 8);
  const pinned: Record<string, string> = {
    key: grant.key,
    "Content-Type": grant.type,
    success_action_status: "204",
    "x-amz-checksum-algorithm": "SHA256",
    "x-amz-checksum-sha256": grant.sha256,
    ...prefixKeys("x-amz-meta-", grant.metadata),
    "x-amz-algorithm": "AWS4-HMAC-SHA256",
    "x-amz-credential": `${credentials.accessKeyId}/${createScope(day, bucket.region, "s3")}`,
    "x-amz-date": date,
    ...(credentials.sessionToken !== undefined && { "x-amz-security-token": credentials.sessionToken }),
  };
  const policy = encodePolicy({
    expiration: (ends < grant.expiresAt ? ends : grant.expiresAt).toISOString(),
    conditions: [
      { bucket: bucket.name },
      ...Object.entries(pinned).map(([name, value]) => ({ [name]: value })),
      ["content-length-range", grant.bytes, grant.bytes],
    ],
  });
  const signingKey = await getSigningKey(Sha256, credentials, day, bucket.region, "s3");
  const signature = createHmac("sha256", signingKey).update(policy).digest("hex");
  return { url: bucket.publicUrl, fields: { ...pinned, policy, "x-amz-signature": signature } };
}

interface Policy {
  expiration: string;
  conditions: (Record<string, string> | ["content-length-range", number, number])[];
}

const encodePolicy = (policy: Policy): string => Buffer.from(JSON.stringify(policy)).toString("base64");

const prefixKeys = (prefix: string, record: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [prefix + name, value]));
