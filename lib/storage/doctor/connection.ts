import "server-only";
import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import { now } from "@/lib/clock";
import type { StorageCode } from "@/lib/error-codes";
import { StorageError } from "../s3-failure";
import { type Finding, fatal, fine, warning } from "./finding";
import type { Visit } from "./visit";

interface Identity {
  accessKeyId: string;
  expiration?: Date;
  $source?: Record<string, unknown>;
}

/** The SDK notes which providers of its chain took part. */
const sources: [RegExp, string][] = [
  [/WEB_ID/, "a web identity (OIDC) and a role"],
  [/SSO/, "an SSO sign-in"],
  [/ASSUME_ROLE/, "a role"],
  [/PROCESS/, "a credential process"],
  [/LOGIN/, "the AWS CLI's sign-in"],
  [/ENV_VARS/, "the environment"],
  [/PROFILE/, "a profile in ~/.aws"],
  [/HTTP/, "the container's role"],
  [/IMDS/, "the instance's role"],
];

const ids: Partial<Record<StorageCode, string>> = {
  no_credentials: "credentials",
  credentials_wrong: "credentials",
  credentials_expired: "credentials",
  clock_skew: "clock",
  wrong_region: "region",
  no_bucket: "bucket",
  access_denied: "access",
  unreachable: "endpoint",
  overloaded: "endpoint",
};

/** S3's own limit is 15 minutes; from here on it is worth a word. */
const skewWorthAWordMs = 60_000;
const maxSkewMs = 15 * 60_000;

/** Credentials, clock, region, and whether the bucket is there and ours: what everything else needs. */
export async function examineConnection(visit: Visit): Promise<Finding[]> {
  const { bucket, incoming, signal } = visit;
  let serverDate: Date | undefined;
  const command = new ListObjectsV2Command({
    Bucket: bucket.name,
    Prefix: `${incoming.location}/`,
    MaxKeys: 1,
  });
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { headers } = result.response as { headers: Record<string, string> };
      // The first answer: the SDK sets its own clock by it, but nobody sets that of the forms.
      serverDate ??= new Date(headers.date ?? "");
      return result;
    },
    { step: "deserialize", priority: "low" },
  );
  try {
    const who = await credentialsOf(visit);
    await bucket.s3.send(command, { abortSignal: signal });
    return [
      fine("credentials", who),
      examineClock(serverDate),
      fine(
        "bucket",
        `The bucket ${bucket.name} is there, in ${bucket.region}, and these credentials may list it`,
      ),
    ];
  } catch (error) {
    return [refusal(visit, error, serverDate)];
  }
}

async function credentialsOf({ bucket, signal }: Visit): Promise<string> {
  const identity: Identity = await abortable(bucket.s3.config.credentials(), signal);
  const features = Object.keys(identity.$source ?? {}).join(" ");
  const [, source] = sources.find(([pattern]) => pattern.test(features)) ?? [
    null,
    "this installation's own secrets",
  ];
  const until = identity.expiration === undefined ? "" : `, until ${identity.expiration.toISOString()}`;
  return `The credentials (…${identity.accessKeyId.slice(-4)}) come from ${source}${until}`;
}

function examineClock(serverDate: Date | undefined): Finding {
  const skewMs = now().getTime() - (serverDate?.getTime() ?? Number.NaN);
  if (Number.isNaN(skewMs)) return fine("clock", "The store does not say what time it is");
  const apart = Math.abs(skewMs);
  if (apart < skewWorthAWordMs) return fine("clock", "The clocks agree");
  const found = {
    what: `This machine's clock is ${Math.round(apart / 60_000)} minutes ${skewMs > 0 ? "ahead of" : "behind"} the store's`,
    why: "S3 refuses what was signed more than 15 minutes ago or ahead, and forms end too early or too late.",
    mend: "Set the clock, best by NTP: timedatectl set-ntp true",
  };
  return apart > maxSkewMs ? fatal("clock", found) : warning("clock", found);
}

function refusal({ bucket }: Visit, error: unknown, serverDate: Date | undefined): Finding {
  const clock = examineClock(serverDate);
  if (clock.level === "fatal") return clock;
  if (error instanceof StorageError) {
    const why = "Without it Pail can neither take nor show a picture.";
    return fatal(ids[error.code] ?? "bucket", {
      what: error.message,
      why,
      mend: capitalized(`${error.mend}.`),
    });
  }
  if ((error as Error).name !== "AbortError" && (error as Error).name !== "TimeoutError") throw error;
  const why = "Uploads would hang and end in errors.";
  const what = `${bucket.host} does not answer in time`;
  return fatal("endpoint", { what, why, mend: "Check S3_ENDPOINT, and whether a firewall stands between." });
}

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The providers of credentials know no signals. */
function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return Promise.race([
    promise,
    new Promise<never>((_, reject) =>
      signal.addEventListener("abort", () => reject(signal.reason), { once: true }),
    ),
  ]);
}
