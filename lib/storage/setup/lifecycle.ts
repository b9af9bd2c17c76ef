import "server-only";
import { isDeepStrictEqual } from "node:util";
import {
  GetBucketLifecycleConfigurationCommand,
  type LifecycleRule,
  PutBucketLifecycleConfigurationCommand,
} from "@aws-sdk/client-s3";
import { presentValue, type Setting } from "./setting";

const id = "pail-incoming";
const expireAfterDays = 7;
const abortAfterDays = 1;

/** Empties incoming/, whatever happens to the sweep. Rules of others are let be. */
export const lifecycle: Setting = {
  id: "lifecycle",
  name: "Lifecycle rules",
  async propose(bucket, { locations }) {
    const target = { Bucket: bucket.name };
    const prefix = `${locations.incoming}/`;
    const ask = async () => (await bucket.s3.send(new GetBucketLifecycleConfigurationCommand(target))).Rules;
    const absent = "NoSuchLifecycleConfiguration";
    const present = (await presentValue(bucket, "GetBucketLifecycleConfiguration", absent, ask)) ?? [];
    const own = present.find((rule) => rule.ID === id);
    if (own !== undefined && isDeepStrictEqual(factsOf(own), factsOf(ruleFor(prefix))))
      return { changes: [] };
    const apply = async () => {
      const Rules = [...present.filter((rule) => rule.ID !== id), ruleFor(prefix)];
      await bucket.s3.send(
        new PutBucketLifecycleConfigurationCommand({ ...target, LifecycleConfiguration: { Rules } }),
      );
    };
    const what = `Delete what lies under ${prefix} after ${expireAfterDays} days, and unfinished parts after ${abortAfterDays} (lifecycle)`;
    const why = "What was never confirmed would stay, and cost, for ever.";
    return { changes: [{ id: "lifecycle", what, why, apply }] };
  },
};

const ruleFor = (prefix: string): LifecycleRule => ({
  ID: id,
  Status: "Enabled",
  Filter: { Prefix: prefix },
  Expiration: { Days: expireAfterDays },
  AbortIncompleteMultipartUpload: { DaysAfterInitiation: abortAfterDays },
});

/** Stores add elements of their own. */
const factsOf = (rule: LifecycleRule) => ({
  status: rule.Status,
  prefix: rule.Filter?.Prefix ?? rule.Prefix,
  days: rule.Expiration?.Days,
  abort: rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation,
});
