import "server-only";
import path from "node:path";
import { z } from "zod";
import { checkEndpoints, folderUrl, origin, storeUrl } from "@/lib/env/addresses";
import { secrets } from "@/lib/env/secrets";
import { lacksOn, serverlessHost, vercelOrigin } from "@/lib/env/serverless";
import { AppError } from "@/lib/errors";

const MiB = 1024 * 1024;
/** CopyObject takes no more. */
const mostUploadBytes = 5 * 1024 * MiB;
export const defaultBucketPort = 9000;

const port = z.coerce.number().int().min(0).max(65535);
const flag = z.enum(["1", "0", "true", "false"]).transform((value) => value === "1" || value === "true");
const location = z
  .string()
  .transform((value) => value.replace(/^\/+|\/+$/g, ""))
  .refine(
    (value) => /^[a-z0-9._-]+$/i.test(value) && !/^\.+$/.test(value),
    "must be one folder name, like media",
  );

const hostName = z.string().regex(/^[\w.-]+(:\d+)?$/, "must be a host name");

/**
 * The folder of each location in the bucket, those first that cannot be configured. What else is said of a location stands in
 * lib/storage/locations.ts.
 */
const foldersOf = (v: Record<"MEDIA_LOCATION" | "STATIC_LOCATION", string>) => ({
  incoming: "incoming",
  journal: "journal",
  backups: "backups",
  media: v.MEDIA_LOCATION,
  static: v.STATIC_LOCATION,
});

/** Every variable that Pail reads. README's table and .env.example list them too: env.test.ts holds the three together. */
export const variables = z
  .object({
    HOST: z.string().default("127.0.0.1"),
    PORT: port.default(3000),
    APP_ORIGIN: origin.optional(),
    TRUST_PROXY: flag.default(false),
    DATA_DIR: z.string().default("./data"),
    DATABASE_URL: z.string().optional(),
    TURSO_DATABASE_URL: z.string().optional(),
    TURSO_AUTH_TOKEN: z.string().optional(),
    AUTH_SECRET: z.string().min(32, "must have at least 32 characters").optional(),
    CRON_SECRET: z.string().min(16, "must have at least 16 characters").optional(),
    METRICS_TOKEN: z.string().min(16, "must have at least 16 characters").optional(),
    OTEL_EXPORTER_OTLP_ENDPOINT: z.string().optional(),
    PAIL_TOKEN: z.string().optional(),
    S3_BUCKET: z.string().optional(),
    S3_REGION: z.string().default("us-east-1"),
    S3_ENDPOINT: storeUrl.optional(),
    S3_PUBLIC_ENDPOINT: storeUrl.optional(),
    S3_FORCE_PATH_STYLE: flag.optional(),
    S3_UPLOAD: z.enum(["auto", "post", "put"]).default("auto"),
    S3_PORT: port.default(defaultBucketPort),
    AWS_ROLE_ARN: z.string().optional(),
    VERCEL: z.string().optional(),
    VERCEL_ENV: z.string().optional(),
    VERCEL_URL: hostName.optional(),
    VERCEL_BRANCH_URL: hostName.optional(),
    VERCEL_PROJECT_PRODUCTION_URL: hostName.optional(),
    VERCEL_OIDC_TOKEN: z.string().optional(),
    MEDIA_LOCATION: location.default("media"),
    STATIC_LOCATION: location.default("static"),
    STATIC_URL: folderUrl.optional(),
    UPLOAD_MAX_BYTES: z.coerce
      .number()
      .int()
      .positive()
      .max(
        mostUploadBytes,
        `must be ${mostUploadBytes} (5 GiB) at most: S3 copies nothing larger in one piece`,
      )
      .default(50 * MiB),
    UPLOAD_MAX_PIXELS: z.coerce.number().int().positive().default(100_000_000),
    USER_QUOTA_BYTES: z.coerce
      .number()
      .int()
      .positive()
      .default(100 * 1024 * MiB),
    TRASH_DAYS: z.coerce.number().int().positive().max(36_500).default(30),
  })
  .superRefine((values, context) => {
    const folders = Object.entries(foldersOf(values));
    for (const [index, [name, folder]] of folders.entries()) {
      // The sweep empties incoming/, and nobody is to be shown what lies in backups/.
      if (!folders.slice(0, index).some(([, other]) => other === folder)) continue;
      const variable = `${name.toUpperCase()}_LOCATION`;
      const message = "must be a folder that has no other use";
      context.addIssue({ code: "custom", path: [variable], message });
    }
  })
  .superRefine(checkEndpoints);

