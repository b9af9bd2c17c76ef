import "server-only";
import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { countUse } from "@/lib/accounts/rate-limit";
import type { Viewer } from "@/lib/accounts/viewer";
import { now } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { uploads } from "@/lib/db/schema";
import { AppError } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { log } from "@/lib/log";
import { bucketClient } from "@/lib/storage/bucket-client";
import { explainRefusal } from "@/lib/storage/explain-refusal";
import { readOwnPolicy } from "@/lib/storage/post-policy";
import { objectKinds, type Refusal } from "./contract";

const reportRate = { max: 60, windowSeconds: 60 };
const maxFields = 40;
/** S3 takes no longer forms. */
const maxFieldChars = 20_000;

/** What the browser reports. It goes into a log: words of S3's own kind, and no more of them than a form can have. */
export const refusalShape = z.strictObject({
  uploadId: z.uuid(),
  kind: z.enum(objectKinds),
  status: z.number().int().min(100).max(599),
  code: z.string().regex(/^[\w.-]{1,80}$/),
  requestId: z
    .string()
    .regex(/^[\w+/=.:-]{1,200}$/)
    .nullable(),
  bytes: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
  type: z.string().max(100),
  fields: z
    .record(z.string().max(200), z.string().max(maxFieldChars))
    .refine((fields) => Object.keys(fields).length <= maxFields, "has too many fields"),
}) satisfies z.ZodType<Refusal>;

/**
 * Logs why the bucket refused a form of one of the viewer's uploads: what S3 said, and which conditions of the policy the
 * form does not meet. Returns the number of that line. See "Refusals by the bucket" in README.md. Throws AppError `rate_limited`, or `not_found` for what is not theirs.
 */
export async function logRefusal(viewer: Viewer, refusal: Refusal): Promise<string> {
  await countUse(`refusal:${viewer.id}`, reportRate);
  const { uploadId, fields, code: s3Code, ...rest } = refusal;
  const [upload] = await database()
    .orm.select({ id: uploads.id })
    .from(uploads)
    .where(and(eq(uploads.id, uploadId), eq(uploads.ownerId, viewer.id)));
  if (upload === undefined)
    throw new AppError("not_found", "There is no such upload.", { values: { what: "upload" } });
  const incident = newId();
  log.warn({ incident, uploadId, s3Code, ...rest, ...(await replay(refusal)) }, "the bucket refused a form");
  return incident;
}

async function replay({ fields, bytes }: Refusal) {
  const bucket = bucketClient();
  if (fields.policy === undefined)
    return { reason: "it was a part, put by a URL: “npm run manage -- bucket doctor” looks at the bucket" };
  const policy = await readOwnPolicy(bucket, fields);
  if (policy === null)
    return {
      reason: "its policy was changed on the way, or signed with credentials that Pail no longer has",
    };
  const failed = explainRefusal(policy, { bucket: bucket.name, fields, bytes }, now());
  if (failed.length > 0) return { reason: "it does not meet its policy", failed };
  return {
    reason: "it meets its policy: “npm run manage -- bucket doctor” looks at rights, clocks and the bucket",
  };
}
