import { createHash, randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { contentSecurityPolicy } from "@/lib/content-security-policy";
import { env, setEnv } from "@/lib/env";
import { startStoreUnder } from "@/lib/testing/base-path-store";
import { post, startTestPail } from "@/lib/testing/test-pail";
import { type BucketClient, bucketClient, connectBucket } from "./bucket-client";
import { completeMultipart, createMultipart, listParts, signPart } from "./multipart";
import { partBytes } from "./put-object";
import { planSetup } from "./setup/set-up";
import { presignPut } from "./signed-put";
import { Storage } from "./storage";

const path = "/storage/v1/s3";
const soon = () => new Date(Date.now() + 60_000);
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("base64");

let pail: Awaited<ReturnType<typeof startTestPail>>;
let store: Awaited<ReturnType<typeof startStoreUnder>>;
let bucket: BucketClient;
beforeAll(async () => {
  pail = await startTestPail();
  const { name, region, traits } = bucketClient();
  const credentials = await bucketClient().s3.config.credentials();
  store = await startStoreUnder(path, bucketClient());
  const at = { name, region, endpoint: store.url, publicEndpoint: store.url, forcePathStyle: true };
  bucket = { ...connectBucket({ ...env().bucket, ...at, credentials } as never), traits };
});
afterAll(async () => {
  bucket.s3.destroy();
  await store.close();
  await pail.stop();
});

const at = (location: string) => new Storage(bucket, location);

describe("an endpoint with a path", () => {
  test("is where the server reaches the bucket, whatever it asks", async () => {
    const storage = at("media");
    const bytes = randomBytes(100);
    expect(await storage.save("a b/ü", bytes, { type: "image/png" })).toBe("a b/ü");
    const large = await storage.save("large", randomBytes(partBytes + 1), { type: "image/png" });
    expect(await storage.size(large)).toBe(partBytes + 1);
    expect((await storage.read("a b/ü")).equals(bytes)).toBe(true);
    await storage.copy({ name: "a b/ü" }, "copy");
    const names = [];
    for await (const { files } of storage.listdir("", { recursive: true }))
      names.push(...files.map(({ name }) => name));
    expect(names).toEqual(["a b/ü", "copy", "large"]);
    await storage.delete(names);
    expect(await storage.exists("copy")).toBe(false);
    const wishes = { origins: [env().appOrigin], locations: env().locations };
    expect((await planSetup(bucket, wishes)).changes).toEqual([]);
    expect(store.requests.every((request) => request.includes(` ${path}/${bucket.name}`))).toBe(true);
  });

  test("is in every address that browsers are given", async () => {
    const address = `${store.url}/${bucket.name}`;
    const bytes = randomBytes(1000);
    const grant = {
      type: "image/png",
      bytes: 1000,
      sha256: sha256(bytes),
      metadata: { n: "1" },
      expiresAt: soon(),
    };
    const form = await at("incoming").postForm("way/form", grant);
    expect(form.url).toBe(address);
    expect((await post(form, bytes)).status).toBe(204);
    const put = await presignPut(bucket, { ...grant, key: "incoming/way/put" });
    expect(put.url.startsWith(`${address}/incoming/way/put?`)).toBe(true);
    expect((await fetch(put.url, { method: "PUT", headers: put.headers, body: bytes })).status).toBe(200);
    const upload = await createMultipart(bucket, "incoming/way/parts", {
      type: "image/png",
      metadata: {},
      digest: "sha256",
    });
    const wanted = { number: 1, bytes: 1000, digest: sha256(bytes) };
    const part = await signPart(bucket, upload, "sha256", wanted, soon());
    expect(part.url.startsWith(`${address}/incoming/way/parts?`)).toBe(true);
    expect((await fetch(part.url, { method: "PUT", headers: part.headers, body: bytes })).status).toBe(200);
    await completeMultipart(bucket, upload, "sha256", (await listParts(bucket, upload, "sha256")) ?? []);
    for (const name of ["form", "put", "parts"]) {
      const url = await at("incoming").url(`way/${name}`);
      expect(url.startsWith(`${address}/incoming/way/${name}?`)).toBe(true);
      expect(Buffer.from(await (await fetch(url)).arrayBuffer()).equals(bytes)).toBe(true);
      const elsewhere = url.replace(path, "/storage/v1/s4");
      expect((await fetch(elsewhere)).status).toBe(403);
    }
  });

  test("is no part of what the pages' policy names, which is an origin", () => {
    const before = { S3_BUCKET: process.env.S3_BUCKET ?? "", S3_ENDPOINT: process.env.S3_ENDPOINT ?? "" };
    setEnv({ S3_BUCKET: "photos", S3_ENDPOINT: "https://ref.storage.supabase.co/storage/v1/s3/" });
    expect(contentSecurityPolicy("n")).toContain("form-action 'self' https://ref.storage.supabase.co;");
    setEnv(before);
  });
});