type Given = { [Name in keyof typeof variables.shape]?: string };

export type Env = ReturnType<typeof readEnv>;

let parsed: Env | undefined;

/** The configuration, read and checked once. Throws AppError `bad_configuration`, which says what to set. */
export function env(): Env {
  parsed ??= readEnv(process.env);
  return parsed;
}

/** Credentials and region as AWS's own tools read them. Throws AppError `usage` where the credentials are missing. */
export function awsEnv() {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION, AWS_DEFAULT_REGION } =
    process.env;
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) {
    const sentence = "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to what its clients will sign with.";
    throw new AppError("usage", sentence);
  }
  return {
    region: AWS_REGION || AWS_DEFAULT_REGION || "us-east-1",
    credentials: {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      ...(AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}),
    },
  };
}

/** Whether this is a serverless host, which keeps no file. */
export const isServerless = (): boolean => serverlessHost(process.env) !== null;

/** Sets variables for this process and those it starts, and has the configuration read anew. */
export function setEnv(values: Record<string, string>): void {
  Object.assign(process.env, values);
  parsed = undefined;
}

/** A copy of this process's environment with changes, for a child process. */
export function childEnv(changes: Record<string, string>): NodeJS.ProcessEnv {
  return { ...process.env, ...changes };
}

/** For a child process that is to know no secret: where programs and their libraries lie, and where files that nobody keeps may. */
export function bareEnv(): NodeJS.ProcessEnv {
  const { PATH, LD_LIBRARY_PATH, SystemRoot, TMPDIR, TEMP, NODE_ENV } = process.env;
  const given = Object.entries({ PATH, LD_LIBRARY_PATH, SystemRoot, TMPDIR, TEMP, NODE_ENV });
  return Object.fromEntries(given.filter(([, value]) => value !== undefined)) as NodeJS.ProcessEnv;
}

/**
 * The bucket that another set of variables names, as a file like .env has them: the local one where it names none, else with the
 * credentials among them, or those of this process's default chain. Throws AppError `bad_configuration`.
 */
export function readOtherBucket(given: Record<string, string | undefined>): Env["bucket"] {
  const isOfBucket = ([name]: [string, unknown]) => /^(S3_(?!PORT$)|AWS_ROLE_ARN$)/.test(name);
  const others = Object.entries(process.env).filter((entry) => !isOfBucket(entry));
  const { bucket } = readEnv(
    Object.fromEntries([...others, ...Object.entries(given).filter(isOfBucket)]) as NodeJS.ProcessEnv,
  );
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = given;
  if (bucket.local !== null || !accessKeyId || !secretAccessKey) return bucket;
  const session = given.AWS_SESSION_TOKEN ? { sessionToken: given.AWS_SESSION_TOKEN } : {};
  return { ...bucket, credentials: { accessKeyId, secretAccessKey, ...session } };
}

