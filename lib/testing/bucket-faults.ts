import type { SendFailure } from "@/lib/uploads/client/send/send-object";

export type BucketFault =
  | "network"
  | "busy"
  | "slow_down"
  | "broken"
  | "expired"
  | "stall"
  | "half"
  /** it arrives, and the answer is lost */
  | "unheard"
  | "forbidden"
  | "expired_token"
  | "skewed"
  | "full"
  | "no_forms";

/** What the bucket answers. */
export function failureOf(fault: BucketFault, retryAfterSeconds: number | null): SendFailure {
  switch (fault) {
    case "busy":
      return { ...failure(429, "TooManyRequests"), retryAfterSeconds };
    case "slow_down":
      return { ...failure(503, "SlowDown"), retryAfterSeconds };
    case "broken":
      return failure(500, "InternalError");
    case "expired":
      return failure(403, "AccessDenied", "Invalid according to Policy: Policy expired.");
    case "expired_token":
      return failure(400, "ExpiredToken", "The provided token has expired.");
    case "skewed":
      return failure(403, "RequestTimeTooSkewed");
    case "full":
      return failure(507, "InsufficientStorage");
    case "no_forms":
      return failure(501, "NotImplemented");
    case "forbidden":
      return failure(403, "AccessDenied", "Invalid according to Policy.");
    default:
      return failure(0, "network");
  }
}

export function failure(httpStatus: number, code: string, message = ""): SendFailure {
  return { status: "failed", httpStatus, code, message, requestId: "R1", retryAfterSeconds: null };
}
