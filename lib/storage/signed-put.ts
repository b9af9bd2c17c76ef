import "server-only";
import { now } from "@/lib/clock";
import type { BucketClient } from "./bucket-client";
import { secondsOfSigned } from "./credentials";
import { digestHeaders } from "./digests";
import { presign } from "./signed-url";
import type { Traits } from "./stores/traits";

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
  /** whether it may replace what is under the key; otherwise it may not, where the store heeds that */
  mayReplace?: boolean;
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
  const signingDate = grant.signedAt ?? now();
  const headers = putHeaders(bucket.traits, grant);
  const url = await presign(bucket, {
    method: "PUT",
    key: grant.key,
    query: {},
    signingDate,
    headers: { ...headers, "content-length": String(grant.bytes) },
    expiresIn: await secondsOfSigned(bucket.s3, grant.expiresAt, signingDate),
  });
  return { url, headers };
}

/** What is signed with such a PUT, and goes with it, beside its length. Browsers set that by themselves, and nobody else can. */
export function putHeaders(
  traits: Traits,
  grant: Omit<PutGrant, "key" | "bytes" | "expiresAt">,
): Record<string, string> {
  return {
    "content-type": grant.type,
    [objectHeader(traits)]: announced(grant, traits),
    ...Object.fromEntries(
      Object.entries(grant.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value]),
    ),
    ...(traits.writeConditions && grant.mayReplace !== true && { [replaceCondition]: "*" }),
    ...(traits.signsEmptyHeaders && pinnedHeaders),
  };
}

/** With it a PUT replaces nothing. */
export const replaceCondition = "if-none-match";

/** In which header the object's digest is. */
export const objectHeader = ({ objectDigest }: Pick<Traits, "objectDigest">) =>
  digestHeaders[objectDigest === "md5" ? "md5" : "sha256"];

function announced({ sha256, md5 }: Pick<PutGrant, "sha256" | "md5">, { objectDigest }: Traits): string {
  if (objectDigest !== "md5") return sha256;
  if (md5 === undefined) throw new Error("a PUT to this store needs an MD5");
  return md5;
}
