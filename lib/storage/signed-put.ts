import "server-only";
import { now } from "@/lib/clock";
import type { BucketClient } from "./bucket-client";
import { endOfSigned } from "./credentials";
import { presign } from "./signed-url";

export interface PutGrant {
  /** whole key in the bucket; chosen by the server */
  key: string;
  type: string;
  /** exact length */
  bytes: number;
  /** base64 */
  sha256: string;
  /** base64; needed where the store compares no other digest */
  md5?: string | undefined;
  metadata: Record<string, string>;
  /** or earlier, where the credentials expire before */
  expiresAt: Date;
  /** now, unless another moment is to be tried */
  signedAt?: Date;
}

/** Whoever sends by it sends exactly these headers, and the length that was signed. */
export interface PutRequest {
  url: string;
  headers: Record<string, string>;
}

/**
 * What a stranger could add to a PUT, and S3 would keep with the object; signed, it can be nothing else. Whatever begins with x-amz-
 * S3 refuses by itself where it was not signed. An empty Expires some stores give back and the SDK cannot read.
 */
export const pinnedHeaders: Readonly<Record<string, string>> = {
  "cache-control": "",
  "content-disposition": "",
  "content-encoding": "",
  "content-language": "",
  expires: "Thu, 01 Jan 1970 00:00:00 GMT",
};

/**
 * A PUT with which a browser may put exactly this object and no other: length, type, digest and metadata are signed, and that
 * nothing is replaced where the store heeds that. Which digest, and what else, follows from the store's traits.
 */
export async function presignPut(bucket: BucketClient, grant: PutGrant): Promise<PutRequest> {
  const { traits } = bucket;
  const until = await endOfSigned(bucket.s3, grant.expiresAt);
  const signingDate = grant.signedAt ?? now();
  const headers = {
    "content-type": grant.type,
    ...digestHeader(grant, traits.objectDigest),
    ...Object.fromEntries(
      Object.entries(grant.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value]),
    ),
    ...(traits.writeConditions && { "if-none-match": "*" }),
    ...(traits.signsEmptyHeaders && pinnedHeaders),
  };
  const url = await presign(bucket, {
    method: "PUT",
    key: grant.key,
    query: {},
    signingDate,
    headers: { ...headers, "content-length": String(grant.bytes) },
    expiresIn: Math.max(1, Math.floor((until.getTime() - signingDate.getTime()) / 1000)),
  });
  return { url, headers };
}

function digestHeader(
  { sha256, md5 }: PutGrant,
  digest: BucketClient["traits"]["objectDigest"],
): Record<string, string> {
  if (digest !== "md5") return { "x-amz-checksum-sha256": sha256 };
  if (md5 === undefined) throw new Error("a PUT to this store needs an MD5");
  return { "content-md5": md5 };
}
