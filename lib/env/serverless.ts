import "server-only";
import hosts from "./serverless-hosts.json";

/**
 * The name of the serverless host that this is: what is written there is lost, or cannot be, and nothing but the pages can listen.
 * null on any other machine. next.config.js knows them by the same table.
 */
export function serverlessHost(source: Record<string, string | undefined>): string | null {
  // What `vercel dev` runs, and `vercel env pull` writes, is on a developer's machine, where Vercel's variables stand too.
  if (source.VERCEL_ENV === "development") return null;
  return Object.entries(hosts).find(([variable]) => source[variable])?.[1] ?? null;
}

interface Settings {
  AUTH_SECRET?: string | undefined;
  S3_BUCKET?: string | undefined;
}

/** What has to be set on such a host and is not: a sentence each. Elsewhere the disk has it all. */
export function lacksOn(
  host: string,
  { AUTH_SECRET, S3_BUCKET }: Settings,
  known: { databaseUrl: string | undefined; appOrigin: string | undefined },
): string[] {
  const { databaseUrl, appOrigin } = known;
  const keepsNoFile = `${host} keeps no file`;
  const database = "Set DATABASE_URL, or TURSO_DATABASE_URL and TURSO_AUTH_TOKEN, to a remote SQLite";
  return [
    databaseUrl === undefined && `${database}: ${keepsNoFile}.`,
    databaseUrl?.startsWith("file:") && `${database} instead of a file: ${keepsNoFile}.`,
    S3_BUCKET === undefined &&
      `Set S3_BUCKET to a bucket of yours: ${host} has no place for one that Pail serves.`,
    AUTH_SECRET === undefined && `Set AUTH_SECRET to what “openssl rand -base64 32” prints: ${keepsNoFile}.`,
    appOrigin === undefined &&
      "Set APP_ORIGIN to the address that people type, like https://photos.example.org.",
  ].filter((sentence) => typeof sentence === "string");
}

interface VercelSystem {
  VERCEL?: string | undefined;
  VERCEL_ENV?: string | undefined;
  VERCEL_URL?: string | undefined;
  VERCEL_BRANCH_URL?: string | undefined;
  VERCEL_PROJECT_PRODUCTION_URL?: string | undefined;
}

/** Where Vercel serves this deployment: production under the project's domain, a preview under its branch's, which stays. */
export function vercelOrigin(v: VercelSystem): string | undefined {
  if (v.VERCEL === undefined) return undefined;
  const own = v.VERCEL_BRANCH_URL ?? v.VERCEL_URL;
  const hosts: Record<string, string | undefined> = {
    production: v.VERCEL_PROJECT_PRODUCTION_URL,
    preview: own,
  };
  const host = hosts[v.VERCEL_ENV ?? ""];
  return host === undefined || !URL.canParse(`https://${host}`)
    ? undefined
    : new URL(`https://${host}`).origin;
}
