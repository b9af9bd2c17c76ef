import "server-only";
import {
  GetBucketLifecycleConfigurationCommand,
  type LifecycleRule,
  PutBucketLifecycleConfigurationCommand,
} from "@aws-sdk/client-s3";
import type { BucketClient } from "../bucket-client";
import { isLack, presentList } from "./setting";

/** The rules of a bucket. They are one document, so whoever changes them changes what the one before has left. */
export interface Rules {
  present: LifecycleRule[];
  /** Puts these in the place of those of the same names, and of those that do nothing else. */
  put(own: LifecycleRule[]): Promise<void>;
  /** The same; without what `reduced` leaves out of each where the store does not take it. */
  putAsFarAsItGoes(own: LifecycleRule[], reduced: (rule: LifecycleRule) => LifecycleRule): Promise<void>;
  /** Reads them again. */
  read(): Promise<LifecycleRule[]>;
}

export async function openRules({ s3, name: Bucket, ...bucket }: BucketClient): Promise<Rules> {
  const ask = async () => (await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))).Rules;
  const read = () => presentList({ s3, name: Bucket, ...bucket }, "GetBucketLifecycleConfiguration", ask);
  const rules: Rules = {
    present: await read(),
    async put(own) {
      const others = rules.present.filter(
        (rule) => !own.some(({ ID }) => ID === rule.ID) && !isPart(rule, own),
      );
      const LifecycleConfiguration = { Rules: [...others, ...own] };
      await s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration }));
      rules.present = LifecycleConfiguration.Rules;
    },
    async putAsFarAsItGoes(own, reduced) {
      try {
        await rules.put(own);
      } catch (error) {
        if (!isLack(error)) throw error;
        await rules.put(own.map(reduced)).catch(() => Promise.reject(error));
      }
    },
    read,
  };
  return rules;
}

/** Of a rule that is for a prefix and nothing narrower; null: it is for other objects. */
export function prefixOf({ Prefix, Filter }: LifecycleRule): string | null {
  if (Filter === undefined) return Prefix ?? "";
  const { Prefix: prefix, ...others } = Filter.And ?? Filter;
  return Object.values(others).some((value) => value !== undefined) ? null : (prefix ?? Prefix ?? "");
}

/** By what they do: a store may divide a rule in two, and give it another name. */
const active = (rules: LifecycleRule[], { ...wanted }: LifecycleRule): LifecycleRule[] =>
  rules.filter((rule) => rule.Status === "Enabled" && prefixOf(rule) === prefixOf(wanted));

export const hasExpiry = (rules: LifecycleRule[], wanted: LifecycleRule): boolean =>
  active(rules, wanted).some(({ Expiration }) => Expiration?.Days === wanted.Expiration?.Days);

export const hasAbort = (rules: LifecycleRule[], wanted: LifecycleRule): boolean =>
  active(rules, wanted).some(
    (rule) =>
      rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation ===
      wanted.AbortIncompleteMultipartUpload?.DaysAfterInitiation,
  );

/** Whether older versions of all that lies under the prefix end some day. */
export const endsVersions = (rules: LifecycleRule[], prefix: string): boolean =>
  rules.some((rule) => {
    const covered = prefixOf(rule);
    const days = rule.NoncurrentVersionExpiration?.NoncurrentDays;
    return rule.Status === "Enabled" && days !== undefined && covered !== null && prefix.startsWith(covered);
  });

/** Does it do nothing but a part of what one of these does? */
const isPart = (rule: LifecycleRule, rules: LifecycleRule[]): boolean =>
  rules.some(
    (own) => prefixOf(own) === prefixOf(rule) && actions.every((action) => isSameOrNone(rule, own, action)),
  ) && Object.keys(rule).every((key) => known.has(key) || rule[key as keyof LifecycleRule] === undefined);

const actions = ["Expiration", "NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload"] as const;
const known = new Set<string>(["ID", "Status", "Prefix", "Filter", ...actions]);

function isSameOrNone(rule: LifecycleRule, own: LifecycleRule, action: (typeof actions)[number]): boolean {
  const facts = (value: object | undefined) =>
    Object.entries(value ?? {}).filter(([, one]) => one !== undefined);
  return facts(rule[action]).every(
    ([key, value]) => (own[action] as Record<string, unknown>)?.[key] === value,
  );
}
