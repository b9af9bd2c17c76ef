import { randomBytes } from "node:crypto";
import {
  DeleteBucketCommand,
  DeleteBucketLifecycleCommand,
  GetBucketCorsCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyCommand,
  HeadBucketCommand,
  PutBucketCorsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
} from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { env } from "@/lib/env";
import { hasQuirk, testUnless } from "@/lib/testing/contract-store";
import { startTestPail } from "@/lib/testing/test-pail";
import { listBuckets } from "../bucket";
import { type BucketClient, bucketClient } from "../bucket-client";
import { StorageError } from "../s3-failure";
import { Storage } from "../storage";
import { requireBucketName } from "./bucket-name";
import { planSetup, type SetupPlan, setUpBucket } from "./set-up";
import { knownAfter } from "./setting";

let pail: Awaited<ReturnType<typeof startTestPail>>;
beforeAll(async () => {
  pail = await startTestPail();
});
afterAll(() => pail.stop());

/** A bucket that is not there yet. */
let bucket: BucketClient;
let target: { Bucket: string };
beforeEach(() => {
  const name = `set-up-${randomBytes(5).toString("hex")}`;
  bucket = { ...bucketClient(), name, publicUrl: bucketClient().publicUrl.replace(/[^/]+$/, name) };
  target = { Bucket: name };
});
afterEach(async () => {
  if (await isThere()) await bucket.s3.send(new DeleteBucketCommand(target));
});

const origins = ["http://localhost:3000", "https://photos.example.org"];
const wishes = () => ({ origins, locations: env().locations });
const ids = ({ changes }: SetupPlan) => changes.map(({ id }) => id);
const lacks = ({ unsupported }: SetupPlan) => unsupported.map(({ what }) => what);

async function isThere(): Promise<boolean> {
  try {
    await bucket.s3.send(new HeadBucketCommand(target));
    return true;
  } catch (error) {
    if (error instanceof StorageError && error.s3Status === 404) return false;
    throw error;
  }
}

const made = () => [
  "bucket",
  ...(hasQuirk("has-no-public-access-block") ? [] : ["public-access"]),
  ...(hasQuirk("has-no-ownership") || hasQuirk("turns-acls-off-at-once") ? [] : ["ownership"]),
  ...(hasQuirk("has-no-policies") || hasQuirk("refuses-auth-type") ? [] : ["policy"]),
  ...(hasQuirk("has-no-lifecycle") ? [] : ["lifecycle"]),
  ...(hasQuirk("has-cors-by-server") ? [] : ["cors"]),
];
const unsupported = () => [
  ...(hasQuirk("has-no-public-access-block") ? ["Block Public Access"] : []),
  ...(hasQuirk("has-no-ownership") ? ["Object ownership (ACLs off)"] : []),
  ...(hasQuirk("refuses-private-writes-under-block") ? ["BlockPublicAcls"] : []),
  // These stores are reached by http.
  ...(hasQuirk("has-no-policies") ? ["Bucket policies"] : ["Access by TLS only"]),
  ...(hasQuirk("ignores-auth-type") || hasQuirk("refuses-auth-type")
    ? ["Refusing presigned writes under media/"]
    : []),
  ...(hasQuirk("has-no-lifecycle") ? ["Lifecycle rules"] : []),
  ...(hasQuirk("drops-lifecycle-of-parts") ? ["Deleting unfinished parts under incoming/ (lifecycle)"] : []),
  ...(hasQuirk("has-cors-by-server") ? ["CORS rules of the bucket"] : []),
];

