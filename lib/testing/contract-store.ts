import { randomBytes } from "node:crypto";
import * as s3 from "@aws-sdk/client-s3";
import { test } from "vitest";
import { connect, startTestServer, type TestBucket } from "@/lib/testing/local-bucket/test-server";
import { emptyAndDelete, keepVersionsIfWanted } from "@/lib/testing/other-store";
import { type Quirk, quirksOf } from "@/lib/testing/stores/quirks";

/**
 * What Pail needs of any S3. By default it is asked of the local bucket; S3_CONTRACT_ENDPOINT, _ACCESS_KEY,
 * _SECRET_KEY and _REGION point it at another store, of the kind in testing/stores/quirks.ts that
 * S3_CONTRACT_QUIRKS names.
 */
const { S3_CONTRACT_ENDPOINT, S3_CONTRACT_ACCESS_KEY, S3_CONTRACT_SECRET_KEY, S3_CONTRACT_REGION } =
  process.env;

/** What the store is known to do otherwise. */
const known = quirksOf(process.env.S3_CONTRACT_QUIRKS ?? (S3_CONTRACT_ENDPOINT === undefined ? "local" : ""));

export const hasQuirk = (quirk: Quirk): boolean => known.has(quirk);

/** A check that a store with one of these quirks fails; when it passes there after all, the quirk has to go. */
export function testUnless(quirks: Quirk | Quirk[], name: string, run: () => Promise<void>): void {
  const reason = [quirks]
    .flat()
    .map((quirk) => known.get(quirk))
    .find(Boolean);
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
  await keepVersionsIfWanted(client, bucket);
  const stop = () => emptyAndDelete(client, bucket);
  return { endpoint: S3_CONTRACT_ENDPOINT, bucket, client, stop };
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
