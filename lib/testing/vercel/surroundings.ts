import { randomBytes } from "node:crypto";
import fs from "node:fs";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { startLocalBucket } from "@/lib/local-bucket/server";
import { type LibsqlDouble, startLibsqlDouble } from "@/lib/testing/libsql-double/libsql-double";
import { type Certificate, makeCertificate } from "@/lib/testing/self-signed";

export interface Surroundings {
  /** everybody may enter it; goes at the end */
  folder: string;
  /** of the address that Pail will have */
  port: number;
  domain: string;
  certificate: Certificate;
  database: LibsqlDouble;
  /** what somebody gets at Turso and at their store, and makes up */
  settings: Record<Setting, string>;
  /** what Vercel sets, in builds and in functions */
  ofVercel: Record<string, string>;
  stop(): Promise<void>;
}

type Setting =
  | "TURSO_DATABASE_URL"
  | "TURSO_AUTH_TOKEN"
  | "AUTH_SECRET"
  | "CRON_SECRET"
  | "S3_BUCKET"
  | "S3_REGION"
  | "S3_ENDPOINT"
  | "AWS_ACCESS_KEY_ID"
  | "AWS_SECRET_ACCESS_KEY";

/** What Pail has around it on Vercel: a libSQL over HTTP that wants a token, a store with no bucket in it yet, and an address. */
export async function startSurroundings(): Promise<Surroundings> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "pail-vercel-"));
  fs.chmodSync(folder, 0o755);
  const TURSO_AUTH_TOKEN = randomBytes(24).toString("base64url");
  const database = await startLibsqlDouble({ token: TURSO_AUTH_TOKEN });
  const credentials = { accessKeyId: "AKIAPAIL", secretAccessKey: randomBytes(24).toString("base64url") };
  const region = "eu-central-1";
  const data = path.join(folder, "store");
  const store = await startLocalBucket({ dataDir: data, region, credentials });
  const port = await findFreePort();
  const domain = `localhost:${port}`;
  return {
    ...{ folder, port, domain, database },
    certificate: makeCertificate(folder),
    settings: {
      TURSO_DATABASE_URL: database.url,
      TURSO_AUTH_TOKEN,
      AUTH_SECRET: randomBytes(32).toString("base64"),
      CRON_SECRET: randomBytes(16).toString("hex"),
      S3_BUCKET: "pictures",
      S3_REGION: region,
      S3_ENDPOINT: store.url,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    },
    ofVercel: {
      VERCEL: "1",
      VERCEL_ENV: "production",
      VERCEL_URL: "pail-1a2b3c4d.vercel.app",
      VERCEL_PROJECT_PRODUCTION_URL: domain,
    },
    stop: async () => {
      await Promise.all([database.close(), store.close()]);
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

function findFreePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
