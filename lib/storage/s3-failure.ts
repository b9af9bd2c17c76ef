import "server-only";
import type { S3Client } from "@aws-sdk/client-s3";
import { now } from "@/lib/clock";
import type { StorageCode } from "@/lib/error-codes";
import { AppError } from "@/lib/errors";

/** What the store, or the way to it, refused: our code and sentence, and S3's own words for whoever looks into it. */
export class StorageError extends AppError {
  constructor(
    override readonly code: StorageCode,
    /** what is wrong, a sentence without its full stop */
    readonly what: string,
    /** what to do about it, likewise */
    readonly mend: string,
    /** the S3 operation, like PutObject */
    readonly operation: string,
    /** S3's error code, or the network's, like ECONNREFUSED */
    readonly s3Code: string,
    /** null where nothing answered */
    readonly s3Status: number | null = null,
    readonly requestId: string | null = null,
    /** the store's own sentence, for whoever sets it up; never for a log */
    readonly said: string | null = null,
  ) {
    super(code, `${what}: ${mend}. (${[operation, s3Code, requestId].filter(Boolean).join(", ")})`);
  }
}

/** The bucket that a request was about, for the sentences. */
export interface Target {
  name: string;
  region: string;
  /** host and port */
  host: string;
}

/**
 * Has every command of this client throw StorageError. What the SDK throws holds the whole answer and more than a log may
 * have, so none of it is kept as a cause.
 */
export function throwStorageErrors(s3: S3Client, target: Target): void {
  s3.middlewareStack.add(
    (next, { commandName = "" }) =>
      async (args) => {
        try {
          return await next(args);
        } catch (error) {
          throw toStorageError(error, commandName.replace(/Command$/, ""), target);
        }
      },
    { step: "initialize", priority: "high", name: "throwStorageErrors" },
  );
}

/** What the SDK threw as a StorageError; anything else, a bug or an abort, as it is. */
export function toStorageError(error: unknown, operation: string, target: Target): unknown {
  if (!(error instanceof Error) || error instanceof AppError || error.name === "AbortError") return error;
  const facts = factsOf(error);
  if (facts.s3Code === "") return error;
  const [code, what, mend] = explain(facts, operation, target);
  return new StorageError(
    code,
    what,
    mend,
    operation,
    facts.s3Code,
    facts.status,
    facts.requestId,
    sentenceIn(error),
  );
}

const maxSaid = 200;

/** null where the SDK made it up, as it does for answers without one */
function sentenceIn({ message, name }: Error): string | null {
  const sentence = message.replace(/\s+/g, " ").trim().replace(/\.$/, "").slice(0, maxSaid);
  return sentence === "" || sentence === name || sentence === "UnknownError" ? null : sentence;
}

interface Facts {
  s3Code: string;
  status: number | null;
  requestId: string | null;
  /** where the store says that the bucket is */
  region: string | undefined;
  serverDate: string | undefined;
}

interface SdkError extends Error {
  code?: string;
  Region?: string;
  $fault?: string;
  $metadata?: { httpStatusCode?: number; requestId?: string };
  $response?: { headers?: Record<string, string>; statusCode?: number };
}

/** Did the connection fail, and not what it was for? */
export function isNetworkFailure({ name, code = "" }: Error & { code?: string }): boolean {
  return name === "TimeoutError" || networkCodes.test(code);
}

