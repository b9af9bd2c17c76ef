import { plainFailure } from "@/lib/errors";
import type { ObjectGrant } from "@/lib/uploads/contract";
import { TransientError } from "./retry";
import type { SendFailure } from "./send-object";

/** Its policy or its signature has expired, or the credentials that signed it. */
export function isExpiredForm({ httpStatus, code, message }: SendFailure): boolean {
  return code === "ExpiredToken" || (httpStatus === 403 && /expired/i.test(message));
}

/** Some failures pass by themselves; the others are final: null. */
export function passingErrorOf(failure: SendFailure): TransientError | null {
  const { httpStatus, code, message, retryAfterSeconds } = failure;
  const cause = new Error(`${httpStatus} ${code}: ${message}`);
  const retryAfterMs = retryAfterSeconds === null ? undefined : retryAfterSeconds * 1000;
  if (isExpiredForm(failure))
    return new TransientError(plainFailure("form_expired"), { cause, isImmediate: true });
  if (httpStatus === 0) return new TransientError(plainFailure("network"), { cause });
  // A store that does not know forms, or is full, says the same the next time.
  const isBroken = httpStatus >= 500 && httpStatus !== 501 && httpStatus !== 507 && code !== "QuotaExceeded";
  // Two tries of one PUT met, of which the first was given up.
  const isConflict = code === "ConditionalRequestConflict" || code === "OperationAborted";
  const isPassing =
    isBroken || isConflict || httpStatus === 429 || code === "SlowDown" || code === "RequestTimeout";
  return isPassing ? new TransientError(plainFailure("bucket_busy"), { cause, retryAfterMs }) : null;
}

/** Whether it replaces nothing: what is there, perhaps since a try whose answer was lost, it cannot send again. */
export const isConditional = (grant: ObjectGrant): boolean =>
  grant.method === "PUT" && grant.headers["if-none-match"] !== undefined;
