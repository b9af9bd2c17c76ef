import { randomBytes } from "node:crypto";
import * as s3 from "@aws-sdk/client-s3";
import { test } from "vitest";
import { connect, startTestServer, type TestBucket } from "@/lib/testing/local-bucket/test-server";

/**
 * What Pail needs of any S3. By default it is asked of the local bucket; S3_CONTRACT_ENDPOINT, _ACCESS_KEY,
 * _SECRET_KEY and _REGION point it at another store, whose known quirks S3_CONTRACT_QUIRKS names.
 */
const { S3_CONTRACT_ENDPOINT, S3_CONTRACT_ACCESS_KEY, S3_CONTRACT_SECRET_KEY, S3_CONTRACT_REGION } =
  process.env;

const quirks = {
  ceph: {
    "keeps-sha256": "Ceph 16 ignores SHA-256 checksums: none is kept or given back.",
    "checks-sha256": "Ceph 16 ignores SHA-256 checksums: a wrong one is taken.",
    "checks-region": "Ceph 16 takes signatures for any region.",
    "form-cache-headers": "Ceph drops the form fields Cache-Control and Content-Disposition.",
    "redirect-query": "Ceph appends ?bucket=… to a redirect that has a query already.",
    "aws-chunked": "Ceph 16 answers 411 to a chunked body with a trailing checksum.",
    "private-writes-under-block": "Ceph refuses private PUTs under BlockPublicAcls.",
    "copy-conditions": "Ceph 16 ignores the conditions of a copy: compare the ETag that it answers with.",
  },
} satisfies Record<string, Record<string, string>>;

type Quirk = keyof (typeof quirks)["ceph"];

const listed = (process.env.S3_CONTRACT_QUIRKS ?? "").split(",").filter(Boolean);
const known = new Map(
  listed.flatMap((name) => {
    if (!Object.hasOwn(quirks, name)) throw new Error(`S3_CONTRACT_QUIRKS: there is no list named ${name}.`);
    return Object.entries(quirks[name as keyof typeof quirks]);
  }),
);

export const hasQuirk = (quirk: Quirk): boolean => known.has(quirk);

/** A check that a store with this quirk fails; when it passes there after all, the quirk has to go. */
export function testUnless(quirk: Quirk, name: string, run: () => Promise<void>): void {
  const reason = known.get(quirk);
  if (reason) test.fails(`${name} (known: ${reason})`, run);
  else test(name, run);
}

export type ContractStore = TestBucket & { stop(): Promise<void> };

/** A bucket of its own in the store that the contract is asked of. */
export async function startContractStore(): Promise<ContractStore> {
  if (!S3_CONTRACT_ENDPOINT) return await startTestServer();
  const client = connect(S3_CONTRACT_ENDPOINT, S3_CONTRACT_REGION ?? "us-east-1", {
    accessKeyId: S3_CONTRACT_ACCESS_KEY ?? "",
    secretAccessKey: S3_CONTRACT_SECRET_KEY ?? "",
  });
  const bucket = `contract-${randomBytes(5).toString("hex")}`;
  await client.send(new s3.CreateBucketCommand({ Bucket: bucket }));
  const stop = () => emptyAndDelete({ endpoint: S3_CONTRACT_ENDPOINT, bucket, client });
  return { endpoint: S3_CONTRACT_ENDPOINT, bucket, client, stop };
}

async function emptyAndDelete({ client, bucket: Bucket }: TestBucket): Promise<void> {
  const { Contents = [] } = await client.send(new s3.ListObjectsV2Command({ Bucket }));
  for (const { Key } of Contents) await client.send(new s3.DeleteObjectCommand({ Bucket, Key }));
  await client.send(new s3.DeleteBucketCommand({ Bucket }));
}

/** How a store refuses: status and code. Rejects where it does not. */
export async function refusal(sent: Promise<unknown>): Promise<string> {
  const error: unknown = await sent.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof s3.S3ServiceException) return `${error.$metadata.httpStatusCode} ${error.name}`;
  throw error ?? new Error("It was not refused.");
}
