import { createHash, randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { env } from "@/lib/env";
import { type Conduct, refuse, startStoreDouble } from "@/lib/testing/store-double";
import { startTestPail } from "@/lib/testing/test-pail";
import { bucketClient, connectBucket } from "./bucket-client";
import { partBytes } from "./put-object";
import { Storage } from "./storage";
import type { Traits } from "./stores/found-traits";

let pail: Awaited<ReturnType<typeof startTestPail>>;
beforeAll(async () => {
  pail = await startTestPail();
});
afterAll(() => pail.stop());

/** A location of a name of its own, in a store that does some things otherwise. */
async function at<T>(
  conduct: Conduct,
  traits: Partial<Traits>,
  use: (storage: Storage) => Promise<T>,
): Promise<T> {
  const double = await startStoreDouble(bucketClient().publicUrl, conduct);
  const credentials = await bucketClient().s3.config.credentials();
  const addresses = { endpoint: double.url, publicEndpoint: double.url };
  const bucket = connectBucket({ ...env().bucket, ...addresses, credentials } as never);
  bucket.traits = { ...bucket.traits, ...traits };
  try {
    return await use(new Storage(bucket, `otherwise-${randomBytes(4).toString("hex")}`));
  } finally {
    bucket.s3.destroy();
    await double.close();
  }
}

const binary = { type: "application/octet-stream" };

describe("a store without conditions of writes", () => {
  /** As B2 answers, which takes no checksums either; others take no notice of conditions. */
  const refusesBoth: Conduct = (request, response, pass) => {
    const names = Object.keys(request.headers);
    if (!names.some((name) => name === "if-none-match" || /^x-amz-(checksum-[^m]|sdk-checksum)/.test(name)))
      pass();
    else refuse(request, response, 501, "NotImplemented");
  };
  const save = <T>(use: (storage: Storage) => Promise<T>) =>
    at(refusesBoth, { writeConditions: false, objectDigest: "md5", partDigest: "md5" }, use);

  test("is sent none, nor a checksum, and nothing that has the name is replaced", async () => {
    await save(async (storage) => {
      expect(await storage.save("a.txt", "first", binary)).toBe("a.txt");
      const second = await storage.save("a.txt", "second", binary);
      expect(second).toMatch(/^a_[0-9a-f]{8}\.txt$/);
      expect((await storage.read("a.txt")).toString()).toBe("first");
      expect((await storage.read(second)).toString()).toBe("second");
      await storage.save("a.txt", "third", { ...binary, overwrite: true });
      expect((await storage.read("a.txt")).toString()).toBe("third");
    });
  });

  test("also where it goes in parts", async () => {
    await save(async (storage) => {
      const large = () => storage.save("large", randomBytes(partBytes + 1), binary);
      expect(await large()).toBe("large");
      expect(await large()).toMatch(/^large_[0-9a-f]{8}$/);
      const bytes = randomBytes(10);
      const sha256 = createHash("sha256").update(bytes).digest("base64");
      await storage.saveKnown("known", bytes, { type: "image/png", bytes: 10, sha256 });
      expect((await storage.read("known")).equals(bytes)).toBe(true);
    });
  });
});
