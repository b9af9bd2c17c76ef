import { ALGORITHM_IDENTIFIER, UNSIGNED_PAYLOAD } from "@smithy/signature-v4";
import { header, queryValue, type S3Request } from "../wire/request";
import { S3Error } from "../wire/s3-error";
import { checkLifetime, checkSkew, parseLongDate } from "./signing-time";

/** What a request or a form says about whose credential signed it, not yet verified. */
export interface CredentialParameters {
  credential: string;
  sessionToken: string | undefined;
  longDate: string;
  malformed: Malformed;
}

/** What a request says about its signature, not yet verified. */
export interface SignatureParameters extends CredentialParameters {
  signedHeaders: string[];
  signature: string;
  payload: string;
}

/** Makes the refusal that fits where the parameters stood: in the header, in the query or in a form. */
export type Malformed = (why: string, details?: Record<string, string>) => S3Error;

const maxPresignedSeconds = 7 * 24 * 60 * 60;

/** Reads the Authorization header or the query of a presigned URL, and refuses a signature that is not in its time. */
export function readSignatureParameters(request: S3Request, now: Date): SignatureParameters {
  const { http, query } = request;
  const authorization = header(http, "authorization");
  const presigned = query.has("X-Amz-Algorithm") || query.has("X-Amz-Signature");
  if (authorization !== undefined && presigned) {
    throw new S3Error("InvalidArgument", "Only one auth mechanism allowed: header or query, not both.");
  }
  if (presigned) return readQueryParameters(request, now);
  if (authorization !== undefined) return readAuthorizationHeader(request, authorization, now);
  throw new S3Error("AccessDenied", "Access Denied: the request is not signed.");
}

function readAuthorizationHeader(request: S3Request, authorization: string, now: Date): SignatureParameters {
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

function readQueryParameters(request: S3Request, now: Date): SignatureParameters {
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
  checkLifetime(signedAt, seconds, now);
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
