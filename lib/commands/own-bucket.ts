import { type Env, env, setEnv } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { startLocalBucket } from "@/lib/local-bucket/server";
import { type BucketClient, bucketClient } from "@/lib/storage/bucket-client";
import { listObjects } from "@/lib/storage/list-objects";
import { setUpBucket } from "@/lib/storage/setup/set-up";

/**
 * Does the work while the local bucket is served: by the Pail that is running, or else by this process, at a free port. Where these
 * settings are of another bucket there is nothing to serve.
 */
export async function withLocalBucket<T>(settings: Env["bucket"], work: () => Promise<T>): Promise<T> {
  if (settings.local === null) return work();
  const { region, credentials, publicEndpoint } = settings;
  const { dataDir } = settings.local;
  const options = { dataDir, region, credentials, domain: new URL(publicEndpoint).hostname };
  const served = await startLocalBucket(options).catch((cause: unknown) => {
    const { code = "", message } = cause as NodeJS.ErrnoException;
    // Pail serves it, at its own port.
    if (code.startsWith("SQLITE_BUSY")) return null;
    throw new AppError("bucket_failed", `The local bucket could not start: ${message}`, { cause });
  });
  if (served === null) return work();
  setEnv({ S3_PORT: String(served.port) });
  try {
    return await work();
  } finally {
    await served.close();
  }
}

/** The bucket of this Pail, for a command that reads or writes it. One that is ours is made where there is none yet. */
export async function withOwnBucket<T>(work: (bucket: BucketClient) => Promise<T>): Promise<T> {
  return withLocalBucket(env().bucket, async () => {
    const bucket = bucketClient();
    if (env().bucket.local !== null) await setUpBucket(bucket, { ...env(), origins: [env().appOrigin] });
    else await requireAnswer(bucket);
    return work(bucket);
  });
}

/** Throws StorageError with its cause: the answer to a HEAD of the bucket would not tell that there is none. */
export async function requireAnswer(
  bucket: BucketClient,
  prefix = `${env().locations.media}/`,
): Promise<void> {
  await listObjects(bucket, prefix, { recursive: false }).next();
}
