import { z } from "zod";
import type { LifecycleRule } from "../index/records";
import { notImplemented, S3Error } from "../wire/s3-error";
import { listOf, readXml, toXml, type XmlNode } from "../wire/xml";

export const dayMs = 24 * 60 * 60 * 1000;
const maxRules = 1000;

const count = z
  .string()
  .regex(/^\d{1,15}$/, "it must be a whole number")
  .transform(Number);
/** Also none or fewer, which S3 refuses as a wrong argument, not as malformed. */
const days = z
  .string()
  .regex(/^-?\d{1,15}$/, "it must be a whole number")
  .transform(Number);
const date = z
  .string()
  .transform((text) => Date.parse(text))
  .refine((time) => !Number.isNaN(time), "it must be a date");
const prefix = z.string().max(1024);
const conditions = {
  Prefix: prefix.optional(),
  Tag: listOf(z.strictObject({ Key: z.string().min(1).max(128), Value: z.string().max(256) })).optional(),
  ObjectSizeGreaterThan: count.optional(),
  ObjectSizeLessThan: count.optional(),
};
const filter = z
  .strictObject({ ...conditions, And: z.strictObject(conditions).optional() })
  .refine((given) => Object.keys(given).length <= 1, "several conditions need And");

const rule = z
  .strictObject({
    ID: z.string().max(255).optional(),
    Status: z.enum(["Enabled", "Disabled"]),
    Prefix: prefix.optional(),
    // An empty element is read as text.
    Filter: z.union([z.literal("").transform(() => ({})), filter]).optional(),
    Expiration: z.strictObject({ Days: days.optional(), Date: date.optional() }).optional(),
    AbortIncompleteMultipartUpload: z.strictObject({ DaysAfterInitiation: days }).optional(),
  })
  .refine((given) => (given.Filter === undefined) !== (given.Prefix === undefined), "it needs one Filter")
  .refine((given) => given.Expiration || given.AbortIncompleteMultipartUpload, "it needs an action")
  .transform(({ ID, Status, Prefix, Filter = {}, Expiration, AbortIncompleteMultipartUpload }) => {
    const where: z.output<typeof filter> = Filter;
    const given = where.And ?? where;
    return {
      id: ID ?? "",
      enabled: Status === "Enabled",
      prefix: Prefix ?? given.Prefix ?? "",
      tags: (given.Tag ?? []).map(({ Key, Value }) => ({ key: Key, value: Value })),
      largerThan: given.ObjectSizeGreaterThan,
      smallerThan: given.ObjectSizeLessThan,
      expireAfterDays: Expiration?.Days,
      expireFrom: Expiration?.Date,
      abortAfterDays: AbortIncompleteMultipartUpload?.DaysAfterInitiation,
    };
  });

const configuration = z.object({
  Rule: listOf(rule).pipe(z.array(z.custom<LifecycleRule>()).min(1).max(maxRules)),
});

/** What S3 has and this server, without versions and storage classes, has not. */
const notOffered =
  /<(Transition|NoncurrentVersionTransition|NoncurrentVersionExpiration|ExpiredObjectDeleteMarker)[ />]/;

/** Reads a LifecycleConfiguration; refuses what S3 would not take, and what cannot be carried out here. */
export function readLifecycleRules(xml: string): LifecycleRule[] {
  const unknown = notOffered.exec(xml)?.[1];
  if (unknown) throw notImplemented(`${unknown} in a lifecycle rule`);
  const rules = readXml(xml, "LifecycleConfiguration", configuration).Rule.map((given, i) => ({
    ...given,
    id: given.id || `rule-${i + 1}`,
  }));
  if (new Set(rules.map(({ id }) => id)).size < rules.length) {
    throw new S3Error("InvalidArgument", "Rule ID must be unique. Found same ID for more than one rule");
  }
  for (const { id, abortAfterDays, expireAfterDays, expireFrom, ...where } of rules) {
    const narrow = where.tags.length > 0 || (where.largerThan ?? where.smallerThan) !== undefined;
    if (abortAfterDays !== undefined && narrow) {
      const message = `The rule ${id}: AbortIncompleteMultipartUpload goes with a Prefix only, not with tags or sizes.`;
      throw new S3Error("InvalidRequest", message);
    }
    if (expireAfterDays !== undefined && expireFrom !== undefined) {
      throw new S3Error("MalformedXML", `The rule ${id}: Expiration has Days or a Date, not both.`);
    }
    checkDays("Days", "Expiration", expireAfterDays);
    checkDays("DaysAfterInitiation", "AbortIncompleteMultipartUpload", abortAfterDays);
    if (expireFrom !== undefined && expireFrom % dayMs !== 0) {
      throw new S3Error("InvalidArgument", "'Date' must be at midnight GMT");
    }
  }
  return rules;
}

function checkDays(element: string, action: string, days: number | undefined): void {
  if (days === undefined || days >= 1) return;
  throw new S3Error("InvalidArgument", `'${element}' for ${action} action must be a positive integer`, {
    ArgumentName: element,
    ArgumentValue: String(days),
  });
}

export function writeLifecycleRules(rules: readonly LifecycleRule[]): string {
  return toXml("LifecycleConfiguration", {
    Rule: rules.map((given) => ({
      ID: given.id,
      Status: given.enabled ? "Enabled" : "Disabled",
      Filter: writeFilter(given),
      Expiration: writeExpiration(given),
      AbortIncompleteMultipartUpload: given.abortAfterDays && { DaysAfterInitiation: given.abortAfterDays },
    })),
  });
}

function writeFilter({ prefix, tags, largerThan, smallerThan }: LifecycleRule): XmlNode {
  const given = {
    Prefix: prefix || undefined,
    Tag: tags.map(({ key, value }) => ({ Key: key, Value: value })),
    ObjectSizeGreaterThan: largerThan,
    ObjectSizeLessThan: smallerThan,
  };
  const conditions = [prefix, ...tags, largerThan, smallerThan].filter(
    (one) => one !== undefined && one !== "",
  );
  if (conditions.length > 1) return { And: given };
  return conditions.length === 1 ? given : { Prefix: "" };
}

function writeExpiration({ expireAfterDays, expireFrom }: LifecycleRule): XmlNode | undefined {
  if (expireFrom !== undefined) return { Date: new Date(expireFrom).toISOString() };
  return expireAfterDays === undefined ? undefined : { Days: expireAfterDays };
}
