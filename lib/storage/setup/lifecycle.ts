import "server-only";
import { isDeepStrictEqual } from "node:util";
import {
  GetBucketLifecycleConfigurationCommand,
  type LifecycleRule,
  PutBucketLifecycleConfigurationCommand,
} from "@aws-sdk/client-s3";
import { locationNames, locationRules } from "../locations";
import { presentValue, type Setting, type Wishes } from "./setting";

/** Empties the locations in which nothing is kept, whatever happens to the sweep. Rules of others are let be. */
export const lifecycle: Setting = {
  id: "lifecycle",
  name: "Lifecycle rules",
  async propose(bucket, wishes) {
    const target = { Bucket: bucket.name };
    const ask = async () => (await bucket.s3.send(new GetBucketLifecycleConfigurationCommand(target))).Rules;
    const absent = "NoSuchLifecycleConfiguration";
    const present = (await presentValue(bucket, "GetBucketLifecycleConfiguration", absent, ask)) ?? [];
    const wanted = wantedRules(wishes);
    const missing = wanted.filter(
      (rule) => !present.some((own) => own.ID === rule.ID && isDeepStrictEqual(factsOf(own), factsOf(rule))),
    );
    if (missing.length === 0) return { changes: [] };
    const apply = async () => {
      const others = present.filter(({ ID }) => !wanted.some((own) => own.ID === ID));
      const LifecycleConfiguration = { Rules: [...others, ...wanted] };
      await bucket.s3.send(new PutBucketLifecycleConfigurationCommand({ ...target, LifecycleConfiguration }));
    };
    const what = `Delete ${missing.map(inWords).join(", and ")} (lifecycle)`;
    const why = "What was never confirmed would stay, and cost, for ever.";
    return { changes: [{ id: "lifecycle", what, why, apply }] };
  },
};

const wantedRules = ({ locations }: Wishes): LifecycleRule[] =>
  locationNames.flatMap((name) => {
    const { emptied } = locationRules[name];
    if (emptied === null) return [];
    return {
      ID: `pail-${name}`,
      Status: "Enabled",
      Filter: { Prefix: `${locations[name]}/` },
      Expiration: { Days: emptied.afterDays },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: emptied.partsAfterDays },
    };
  });

function inWords(rule: LifecycleRule): string {
  const { prefix, days, abort } = factsOf(rule);
  return `what lies under ${prefix} after ${days} days, and unfinished parts after ${abort}`;
}

/** Stores add elements of their own. */
const factsOf = (rule: LifecycleRule) => ({
  status: rule.Status,
  prefix: rule.Filter?.Prefix ?? rule.Prefix,
  days: rule.Expiration?.Days,
  abort: rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation,
});