function readEnv(source: NodeJS.ProcessEnv) {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== "")) as Given;
  const result = variables.safeParse(given);
  const faults = [...wrongIn(result.error), ...lacksIn(given)];
  if (!result.success || faults.length > 0) throw new AppError("bad_configuration", faults.join("\n"));
  const v = result.data;
  const appOrigin = v.APP_ORIGIN ?? vercelOrigin(v) ?? `http://localhost:${v.PORT}`;
  const dataDir = path.resolve(v.DATA_DIR);
  return {
    production: source.NODE_ENV === "production",
    host: v.HOST,
    port: v.PORT,
    appOrigin,
    secureCookies: appOrigin.startsWith("https:"),
    trustProxy: v.TRUST_PROXY,
    dataDir,
    databaseUrl: givenDatabase(v) ?? `file:${path.join(dataDir, "pail.sqlite")}`,
    /** what opens a remote database, beside its address; null: there is none */
    databaseToken: databaseToken(v),
    get authSecret() {
      return v.AUTH_SECRET ?? secrets(dataDir).authSecret;
    },
    /** what an outside scheduler sends to /cron; null: there is none */
    cronSecret: v.CRON_SECRET ?? null,
    /** what Prometheus sends to /metrics; null: there is none */
    metricsToken: v.METRICS_TOKEN ?? null,
    /** what `npm run manage -- upload` shows to the Pail that it sends to; null: there is none */
    apiToken: v.PAIL_TOKEN ?? null,
    bucket: v.S3_BUCKET === undefined ? localBucket(v, appOrigin, dataDir) : remoteBucket(v, v.S3_BUCKET),
    locations: foldersOf(v),
    /** where browsers get the static location's files; null: from the app server */
    staticUrl: v.STATIC_URL ?? null,
    /** how browsers send to the bucket; `auto`: as its store can */
    upload: v.S3_UPLOAD,
    limits: { maxBytes: v.UPLOAD_MAX_BYTES, maxPixels: v.UPLOAD_MAX_PIXELS },
    userQuotaBytes: v.USER_QUOTA_BYTES,
    /** how long what was deleted can be brought back */
    trashDays: v.TRASH_DAYS,
  };
}

const wrongIn = (error: z.ZodError | undefined): string[] => {
  const faults = (error?.issues ?? []).map((issue) => `${issue.path.join(".")} ${issue.message}`);
  return faults.length === 0 ? [] : [`Please correct the environment: ${faults.join("; ")}.`];
};

/** What the host that this is cannot do without: also where some other variable is wrong, so that all is said at once. */
function lacksIn(given: Given): string[] {
  const host = serverlessHost(given);
  if (host === null) return [];
  const known = { databaseUrl: givenDatabase(given), appOrigin: given.APP_ORIGIN ?? vercelOrigin(given) };
  return lacksOn(host, given, known);
}

type DatabaseVariables = {
  [Name in "DATABASE_URL" | "TURSO_DATABASE_URL" | "TURSO_AUTH_TOKEN"]?: string | undefined;
};

const givenDatabase = (v: DatabaseVariables): string | undefined => v.DATABASE_URL ?? v.TURSO_DATABASE_URL;

/** Turso's token goes to Turso's database alone, where both are set. */
const databaseToken = ({
  DATABASE_URL,
  TURSO_DATABASE_URL,
  TURSO_AUTH_TOKEN,
}: DatabaseVariables): string | null =>
  DATABASE_URL === undefined || TURSO_DATABASE_URL === undefined ? (TURSO_AUTH_TOKEN ?? null) : null;

interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/** The bucket that Pail serves itself. Browsers reach it under the app's own host name. */
function localBucket(v: z.output<typeof variables>, appOrigin: string, dataDir: string) {
  const publicHost = new URL(appOrigin).hostname;
  return {
    // The comment keeps the bundler from packing every folder whose name ends so.
    local: { port: v.S3_PORT, dataDir: path.join(/* turbopackIgnore: true */ dataDir, "bucket") },
    name: "pail",
    region: v.S3_REGION,
    endpoint: `http://127.0.0.1:${v.S3_PORT}`,
    publicEndpoint: v.S3_PUBLIC_ENDPOINT ?? `http://${publicHost}:${v.S3_PORT}`,
    forcePathStyle: true,
    get credentials() {
      return secrets(dataDir).bucketCredentials;
    },
    vercelRole: undefined,
  };
}

function remoteBucket(v: z.output<typeof variables>, name: string) {
  const { AWS_ROLE_ARN: arn, VERCEL_OIDC_TOKEN: token } = v;
  const isOnVercel = v.VERCEL !== undefined || token !== undefined;
  return {
    local: null,
    name,
    region: v.S3_REGION,
    endpoint: v.S3_ENDPOINT,
    publicEndpoint: v.S3_PUBLIC_ENDPOINT ?? v.S3_ENDPOINT,
    forcePathStyle: v.S3_FORCE_PATH_STYLE ?? v.S3_ENDPOINT !== undefined,
    /** undefined: the SDK's default chain, or the role */
    credentials: undefined as Credentials | undefined,
    vercelRole: arn !== undefined && isOnVercel ? { arn, token } : undefined,
  };
}
