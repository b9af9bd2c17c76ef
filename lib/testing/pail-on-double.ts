import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { vi } from "vitest";
import { startLocalBucket } from "@/lib/local-bucket/server";
import { type Conduct, startStoreDouble } from "./store-double";
import { startTestPail } from "./test-pail";

/** Of the store behind the double. */
export const doubleCredentials = { accessKeyId: "AKIADOUBLES", secretAccessKey: "a-secret" };

/** For tests: a Pail whose bucket is in a store that answers so. Once in a process, which has one bucket. */
export async function startPailOnDouble(
  conductFor: (storeUrl: string) => Conduct,
): Promise<{ stop(): Promise<void> }> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "pail-on-double-"));
  const credentials = doubleCredentials;
  const store = await startLocalBucket({ dataDir: folder, region: "us-east-1", credentials });
  const double = await startStoreDouble(store.url, conductFor(store.url));
  vi.stubEnv("S3_CONTRACT_ENDPOINT", double.url);
  vi.stubEnv("S3_CONTRACT_ACCESS_KEY", credentials.accessKeyId);
  vi.stubEnv("S3_CONTRACT_SECRET_KEY", credentials.secretAccessKey);
  const pail = await startTestPail();
  return {
    stop: async () => {
      await pail.stop();
      await double.close();
      await store.close();
      await rm(folder, { recursive: true, force: true });
      vi.unstubAllEnvs();
    },
  };
}
