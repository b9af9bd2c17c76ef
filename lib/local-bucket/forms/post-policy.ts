import { z } from "zod";
import { S3Error } from "../wire/s3-error";

/** How many bytes a policy lets the file have. */
export interface LengthRange {
  min: number;
  max: number;
}

const byteCount = z.union([
  z.int().min(0),
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
]);
const operator = (name: string) => z.string().refine((text) => text.toLowerCase() === name);
const fieldName = z
  .string()
  .regex(/^\$./, "a field is written as $name")
  .transform((text) => text.slice(1));

const conditionSchema = z.union([
  z.tuple([operator("content-length-range"), byteCount, byteCount]).transform(([, min, max]) => ({
    kind: "content-length-range" as const,
    min,
    max,
  })),
  z.tuple([operator("starts-with"), fieldName, z.string()]).transform(([, field, expected]) => ({
    kind: "starts-with" as const,
    field,
    expected,
  })),
  z.tuple([operator("eq"), fieldName, z.string()]).transform(([, field, expected]) => ({
    kind: "eq" as const,
    field,
    expected,
  })),
  z
    .record(z.string(), z.string())
    .refine((pairs) => Object.keys(pairs).length === 1, "one field per condition")
    .transform((pairs) => {
      const [field = "", expected = ""] = Object.entries(pairs)[0] ?? [];
      return { kind: "eq" as const, field, expected };
    }),
]);

const policySchema = z.object({
  expiration: z.iso.datetime({ offset: true }),
  conditions: z.array(conditionSchema),
});

type FieldCondition = Exclude<z.infer<typeof conditionSchema>, { kind: "content-length-range" }>;

/**
 * Holds a form to its policy: not expired, every condition met, every field covered. Returns the length that the file
 * may have. Fields go by lower-case name; the bucket counts as one.
 */
export function enforcePolicy(encoded: string, fields: ReadonlyMap<string, string>, now: Date): LengthRange {
  const { expiration, conditions } = decodePolicy(encoded);
  if (now.getTime() >= Date.parse(expiration)) {
    throw refused("Policy expired", { Expiration: expiration, ServerTime: now.toISOString() });
  }
  const covered = new Set<string>();
  const range: LengthRange = { min: 0, max: Number.POSITIVE_INFINITY };
  for (const condition of conditions) {
    if (condition.kind === "content-length-range") {
      range.min = Math.max(range.min, condition.min);
      range.max = Math.min(range.max, condition.max);
    } else {
      const name = condition.field.toLowerCase();
      covered.add(name);
      requireMet(condition, fields.get(name));
    }
  }
  const extra = [...fields.keys()].filter((name) => !covered.has(name) && needsCondition(name));
  if (extra.length > 0) {
    throw refused(`Extra input fields: ${extra.join(", ")}`, { Field: extra.join(", ") });
  }
  return range;
}

function decodePolicy(encoded: string): z.infer<typeof policySchema> {
  const invalid = (why: string) => new S3Error("InvalidPolicyDocument", `Invalid Policy: ${why}.`);
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(encoded, "base64").toString());
  } catch {
    throw invalid("it is not JSON in base64");
  }
  const parsed = policySchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw invalid(`${issue?.path.join(".") || "the document"}: ${issue?.message}`);
}

function requireMet({ kind, field, expected }: FieldCondition, got: string | undefined): void {
  if (got !== undefined && (kind === "eq" ? got === expected : startsWith(field, got, expected))) return;
  const condition = JSON.stringify([kind, `$${field}`, expected]);
  throw refused(`Policy Condition failed: ${condition}`, {
    Condition: condition,
    Field: field,
    Expected: expected,
    Got: got ?? "(the form has no such field)",
  });
}

/** S3 takes a Content-Type with commas for a list, each part of which must fit. */
function startsWith(field: string, got: string, expected: string): boolean {
  const parts = field.toLowerCase() === "content-type" ? got.split(",") : [got];
  return parts.every((part) => part.startsWith(expected));
}

function needsCondition(name: string): boolean {
  return !["file", "policy", "x-amz-signature"].includes(name) && !name.startsWith("x-ignore-");
}

function refused(why: string, details: Record<string, string>): S3Error {
  return new S3Error("AccessDenied", `Invalid according to Policy: ${why}`, details);
}
