import "server-only";
import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { countUse } from "@/lib/accounts/rate-limit";
import type { Viewer } from "@/lib/accounts/viewer";
import { now } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { uploads } from "@/lib/db/schema";
import { AppError } from "@/lib/errors";
import { log } from "@/lib/log";
import { incidentId } from "@/lib/request-context";
import { bucketClient } from "@/lib/storage/bucket-client";
import { digestHeaders } from "@/lib/storage/digests";
import {
  explainPut,
  explainRefusal,
  type FailedCondition,
  type PutContent,
} from "@/lib/storage/explain-refusal";
import { partHeaders } from "@/lib/storage/multipart";
import { readOwnPolicy } from "@/lib/storage/post-policy";
import { objectHeader, pinnedHeaders, putHeaders, replaceCondition } from "@/lib/storage/signed-put";
import type { Traits } from "@/lib/storage/stores/traits";
import { objectKinds, type Refusal, type Reported } from "./contract";
import { partDigestOf, wantedDigests } from "./digests";
import { metadataOf } from "./grants";
import type { Upload } from "./objects";
import { wantedParts } from "./parts";
import { findStoreAnew, knowStore } from "./store";

const reportRate = { max: 60, windowSeconds: 60 };
const maxFields = 40;
/** S3 takes no longer forms. */
const maxFieldChars = 20_000;
/** None of the headers that are signed is as long. */
const maxHeaderChars = 500;

const recordOf = (maxChars: number) =>
  z
    .record(z.string().max(200), z.string().max(maxChars))
    .refine((fields) => Object.keys(fields).length <= maxFields, "has too many fields");

const said = {
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
};

/** What the browser reports. It goes into a log: words of S3's own kind, and no more of them than a form or a PUT can have. */
export const refusalShape = z.discriminatedUnion("method", [
  z.strictObject({ ...said, method: z.literal("POST"), fields: recordOf(maxFieldChars) }),
  z.strictObject({
    ...{ ...said, method: z.literal("PUT"), headers: recordOf(maxHeaderChars) },
    part: z.number().int().min(1).max(10_000).optional(),
  }),
]) satisfies z.ZodType<Refusal>;

/**
 * Logs why the bucket refused an object of one of the viewer's uploads: what S3 said, and what of what was signed was not met.
 * Where the refusal contradicts what the store can, that is found out anew. Resolves to the number of that line, and whether it
 * goes on with a fresh grant. See "Refusals by the bucket" in README.md. Throws AppError `rate_limited`, or `not_found` for what
 * is not theirs.
 */
export async function logRefusal(viewer: Viewer, refusal: Refusal): Promise<Reported> {
  await countUse(`refusal:${viewer.id}`, reportRate);
  await knowStore();
  const [upload] = await database()
    .orm.select()
    .from(uploads)
    .where(and(eq(uploads.id, refusal.uploadId), eq(uploads.ownerId, viewer.id)));
  if (upload === undefined)
    throw new AppError("not_found", "There is no such upload.", { values: { what: "upload" } });
  const incident = incidentId();
  const { uploadId, kind, status, code: s3Code, requestId, bytes, type, method } = refusal;
  const replayed = await replay(upload, refusal);
  const { reason, failed } = replayed;
  const line = { incident, uploadId, kind, method, status, s3Code, requestId, bytes, type, reason };
  const what = method === "POST" ? "the bucket refused a form" : "the bucket refused a PUT";
  log.warn({ ...line, ...(failed && { failed }) }, what);
  return { incident, isRenewable: await isRenewable(refusal, replayed) };
}

interface Replayed {
  reason: string;
  failed?: FailedCondition[];
  /** it meets all that was signed */
  isAsSigned?: true;
}

const look = "“npm run manage -- bucket doctor” looks at rights, clocks and the bucket";

async function replay(upload: Upload, refusal: Refusal): Promise<Replayed> {
  if (isOutdated(refusal, bucketClient().traits))
    return { reason: "it went the way that the store took before; now it takes another" };
  return refusal.method === "POST" ? replayForm(refusal) : replayPut(upload, refusal);
}

async function replayForm({ fields, bytes }: RefusedForm): Promise<Replayed> {
  const bucket = bucketClient();
  const policy = await readOwnPolicy(bucket, fields);
  if (policy === null)
    return {
      reason: "its policy was changed on the way, or signed with credentials that Pail no longer has",
    };
  const failed = explainRefusal(policy, { bucket: bucket.name, fields, bytes }, now());
  if (failed.length > 0) return { reason: "it does not meet its policy", failed };
  return { reason: `it meets its policy: ${look}`, isAsSigned: true };
}

/** What was signed does not come back from the browser: it follows from the row and the store's traits. */
function replayPut(upload: Upload, refusal: RefusedPut): Replayed {
  const signed = signedFor(upload, refusal);
  if (signed === null) return { reason: "the upload has no such object or part" };
  const failed = explainPut({ ...signed, expiresAt: upload.expiresAt }, refusal, now());
  if (failed.length > 0) return { reason: "it is not what was signed", failed };
  return { reason: `it is what was signed: ${look}`, isAsSigned: true };
}

type RefusedForm = Extract<Refusal, { method: "POST" }>;
type RefusedPut = Extract<Refusal, { method: "PUT" }>;

function signedFor({ id, objects }: Upload, { kind, part: number, headers }: RefusedPut): PutContent | null {
  const { traits } = bucketClient();
  const { original, [kind]: object } = objects;
  if (number !== undefined) {
    const part = original.parts && wantedParts(objects)[number - 1];
    return part ? { bytes: part.bytes, headers: partHeaders(partDigestOf(original), part) } : null;
  }
  if (object === undefined || (wantedDigests(traits).object === "md5" && object.md5 === undefined))
    return null;
  // Only a grant for what is there already, and is not what was announced, goes without.
  const mayReplace = headers[replaceCondition] === undefined;
  return {
    bytes: object.bytes,
    headers: putHeaders(traits, { ...object, metadata: metadataOf(id), mayReplace }),
  };
}

/** Whether it was granted when the store was another, or was not known so well. */
function isOutdated(refusal: Refusal, traits: Traits): boolean {
  if (refusal.method === "POST") return traits.upload !== "post";
  const { headers, part } = refusal;
  const has = (name: string) => headers[name] !== undefined;
  if (part !== undefined) return traits.partDigest === "none" || !has(digestHeaders[traits.partDigest]);
  return (
    traits.upload !== "put" ||
    !has(objectHeader(traits)) ||
    (has(replaceCondition) && !traits.writeConditions) ||
    Object.keys(pinnedHeaders).some(has) !== traits.signsEmptyHeaders
  );
}

/** What the file, the person, or time is to blame for. */
const unrelated = [
  ...["BadDigest", "XAmzContentChecksumMismatch", "EntityTooLarge", "EntityTooSmall", "IncompleteBody"],
  ...["ExpiredToken", "RequestTimeTooSkewed", "NoSuchBucket", "QuotaExceeded", "InsufficientStorage"],
];

/** Whether what was granted is outdated: it was already, or is now that the refusal has led to a closer look. */
async function isRenewable(refusal: Refusal, { isAsSigned }: Replayed): Promise<boolean> {
  const { status, code } = refusal;
  if (isOutdated(refusal, bucketClient().traits)) return true;
  const isUnknown =
    status === 501 || status === 405 || code === "NotImplemented" || code === "MethodNotAllowed";
  const isGroundless = isAsSigned && status >= 400 && status < 500 && !unrelated.includes(code);
  return (isUnknown || isGroundless === true) && (await findStoreAnew());
}
