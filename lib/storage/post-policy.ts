import "server-only";
import { createHmac, timingSafeEqual } from "node:crypto";
import type { S3Client } from "@aws-sdk/client-s3";
import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import { getSigningKey } from "@smithy/signature-v4";
import { z } from "zod";
import { now } from "@/lib/clock";
import { type BucketClient, Sha256 } from "./bucket-client";
import { endOfSigned } from "./credentials";

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

/** For a page without scripts: nobody has seen the file yet. */
export interface OpenPostGrant {
  key: string;
  maxBytes: number;
  /** `x-amz-meta-…` that takes the name of the file, without its folders; text from outside, so it may say anything */
  filenameMetadata: string;
  /** where the browser goes once the bucket has it; S3 appends bucket, key and etag */
  redirectTo: string;
  expiresAt: Date;
}

/**
 * A form with which a browser may put exactly this object and no other: every field is pinned by equality, and the length
 * by a range of one. No text from a user goes in: S3 expands `${filename}` in every field.
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
 */
export function presignPost(bucket: BucketClient, grant: PostGrant): Promise<PostForm> {
  const pinned = {
    key: grant.key,
    "Content-Type": grant.type,
    success_action_status: "204",
    "x-amz-checksum-algorithm": "SHA256",
    "x-amz-checksum-sha256": grant.sha256,
    ...prefixKeys("x-amz-meta-", grant.metadata),
  };
  const conditions: Condition[] = [["content-length-range", grant.bytes, grant.bytes]];
  return signForm(bucket, pinned, conditions, grant.expiresAt);
}

/** In a field of a form; S3 puts the name of the file in its place. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: it is S3's.
export const filenameVariable = "${filename}";

/** A form that puts any one file of a length up to a bound under this key, and brings the browser back. */
export async function presignOpenPost(bucket: BucketClient, grant: OpenPostGrant): Promise<PostForm> {
  const pinned = {
    key: grant.key,
    "Content-Type": "application/octet-stream",
    success_action_redirect: grant.redirectTo,
  };
  const filename = `x-amz-meta-${grant.filenameMetadata}`;
  const conditions: Condition[] = [
    ["content-length-range", 1, grant.maxBytes],
    ["starts-with", `$${filename}`, ""],
  ];
  const form = await signForm(bucket, pinned, conditions, grant.expiresAt);
  // Added behind the SDK, which pins each field it is given by equality: S3 compares after putting the file's name in.
  return { ...form, fields: { ...form.fields, [filename]: filenameVariable } };
}

interface PostForm {
  url: string;
  fields: Record<string, string>;
}

type FormFields = Record<string, string> & { key: string };

type Condition = PostPolicy["conditions"][number] | ["starts-with", string, string];

/** Signs that these fields and conditions must hold, and adds the fields that say who signed. */
async function signForm(
  bucket: BucketClient,
  { key, ...fields }: FormFields,
  conditions: Condition[],
  expiresAt: Date,
): Promise<PostForm> {
  const client = signingClient(bucket.s3, await endOfSigned(bucket.s3, expiresAt));
  const signed = await createPresignedPost(client, {
    Bucket: bucket.name,
    Key: key,
    Fields: fields,
    Conditions: [{ bucket: bucket.name }, ...conditions],
  });
  // The bucket is pinned by the policy and named by the URL, so the form has no field for it.
  const { bucket: _, ...named } = signed.fields;
  const entries = Object.entries(named).map(([name, value]) => [fieldName(name), value]);
  return { url: bucket.publicUrl, fields: Object.fromEntries(entries) };
}

/**
 * The client that the SDK signs a form with. The SDK dates a form by its own clock and ends it after whole seconds of that;
 * here the date comes from `now()`, and the end is the one that was asked for. See "Signing forms with the AWS SDK" in README.md.
 */
function signingClient(s3: S3Client, expiresAt: Date): S3Client {
  const config = {
    ...s3.config,
    systemClockOffset: now().getTime() - Date.now(),
    utf8Decoder: (document: string) => s3.config.utf8Decoder(rewritePolicy(document, expiresAt)),
  };
  return Object.create(s3, { config: { value: config } });
}

/** The SDK's policy with that end, and with each condition under the name of its field: equalities first, then the rest. */
function rewritePolicy(document: string, expiresAt: Date): string {
  const { conditions } = JSON.parse(document) as { conditions: Condition[] };
  const equalities = conditions.flatMap((condition) =>
    Array.isArray(condition)
      ? []
      : Object.entries(condition).map(([name, value]) => ({ [fieldName(name)]: value })),
  );
  const others = conditions.filter((condition) => Array.isArray(condition));
  return JSON.stringify({ expiration: expiresAt.toISOString(), conditions: [...equalities, ...others] });
}

/** S3 does not mind the case of a name. Pail writes its own names in lower case, and the SDK's are to look the same. */
const fieldName = (name: string): string => (/^(X-Amz-|Policy$)/.test(name) ? name.toLowerCase() : name);

/** The policy of a form, read back; null unless the credentials that Pail has now signed it. */
export async function readOwnPolicy(
  bucket: BucketClient,
  { policy = "", "x-amz-signature": signature = "" }: Record<string, string>,
): Promise<PostPolicy | null> {
  const parsed = encodedPolicy.safeParse(policy);
  if (!parsed.success) return null;
  // Whatever the field says: the day that the key belongs to is in what was signed.
  const [date = ""] = parsed.data.conditions.flatMap((condition) =>
    Array.isArray(condition) ? [] : (condition["x-amz-date"] ?? []),
  );
  const [expected, given] = [await sign(bucket, date.slice(0, 8), policy), Buffer.from(signature, "hex")];
  return given.length === expected.length && timingSafeEqual(given, expected) ? parsed.data : null;
}

async function sign({ s3, region }: BucketClient, day: string, policy: string): Promise<Buffer> {
  const signingKey = await getSigningKey(Sha256, await s3.config.credentials(), day, region, "s3");
  return createHmac("sha256", signingKey).update(policy).digest();
}

const policyShape = z.strictObject({
  expiration: z.iso.datetime(),
  conditions: z.array(
    z.union([
      z.tuple([z.literal("content-length-range"), z.number(), z.number()]),
      z.record(z.string(), z.string()),
    ]),
  ),
});
/** As Pail issues it to scripts, which report refusals: all else that S3's policies can say is left out. */
export type PostPolicy = z.infer<typeof policyShape>;

const encodedPolicy = z
  .base64()
  .transform((text, context) => {
    try {
      return JSON.parse(Buffer.from(text, "base64").toString()) as unknown;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      context.addIssue("must be JSON");
      return z.NEVER;
    }
  })
  .pipe(policyShape);

const prefixKeys = (prefix: string, record: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [prefix + name, value]));
