import "server-only";
import { isDeepStrictEqual } from "node:util";
import { type CORSRule, GetBucketCorsCommand, PutBucketCorsCommand } from "@aws-sdk/client-s3";
import { presentValue, type Setting } from "./setting";

/** Browsers ask the bucket whether a page may send to it. Rules of others for the same bucket are let be. */
export const cors: Setting = {
  id: "cors",
  name: "CORS rules",
  async propose(bucket, { origins }) {
    const target = { Bucket: bucket.name };
    const ask = async () => (await bucket.s3.send(new GetBucketCorsCommand(target))).CORSRules;
    const present = (await presentValue(bucket, "GetBucketCors", "NoSuchCORSConfiguration", ask)) ?? [];
    const wanted = ruleFor(origins);
    const [own] = present.filter(isOwn);
    if (own !== undefined && isSameRule(own, wanted)) return { changes: [] };
    const apply = async () => {
      const CORSRules = [wanted, ...present.filter((rule) => !isOwn(rule))];
      await bucket.s3.send(new PutBucketCorsCommand({ ...target, CORSConfiguration: { CORSRules } }));
    };
    const what = `Allow pages of ${origins.join(", ")} to send and to read (CORS)`;
    return {
      changes: [{ id: "cors", what, why: "Browsers send nothing to a bucket that does not say so.", apply }],
    };
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

/** An earlier Pail gave its rule no ID, and no PUT. */
function isOwn(rule: CORSRule): boolean {
  const { AllowedOrigins = [], AllowedMethods } = rule;
  return rule.ID === id || isSameRule({ ID: id, ...rule }, { ...ruleFor(AllowedOrigins), AllowedMethods });
}

/** In whatever order the store keeps the lists: see "reorders-cors" in stores/traits.ts. */
const isSameRule = (one: CORSRule, other: CORSRule): boolean =>
  isDeepStrictEqual(unordered(one), unordered(other));

const unordered = (rule: CORSRule) =>
  Object.fromEntries(
    Object.entries(rule).map(([key, value]) => [key, Array.isArray(value) ? new Set(value) : value]),
  );