const networkCodes =
  /^(ECONN|ENOTFOUND|EAI_|ETIMEDOUT|EPIPE|EHOST|ENET|ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/;

function factsOf(error: SdkError): Facts {
  const headers = error.$response?.headers ?? {};
  const status = error.$metadata?.httpStatusCode ?? error.$response?.statusCode ?? null;
  const isNetwork = isNetworkFailure(error);
  let s3Code = "";
  if (isNetwork) s3Code = error.code ?? "ETIMEDOUT";
  else if (error.$fault !== undefined || status !== null) s3Code = s3CodeOf(error, status);
  return {
    s3Code,
    status: isNetwork ? null : status,
    requestId: error.$metadata?.requestId ?? null,
    region: error.Region ?? headers["x-amz-bucket-region"],
    serverDate: headers.date,
  };
}

/** Answers to HEAD have no body: their code is the status. */
function s3CodeOf({ name }: SdkError, status: number | null): string {
  const nameless = ["", "Error", "Unknown", "UnknownError", "SyntaxError", "403", "400", "301"];
  return nameless.includes(name) ? String(status ?? "Unknown") : name;
}

function explain(
  facts: Facts,
  operation: string,
  { name, region, host }: Target,
): [code: StorageCode, what: string, mend: string] {
  const { s3Code, status } = facts;
  const isElsewhere = facts.region !== undefined && facts.region !== region;
  switch (s3Code) {
    case "InvalidAccessKeyId":
      return ["credentials_wrong", `${host} does not know this access key`, "check AWS_ACCESS_KEY_ID"];
    case "SignatureDoesNotMatch":
      return [
        "credentials_wrong",
        `${host} could not verify the signature`,
        "check AWS_SECRET_ACCESS_KEY, then S3_ENDPOINT",
      ];
    case "ExpiredToken":
    case "TokenRefreshRequired":
      return ["credentials_expired", "The temporary credentials have expired", "get new ones"];
    case "InvalidToken":
    case "InvalidClientTokenId":
      return [
        "credentials_wrong",
        "The session token does not belong to these credentials",
        "check AWS_SESSION_TOKEN",
      ];
    case "RequestTimeTooSkewed":
      return [
        "clock_skew",
        `The clocks of this machine and of ${host} are ${skewOf(facts)} apart`,
        "set this one",
      ];
    case "NoSuchBucket":
      return [
        "no_bucket",
        `There is no bucket ${name} at ${host}`,
        "check S3_BUCKET, or run “npm run manage -- bucket setup”",
      ];
    case "NoSuchKey":
    case "NotFound":
    case "404":
      return ["no_object", "There is no such object", "check its name"];
    case "NoSuchUpload":
      return ["no_multipart", "There is no such multipart upload", "begin it again"];
    case "InvalidRange":
    case "416":
      return ["out_of_range", "The object ends before these bytes", "read less of it"];
    case "PreconditionFailed":
    case "ConditionalRequestConflict":
    case "412":
      return [
        "precondition_failed",
        "The object has changed, or is there already",
        "look at it, then try again",
      ];
    case "AuthorizationHeaderMalformed":
    case "PermanentRedirect":
    case "TemporaryRedirect":
    case "IllegalLocationConstraintException":
    case "301":
    case "400":
      if (!isElsewhere) break;
      return [
        "wrong_region",
        `The bucket ${name} is in ${facts.region}, not in ${region}`,
        `set S3_REGION=${facts.region}`,
      ];
    case "InsufficientStorage":
    case "QuotaExceeded":
      return ["store_full", `${host} is full`, "make room, or raise its quota"];
    case "NotImplemented":
    case "MethodNotAllowed":
      return [
        "not_supported",
        `${host} does not support ${operation}`,
        "do without it, or use another store",
      ];
    case "AccessDenied":
    case "Forbidden":
    case "AllAccessDisabled":
    case "403":
      return [
        "access_denied",
        `These credentials may not do ${operation} in ${name}`,
        "“npm run manage -- bucket iam-policy” prints what Pail needs",
      ];
  }
  if (status === null) return ["unreachable", `${host} does not answer`, "check S3_ENDPOINT and the network"];
  if (status >= 500 || status === 429 || s3Code === "SlowDown")
    return ["overloaded", `${host} cannot answer at the moment`, "try again"];
  return [
    "store_refused",
    `${host} refused ${operation} in ${name}`,
    "look the code up in the store's manual",
  ];
}

function skewOf({ serverDate }: Facts): string {
  const ms = Math.abs(now().getTime() - Date.parse(serverDate ?? ""));
  return Number.isNaN(ms) ? "more than 15 minutes" : `${Math.round(ms / 60_000)} minutes`;
}

export const isCode = (error: unknown, code: StorageCode): error is StorageError =>
  error instanceof StorageError && error.code === code;
