import "server-only";
import { S3Client } from "@aws-sdk/client-s3";
import { Hash } from "@smithy/hash-node";
import { env } from "@/lib/env";
import { addressOf, type BucketSettings, publicUrlOf } from "./bucket-address";
import { sendContentMd5 } from "./content-md5";
import { assumeVercelRole, throwCredentialErrors } from "./credentials";
import { observeCalls } from "./observe-calls";
import { throwStorageErrors } from "./s3-failure";
import { s3Traits, type Traits, untriedTraits } from "./stores/traits";

/** One bucket: how the server reaches it, and the URL under which browsers do. */
export interface BucketClient {
  name: string;
  region: string;
  /** Its commands and its credentials throw StorageError. */
  s3: S3Client;
  /** the address at which the server reaches the store, without the bucket; it may have a path */
  endpoint: string;
  /** host and port of it */
  host: string;
  /** Where browsers reach the bucket; keys follow behind a slash. */
  publicUrl: string;
  /** the same for the server, where it takes another way */
  serverUrl: string;
  /** What its store can, as it was last found; until then, what S3 can. Whoever finds it out sets it. */
  traits: Traits;
}

let client: BucketClient | undefined;

/** The bucket of this process. */
export function bucketClient(): BucketClient {
  client ??= connectBucket(env().bucket);
  return client;
}

/** The SDK's signer takes its hash as a constructor. */
export class Sha256 extends Hash {
  constructor(secret?: ConstructorParameters<typeof Hash>[1]) {
    super("sha256", secret);
  }
}

/** Another bucket, or the same one reached in another way. */
export function connectBucket(settings: BucketSettings): BucketClient {
  const { name, region, endpoint, forcePathStyle, vercelRole } = settings;
  const credentials = vercelRole === undefined ? settings.credentials : assumeVercelRole(vercelRole);
  const s3 = new S3Client({
    region,
    forcePathStyle,
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials !== undefined && { credentials }),
    // Or the SDK adds some unasked. See "refuses-unasked-checksums" in testing/stores/quirks.ts.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    // Nothing is added to the middleware once commands are sent.
    cacheMiddleware: true,
    requestHandler: { connectionTimeout: 5000, socketTimeout: 60_000 },
  });
  const publicUrl = publicUrlOf(settings);
  const serverUrl = publicUrlOf({ name, region, forcePathStyle, publicEndpoint: endpoint });
  const address = addressOf(region, endpoint);
  const { host } = new URL(address);
  sendContentMd5(s3);
  // The outermost, so that it sees what the next one makes of a refusal.
  observeCalls(s3);
  throwStorageErrors(s3, { name, region, host });
  throwCredentialErrors(s3, host);
  const traits = settings.local === null ? untriedTraits : s3Traits;
  return { name, region, s3, endpoint: address, host, publicUrl, serverUrl, traits };
}
