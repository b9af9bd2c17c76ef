import "server-only";
import type { S3Client } from "@aws-sdk/client-s3";
import { fromWebToken } from "@aws-sdk/credential-provider-web-identity";
import { now } from "@/lib/clock";
import type { StorageCode } from "@/lib/error-codes";
import { AppError } from "@/lib/errors";
import { isNetworkFailure, StorageError } from "./s3-failure";

export interface VercelRole {
  arn: string;
  /** in builds and on developers' machines; a function gets one with each request instead */
  token: string | undefined;
}

/** Vercel's OIDC: who holds its token may assume the role. The SDK asks again shortly before the credentials expire. */
export function assumeVercelRole({ arn, token }: VercelRole): ReturnType<typeof fromWebToken> {
  return async (options) => {
    const webIdentityToken = requestToken() ?? token;
    if (webIdentityToken === undefined) {
      const mend = "turn on OIDC Federation in the project's settings";
      throw failure("no_credentials", "Vercel gave no OIDC token", mend, "NoCredentials");
    }
    return fromWebToken({ roleArn: arn, roleSessionName: "pail", webIdentityToken })(options);
  };
}

/**
 * Has this client's credentials, wherever they come from, throw StorageError. What the SDK throws may quote files and
 * answers, so none of it is kept as a cause.
 */
export function throwCredentialErrors({ config }: S3Client, host: string): void {
  const provide = config.credentials;
  config.credentials = async (options) => {
    const credentials = await provide(options).catch((error) => {
      throw toStorageError(error, host);
    });
    if (credentials.expiration !== undefined && credentials.expiration <= now()) throw expired("Expired");
    return credentials;
  };
}

/** Until when a form or a URL can be used that is signed now: it ends with the credentials, where these end sooner. */
export async function endOfSigned({ config }: S3Client, wanted: Date): Promise<Date> {
  const { expiration: ends = wanted } = await config.credentials();
  return ends < wanted ? ends : wanted;
}

/** For how many seconds from `since` on, one at least, what is signed to be used until then can be. */
export async function secondsOfSigned(s3: S3Client, wanted: Date, since: Date): Promise<number> {
  const end = await endOfSigned(s3, wanted);
  return Math.max(1, Math.floor((end.getTime() - since.getTime()) / 1000));
}

/** The headers of the request under way lie where Vercel's own packages look for them too. */
function requestToken(): string | undefined {
  const { [Symbol.for("@vercel/request-context")]: context } = globalThis as Record<symbol, unknown>;
  const { headers } = (context as VercelContext | undefined)?.get?.() ?? {};
  return headers?.["x-vercel-oidc-token"];
}

interface VercelContext {
  get?(): { headers?: Record<string, string | undefined> } | undefined;
}

interface ProviderError extends Error {
  code?: string;
  $fault?: string;
  $metadata?: { httpStatusCode?: number; requestId?: string };
}

function toStorageError(error: ProviderError, host: string): Error {
  if (error instanceof AppError) return error;
  if (isNetworkFailure(error)) {
    const what = "The service that gives out the credentials does not answer";
    const mend = "check the network, and AWS_ENDPOINT_URL_STS where it is set";
    return failure("unreachable", what, mend, error.code ?? error.name);
  }
  if (error.$fault !== undefined) return refusal(error);
  const isFile = error.code === "ENOENT" || error.code === "EACCES";
  if (!isFile && !/^(Credentials|Token)Provider/.test(error.name)) return error;
  // These messages name files and profiles, never secrets.
  const detail = error.message.replace(/\.$/, "");
  if (!isFile && /\bsso\b|expired/i.test(detail))
    return failure("credentials_expired", "The sign-in to AWS has ended", detail, "NoCredentials");
  const what = `There are no credentials for ${host}`;
  const mend = `set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE (${detail})`;
  return failure("no_credentials", what, mend, "NoCredentials");
}

/** The service that gives them out said no. */
function refusal({ name, $metadata = {} }: ProviderError): StorageError {
  const { httpStatusCode: status = 0, requestId = null } = $metadata;
  if (name.startsWith("Expired")) return expired(name, status, requestId);
  if (status >= 500 || status === 429 || name.startsWith("Throttl")) {
    const what = "The service that gives out the credentials is busy";
    return failure("overloaded", what, "try again", name, status, requestId);
  }
  const mend = "check AWS_ROLE_ARN, and whom the role's trust policy lets in";
  return failure("credentials_wrong", "The role could not be assumed", mend, name, status, requestId);
}

const expired = (...answer: Answer): StorageError =>
  failure("credentials_expired", "The temporary credentials have expired", "get new ones", ...answer);

type Answer = [s3Code: string, status?: number | null, requestId?: string | null];

/** With "credentials" where otherwise an S3 operation stands. */
function failure(code: StorageCode, what: string, mend: string, ...answer: Answer): StorageError {
  return new StorageError(code, what, mend, "credentials", ...answer);
}
