import { ALGORITHM_IDENTIFIER, UNSIGNED_PAYLOAD } from "@smithy/signature-v4";
import { header, queryValue, type S3Request } from "../wire/request";
import { S3Error } from "../wire/s3-error";

/** What a request or a form says about whose credential signed it, not yet verified. */
export interface CredentialClaim {
  credential: string;
  sessionToken: string | undefined;
  longDate: string;
  malformed: Malformed;
}

/** What a request says about its signature, not yet verified. */
export interface Claim extends CredentialClaim {
  signedHeaders: string[];
  signature: string;
  payload: string;
}

/** Makes the refusal that fits where the claim was made. */
export type Malformed = (why: string, details?: Record<string, string>) => S3Error;

const maxSkewMs = 15 * 60 * 1000;
const maxPresignedSeconds = 7 * 24 * 60 * 60;

/** Finds the claim in the Authorization header or in the query, and refuses one that is not in its time. */
export function readClaim(request: S3Request, now: Date): Claim {
  const { http, query } = request;
  const authorization = header(http, "authorization");
  const presigned = query.has("X-Amz-Algorithm") || query.has("X-Amz-Signature");
  if (authorization !== undefined && presigned) {
    throw new S3Error("InvalidArgument", "Only one auth mechanism allowed: header or query, not both.");
  }
  if (presigned) return queryClaim(request, now);
  if (authorization !== undefined) return headerClaim(request, authorization, now);
  throw new S3Error("AccessDenied", "Access Denied: the request is not signed.");
}

function headerClaim(request: S3Request, authorization: string, now: Date): Claim {
  const { http } = request;
  const malformed: Malformed = (why, details) =>
    new S3Error("AuthorizationHeaderMalformed", `The authorization header is malformed; ${why}.`, details);
  if (!authorization.startsWith(`${ALGORITHM_IDENTIFIER} `)) {
    throw new S3Error("InvalidRequest", `Please use ${ALGORITHM_IDENTIFIER}.`);
  }
  const fields = new Map<string, string>();
  for (const part of authorization.slice(ALGORITHM_IDENTIFIER.length).split(",")) {
    const equals = part.indexOf("=");
    if (equals < 0) throw malformed("expecting name=value pairs");
    const name = part.slice(0, equals).trim();
    if (fields.has(name)) throw malformed(`${name} is given twice`);
    fields.set(name, part.slice(equals + 1).trim());
  }
  const required = (name: string) => {
    const value = fields.get(name);
    if (!value) throw malformed(`${name} is missing`);
    return value;
  };
  const longDate = header(http, "x-amz-date") ?? "";
  const signedAt = parseLongDate(longDate);
  if (signedAt === undefined) {
    throw new S3Error("AccessDenied", "AWS authentication requires a valid x-amz-date header.");
  }
  checkSkew(signedAt, now);
  const payload = header(http, "x-amz-content-sha256");
  if (payload === undefined) {
    throw new S3Error("InvalidRequest", "Missing required header for this request: x-amz-content-sha256");
  }
  return {
    credential: required("Credential"),
    sessionToken: readSessionToken(request),
    signedHeaders: required("SignedHeaders").split(";"),
    signature: required("Signature"),
    longDate,
    payload,
    malformed,
  };
}

function queryClaim(request: S3Request, now: Date): Claim {
  const { query, http } = request;
  const malformed: Malformed = (why, details) =>
    new S3Error("AuthorizationQueryParametersError", `Query-string authentication: ${why}.`, details);
  const required = (name: string) => {
    const values = query.get(name);
    if (values?.length !== 1 || !values[0]) throw malformed(`${name} must be given once`);
    return values[0];
  };
  if (required("X-Amz-Algorithm") !== ALGORITHM_IDENTIFIER) {
    throw malformed(`X-Amz-Algorithm only supports "${ALGORITHM_IDENTIFIER}"`);
  }
  const longDate = required("X-Amz-Date");
  const signedAt = parseLongDate(longDate);
  if (signedAt === undefined) throw malformed("X-Amz-Date must be in the form yyyymmddThhmmssZ");
  const expires = required("X-Amz-Expires");
  const seconds = /^\d{1,9}$/.test(expires) ? Number(expires) : 0;
  if (seconds < 1 || seconds > maxPresignedSeconds) {
    throw malformed(`X-Amz-Expires must be a number of seconds from 1 to ${maxPresignedSeconds}, a week`);
  }
  checkLife(signedAt, seconds, now);
  const payload =
    header(http, "x-amz-content-sha256") ?? queryValue(query, "X-Amz-Content-Sha256") ?? UNSIGNED_PAYLOAD;
  return {
    credential: required("X-Amz-Credential"),
    sessionToken: readSessionToken(request),
    signedHeaders: required("X-Amz-SignedHeaders").split(";"),
    signature: required("X-Amz-Signature"),
    longDate,
    payload,
    malformed,
  };
}

function readSessionToken({ http, query }: S3Request): string | undefined {
  return header(http, "x-amz-security-token") ?? queryValue(query, "X-Amz-Security-Token");
}

/** The time in the form yyyymmddThhmmssZ, in milliseconds. */
export function parseLongDate(text: string): number | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (!parts) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1).map(Number);
  const time = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  // A 30th of February would be taken for a day in March.
  return time.toISOString().replace(/[-:]|\.000/g, "") === text ? time.getTime() : undefined;
}

/** Refuses a signing time that is more than 15 minutes from now. */
export function checkSkew(signedAt: number, now: Date): void {
  if (Math.abs(now.getTime() - signedAt) <= maxSkewMs) return;
  const message = "The difference between the request time and the server's time is too large.";
  throw new S3Error("RequestTimeTooSkewed", message, {
    RequestTime: new Date(signedAt).toISOString(),
    ServerTime: now.toISOString(),
    MaxAllowedSkewMilliseconds: String(maxSkewMs),
  });
}

/** Refuses what was signed for a time that is over, or that has not begun. */
export function checkLife(signedAt: number, seconds: number, now: Date): void {
  const expiresAt = signedAt + seconds * 1000;
  const ServerTime = now.toISOString();
  if (now.getTime() > expiresAt) {
    const Expires = new Date(expiresAt).toISOString();
    throw new S3Error("AccessDenied", "Request has expired", { Expires, ServerTime });
  }
  if (signedAt - now.getTime() > maxSkewMs) {
    throw new S3Error("AccessDenied", "Request is not valid yet", { ServerTime });
  }
}
