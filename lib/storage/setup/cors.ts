import "server-only";
import { isDeepStrictEqual } from "node:util";
import { type CORSRule, GetBucketCorsCommand, PutBucketCorsCommand } from "@aws-sdk/client-s3";
import { now } from "@/lib/clock";
import type { BucketClient } from "../bucket-client";
import { missing, preflight, type Sends } from "../preflight";
import { isCode, StorageError } from "../s3-failure";
import { presignPut } from "../signed-put";
import { impressionOf } from "../stores/impression";
import { adviceFor } from "../stores/products";
import { presentList, type Remainder, type Setting, type Wishes } from "./setting";

/** Browsers ask the bucket whether a page may send to it. Rules of others for the same bucket are let be. */
export const cors: Setting = {
  id: "cors",
  name: "CORS rules of the bucket",
  otherwise: { cors: "server" },
  async propose(bucket, { origins }, known = {}) {
    const target = { Bucket: bucket.name };
    const ask = async () => (await bucket.s3.send(new GetBucketCorsCommand(target))).CORSRules;
    const present = await presentList(bucket, "GetBucketCors", ask);
    const wanted = ruleFor(origins);
    if (present.some((rule) => isOwn(rule) && isSameRule(rule, wanted)))
      return { changes: [], found: { cors: "bucket" } };
    if (known !== null && (known.cors === "server" || (present.length === 0 && (await hasNoRules(bucket))))) {
      const why = `${bucket.host} does not support PutBucketCors. (PutBucketCors, NotImplemented)`;
      return { changes: [], cannot: why };
    }
    const apply = async () => {
      const CORSRules = [wanted, ...present.filter((rule) => !isOwn(rule))];
      await bucket.s3.send(new PutBucketCorsCommand({ ...target, CORSConfiguration: { CORSRules } }));
    };
    const what = `Allow pages of ${origins.join(", ")} to send and to read (CORS)`;
    const why = "Browsers send nothing to a bucket that does not say so.";
    return { changes: [{ id: "cors", what, why, apply, otherwise: { cors: "server" } }] };
  },
  async without(bucket, wishes, why) {
    const refused = await refusedOrigins(bucket, wishes);
    const name = this.name;
    if (refused === null) {
      const untried = `${why} Whether its server lets pages in could not be tried: ${bucket.publicUrl} does not answer here.`;
      return { unsupported: [{ what: name, why: `${untried} ${await advise(bucket, wishes.origins)}` }] };
    }
    if (refused.length === 0) {
      const fine = `its server answers browsers, and lets pages of ${wishes.origins.join(", ")} in already.`;
      return { unsupported: [{ what: name, why: `${why} There ${fine}` }] };
    }
    const what = `Pages of ${refused.join(", ")} may not send to the bucket (CORS)`;
    const sentence = `${why} ${await advise(bucket, refused)}`;
    return { refused: [{ id: "cors", code: "not_supported", what, why: sentence }] } satisfies Remainder;
  },
};

const id = "pail";

const ruleFor = (origins: string[]): CORSRule => ({
  ID: id,
  AllowedOrigins: origins,
  AllowedMethods: ["GET", "HEAD", "POST", "PUT"],
  AllowedHeaders: ["*"],
  ExposeHeaders: ["ETag", "x-amz-request-id"],
  MaxAgeSeconds: 3600,
});

/** An earlier Pail gave its rule no ID, and no PUT; some stores keep no ID. */
function isOwn(rule: CORSRule): boolean {
  const { AllowedOrigins = [], AllowedMethods } = rule;
  return rule.ID === id || isSameRule(rule, { ...ruleFor(AllowedOrigins), AllowedMethods });
}

/** In whatever order the store keeps the lists, and without what it does not keep and browsers can do without. */
function isSameRule(one: CORSRule, other: CORSRule): boolean {
  const facts = ({
    AllowedOrigins,
    AllowedMethods,
    AllowedHeaders,
    ExposeHeaders,
    MaxAgeSeconds,
  }: CORSRule) => ({
    needed: [AllowedOrigins, AllowedMethods, AllowedHeaders].map((list) => new Set(list)),
    exposed: new Set(ExposeHeaders ?? other.ExposeHeaders),
    seconds: MaxAgeSeconds ?? other.MaxAgeSeconds,
  });
  return isDeepStrictEqual(facts(one), facts(other));
}

/**
 * Whether the store takes no rules of buckets at all, found out without making any: MinIO says that there are none, and takes none. What
 * is sent is no document, which no store can take; and there are no rules that could be lost.
 */
async function hasNoRules({ s3, name }: BucketClient): Promise<boolean> {
  const command = new PutBucketCorsCommand({ Bucket: name, CORSConfiguration: { CORSRules: [] } });
  command.middlewareStack.add(
    (next) => (args) => {
      Object.assign(args.request as object, { body: "none" });
      return next(args);
    },
    { step: "serialize", priority: "low", name: "sendNoDocument" },
  );
  try {
    // With options of its own a command is not taken for another of its kind: see cacheMiddleware.
    await s3.send(command, {});
    return false;
  } catch (error) {
    if (error instanceof StorageError) return isCode(error, "not_supported");
    throw error;
  }
}

const withinMs = 5000;

/** Those whose pages may not send as Pail has them do; null where it could not be tried. */
async function refusedOrigins(bucket: BucketClient, wishes: Wishes): Promise<string[] | null> {
  const signal = AbortSignal.timeout(withinMs);
  const key = `${wishes.locations.incoming}/setup-cors`;
  const known = { type: "image/jpeg", bytes: 1, sha256: "", md5: "", metadata: {} };
  const { url, headers } = await presignPut(bucket, { ...known, key, expiresAt: now() });
  const ways: Sends[] = [
    { url, method: "PUT", headers: Object.keys(headers) },
    { url: bucket.publicUrl, method: "POST", headers: [] },
  ];
  const needed = bucket.traits.upload === "put" ? ways.slice(0, 1) : ways;
  try {
    const refused: string[] = [];
    for (const origin of wishes.origins) {
      const answers = await Promise.all(needed.map((sends) => preflight({ signal }, origin, sends)));
      if (answers.some((answer, i) => missing(answer, origin, needed[i] as Sends) !== null))
        refused.push(origin);
    }
    return refused;
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof DOMException)) throw error;
    return null;
  }
}

const advise = async (bucket: BucketClient, origins: string[]): Promise<string> =>
  adviceFor(await impressionOf(bucket)).allowOrigins(origins);