describe("setting up", () => {
  test("makes everything, once; what the store cannot do it names every time", async () => {
    const first = await setUpBucket(bucket, wishes());
    expect(ids(first)).toEqual(made());
    expect(lacks(first).sort()).toEqual(unsupported().sort());
    const second = await setUpBucket(bucket, wishes());
    expect(ids(second)).toEqual([]);
    expect(lacks(second).sort()).toEqual(unsupported().sort());
  });

  test("plans without changing anything", async () => {
    const plan = await planSetup(bucket, wishes());
    expect(ids(plan)).toEqual(expect.arrayContaining(made()));
    for (const { what, why } of plan.changes) expect(`${what}. ${why}`).toMatch(/^[A-Z].*\. [A-Z].*\.$/);
    expect(await isThere()).toBe(false);
    for (const change of plan.changes.slice(0, 1)) await change.apply();
    const isByServer = hasQuirk("has-cors-by-server");
    expect(ids(await planSetup(bucket, wishes())).includes("cors")).toBe(!isByServer);
    await expect(bucket.s3.send(new GetBucketCorsCommand(target))).rejects.toMatchObject({ s3Status: 404 });
    const { found } = await setUpBucket(bucket, wishes());
    const known = knownAfter(bucket.traits, found);
    const other = await planSetup(bucket, { ...wishes(), origins: ["http://localhost:4000"] }, known);
    expect(ids(other)).toEqual(isByServer ? [] : ["cors"]);
    if (isByServer) return;
    expect((await bucket.s3.send(new GetBucketCorsCommand(target))).CORSRules?.[0]?.AllowedOrigins).toEqual(
      origins,
    );
  });

  testUnless(
    ["has-cors-by-server", "has-no-lifecycle"],
    "mends what has gone, and lets the rules of others be",
    async () => {
      await setUpBucket(bucket, wishes());
      const other = { AllowedOrigins: ["https://other.example.org"], AllowedMethods: ["GET"] };
      await bucket.s3.send(
        new PutBucketCorsCommand({ ...target, CORSConfiguration: { CORSRules: [other] } }),
      );
      const Rules = [
        { ID: "others", Status: "Enabled" as const, Filter: { Prefix: "logs/" }, Expiration: { Days: 30 } },
      ];
      await bucket.s3.send(
        new PutBucketLifecycleConfigurationCommand({ ...target, LifecycleConfiguration: { Rules } }),
      );
      expect(ids(await setUpBucket(bucket, wishes()))).toEqual(["lifecycle", "cors"]);
      const { CORSRules } = await bucket.s3.send(new GetBucketCorsCommand(target));
      expect(CORSRules).toHaveLength(2);
      expect(CORSRules?.[1]).toMatchObject(other);
      const lifecycle = await bucket.s3.send(new GetBucketLifecycleConfigurationCommand(target));
      expect(lifecycle.Rules?.map(({ ID }) => ID).sort()).toEqual(["others", "pail-incoming"]);
      await bucket.s3.send(new DeleteBucketLifecycleCommand(target));
      expect(ids(await setUpBucket(bucket, wishes()))).toEqual(["lifecycle"]);
      expect(ids(await setUpBucket(bucket, wishes()))).toEqual([]);
    },
  );

  testUnless(
    ["has-no-policies", "refuses-auth-type"],
    "adds to a bucket policy and leaves the others' statements",
    async () => {
      await setUpBucket(bucket, wishes());
      const theirs = {
        Sid: "Theirs",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:GetObject",
        Resource: `arn:aws:s3:::${bucket.name}/secret/*`,
      };
      const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [theirs] });
      await bucket.s3.send(new PutBucketPolicyCommand({ ...target, Policy }));
      expect(ids(await setUpBucket(bucket, wishes()))).toEqual(["policy"]);
      const kept = JSON.parse((await bucket.s3.send(new GetBucketPolicyCommand(target))).Policy ?? "{}");
      expect(kept.Statement).toMatchObject([
        hasQuirk("rewrites-policies") ? { Sid: theirs.Sid, Effect: theirs.Effect } : theirs,
        { Sid: "PailNoPresignedWritesUnderMedia", Effect: "Deny" },
      ]);
      expect(ids(await setUpBucket(bucket, wishes()))).toEqual([]);
    },
  );

  test("leaves a bucket that takes what the server writes", async () => {
    await setUpBucket(bucket, wishes());
    const media = new Storage(bucket, env().locations.media);
    const name = await media.save("a", "bytes", { type: "text/plain" });
    expect((await media.read(name)).toString()).toBe("bytes");
    await media.delete([name]);
  });

  test("is seen in the list of buckets", async () => {
    await setUpBucket(bucket, wishes());
    const found = (await listBuckets(bucket)).find(({ name }) => name === bucket.name);
    expect(Math.abs((found?.createdAt?.getTime() ?? 0) - Date.now())).toBeLessThan(120_000);
  });

  testUnless(
    ["has-any-region", "tells-no-wrong-region"],
    "says where the store has no such region",
    async () => {
      const elsewhere = { ...bucket, region: "eu-west-3" };
      await expect(setUpBucket(elsewhere, wishes())).rejects.toMatchObject({
        code: "bad_region",
        message: expect.stringContaining("correct S3_REGION"),
      });
    },
  );
});

describe("a bucket's name", () => {
  const isRefused = (name: string, publicUrl = "http://127.0.0.1:9000") =>
    expect(() => requireBucketName(name, publicUrl), name).toThrow(
      expect.objectContaining({ code: "bad_bucket_name" }),
    );

  test("is checked by S3's rules before anything is asked", async () => {
    const wrong = [
      "ab",
      "a".repeat(64),
      "Photos",
      "my_photos",
      "-photos",
      "photos-",
      "a..b",
      "a.-b",
      "192.168.1.1",
    ];
    for (const name of [...wrong, "xn--a", "sthree-a", "a-s3alias", "a--ol-s3", "a--x-s3", "", "ab\n"])
      isRefused(name);
    for (const name of ["abc", "a".repeat(63), "my-photos", "1.photos.2"])
      requireBucketName(name, "http://127.0.0.1");
    const silent = { ...bucket, name: "No", s3: { send: () => Promise.reject(new Error("asked")) } as never };
    await expect(planSetup(silent, wishes())).rejects.toMatchObject({ code: "bad_bucket_name" });
  });

  test("with dots is refused where browsers would reach it under a host name of its own by https", () => {
    isRefused("my.photos", "https://my.photos.s3.eu-west-3.amazonaws.com");
    requireBucketName("my.photos", "https://s3.example.org/my.photos");
  });
});
