import "server-only";
import type { PostPolicy } from "./post-policy";

/** What reached the bucket. */
export interface SentForm {
  /** that of the URL */
  bucket: string;
  fields: Record<string, string>;
  /** of the file */
  bytes: number;
}

/** A condition of the policy that the form does not meet: what it wants, and what was there instead. Fit for a log. */
export interface FailedCondition {
  condition: string;
  expected: string;
  got: string;
}

/** Fields that S3 wants no condition for. */
const unconditional = ["policy", "x-amz-signature", "file"];
/** Whoever reads a log need not know them. */
const secrets = ["x-amz-credential", "x-amz-security-token", ...unconditional];
const maxShown = 200;

/**
 * Holds a form to its policy as S3 does, and names every condition that fails. None: the form is as it was issued, so the
 * bucket has another reason. Field names do not mind case.
 */
export function explainRefusal(policy: PostPolicy, sent: SentForm, at: Date): FailedCondition[] {
  const fields = new Map(Object.entries(sent.fields).map(([name, value]) => [name.toLowerCase(), value]));
  const failed: FailedCondition[] = [];
  const covered = new Set(unconditional);
  if (at >= new Date(policy.expiration))
    failed.push({ condition: "expiration", expected: policy.expiration, got: at.toISOString() });
  for (const condition of policy.conditions) {
    if (Array.isArray(condition)) {
      const [name, min, max] = condition;
      if (sent.bytes >= min && sent.bytes <= max) continue;
      failed.push({ condition: name, expected: `${min} to ${max}`, got: String(sent.bytes) });
      continue;
    }
    for (const [name, expected] of Object.entries(condition)) {
      const lower = name.toLowerCase();
      const got = lower === "bucket" ? sent.bucket : fields.get(lower);
      covered.add(lower);
      if (got === expected) continue;
      failed.push({
        condition: name,
        expected: shown(lower, expected),
        got: got === undefined ? "(no such field)" : shown(lower, got),
      });
    }
  }
  for (const name of fields.keys()) {
    if (covered.has(name) || name.startsWith("x-ignore-")) continue;
    failed.push({ condition: name.slice(0, maxShown), expected: "(no such field)", got: "(not shown)" });
  }
  return failed;
}

const shown = (name: string, value: string): string =>
  secrets.includes(name) ? "(not shown)" : value.slice(0, maxShown);
