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

/** What a signed PUT must have, or had: its headers in lower case, and how long its body is. */
export interface PutContent {
  headers: Record<string, string>;
  bytes: number;
}

/** The same for a PUT: which of what was signed it does not meet. None of its headers is a secret, as its signature is in the URL. */
export function explainPut(
  signed: PutContent & { expiresAt: Date },
  sent: PutContent,
  at: Date,
): FailedCondition[] {
  const failed: FailedCondition[] = [];
  if (at >= signed.expiresAt)
    failed.push({ condition: "expiration", expected: signed.expiresAt.toISOString(), got: at.toISOString() });
  if (sent.bytes !== signed.bytes)
    failed.push({ condition: "content-length", expected: String(signed.bytes), got: String(sent.bytes) });
  const headers = new Map(Object.entries(sent.headers).map(([name, value]) => [name.toLowerCase(), value]));
  for (const [condition, expected] of Object.entries(signed.headers)) {
    const got = headers.get(condition);
    if (got !== expected)
      failed.push({ condition, expected, got: got === undefined ? noHeader : shown(condition, got) });
  }
  for (const name of headers.keys())
    if (signed.headers[name] === undefined)
      failed.push({ condition: name.slice(0, maxShown), expected: noHeader, got: "(not shown)" });
  return failed;
}

const noHeader = "(no such header)";

const shown = (name: string, value: string): string =>
  secrets.includes(name) ? "(not shown)" : value.slice(0, maxShown);
