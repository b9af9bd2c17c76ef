import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readlink, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateBucketCommand, HeadObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { type LocalBucket, type LocalBucketOptions, startLocalBucket } from "@/lib/local-bucket/server";

/** Where a test's bucket is, and how to speak to it. */
export interface TestBucket {
  endpoint: string;
  bucket: string;
  client: S3Client;
}

/** A server of a test's own, with one bucket and everything in a folder that goes with it. */
export interface TestServer extends TestBucket {
  parent: string;
  dataDir: string;
  log: Record<string, unknown>[];
  local: LocalBucket;
  /** Ends the server and starts it again over the same folder. */
  restart(already?: { stopped: boolean }): Promise<void>;
  /** The blobs on the disk, finished or not. */
  files(): Promise<string[]>;
  stop(): Promise<void>;
}

export const credentials = { accessKeyId: "test-access-key", secretAccessKey: "test-secret-key" };
export const region = "eu-central-1";

/** Starts a server in a folder within a folder, so that a test sees whatever gets out of the inner one. */
export async function startTestServer(options: Partial<LocalBucketOptions> = {}): Promise<TestServer> {
  const parent = await mkdtemp(join(tmpdir(), "local-bucket-"));
  const dataDir = join(parent, "a", "data");
  const log: Record<string, unknown>[] = [];
  const { credentials: identity = credentials } = options;
  const start = () =>
    startLocalBucket({ dataDir, region, credentials, log: (line) => log.push(line), ...options });
  const local = await start();
  const client = connect(local.url, region, identity);
  const server: TestServer = {
    endpoint: local.url,
    bucket: "test-bucket",
    client,
    parent,
    dataDir,
    log,
    local,
    restart: async ({ stopped } = { stopped: false }) => {
      if (!stopped) await server.local.close();
      server.local = await start();
      server.endpoint = server.local.url;
      server.client = connect(server.endpoint, region, identity);
    },
    files: async () => {
      const entries = await readdir(dataDir, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile() && !entry.name.startsWith("index."))
        .map(({ name }) => name);
    },
    stop: async () => {
      await server.local.close();
      await rm(parent, { recursive: true, force: true });
    },
  };
  await client.send(new CreateBucketCommand({ Bucket: server.bucket }));
  return server;
}

export function connect(
  endpoint: string,
  inRegion: string,
  identity: LocalBucketOptions["credentials"],
  checksums: "WHEN_REQUIRED" | "WHEN_SUPPORTED" = "WHEN_REQUIRED",
): S3Client {
  return new S3Client({
    endpoint,
    region: inRegion,
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: identity,
    requestChecksumCalculation: checksums,
    responseChecksumValidation: checksums,
  });
}

/** The blobs that this process has open, where the system tells. */
export async function openBlobs({ dataDir }: TestServer): Promise<string[]> {
  if (!existsSync("/proc/self/fd")) return [];
  const open = await readdir("/proc/self/fd");
  // One of them was that of the listing itself.
  const paths = await Promise.all(open.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => "")));
  return paths.filter((path) => path.startsWith(dataDir) && !path.includes("index.sqlite"));
}

export async function exists({ client, bucket }: TestBucket, key: string): Promise<boolean> {
  try {
    await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === "NotFound") return false;
    throw error;
  }
}

export function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("base64");
}
