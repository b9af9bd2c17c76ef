import * as s3 from "@aws-sdk/client-s3";
import { afterEach, beforeEach, expect, test } from "vitest";
import { exists, startTestServer, type TestServer } from "@/lib/testing/local-bucket/test-server";

const dayMs = 24 * 60 * 60 * 1000;
/** How far the server's clock is ahead; by more than a quarter of an hour it takes no request. */
let offset = 0;
let server: TestServer;

beforeEach(async () => {
  offset = 0;
  server = await startTestServer({ now: () => new Date(Date.now() + offset) });
});
afterEach(() => server.stop());

const put = (Key: string, more: Partial<s3.PutObjectCommandInput> = {}) =>
  server.client.send(new s3.PutObjectCommand({ Bucket: server.bucket, Key, Body: "x", ...more }));
const setRules = (Rules: s3.LifecycleRule[]) =>
  server.client.send(
    new s3.PutBucketLifecycleConfigurationCommand({
      Bucket: server.bucket,
      LifecycleConfiguration: { Rules },
    }),
  );

/** The midnight after an object has been there for some days. */
async function midnightAfter(days: number, key: string): Promise<number> {
  const at = { Bucket: server.bucket, Key: key };
  const { LastModified } = await server.client.send(new s3.HeadObjectCommand(at));
  return Math.ceil(((LastModified?.getTime() ?? 0) + days * dayMs) / dayMs) * dayMs;
}

/** What is left of these keys after the rules were carried out at a time. */
async function left(keys: string[], at: number): Promise<string[]> {
  offset = at - Date.now();
  await server.local.carryOutLifecycles();
  offset = 0;
  const there = await Promise.all(keys.map((key) => exists(server, key)));
  return keys.filter((_, i) => there[i]);
}

test("objects under the prefix go at the midnight after their days, with their files; others stay", async () => {
  const keys = ["incoming/a", "incoming/b", "media/a", "incoming"];
  for (const key of keys) await put(key);
  await setRules([
    { ID: "in", Status: "Enabled", Filter: { Prefix: "incoming/" }, Expiration: { Days: 7 } },
    { ID: "off", Status: "Disabled", Filter: { Prefix: "" }, Expiration: { Days: 1 } },
  ]);
  const midnight = await midnightAfter(7, "incoming/a");
  expect(await left(keys, midnight - 60_000)).toEqual(keys);
  expect(await left(keys, midnight)).toEqual(["media/a", "incoming"]);
  expect(await server.files()).toHaveLength(2);
  expect(await left(keys, midnight + 300 * dayMs)).toEqual(["media/a", "incoming"]);
});

test("tags, sizes and a date narrow a rule down", async () => {
  await put("a", { Tagging: "state=old&x=1", Body: "123456" });
  await put("b", { Tagging: "state=old", Body: "1" });
  await put("c", { Tagging: "state=new", Body: "123456" });
  const keys = ["a", "b", "c"];
  const date = Date.parse("2100-06-01T00:00:00Z");
  await setRules([
    {
      ID: "narrow",
      Status: "Enabled",
      Filter: { And: { Tags: [{ Key: "state", Value: "old" }], ObjectSizeGreaterThan: 5 } },
      Expiration: { Days: 1 },
    },
    {
      ID: "date",
      Status: "Enabled",
      Filter: { Tag: { Key: "state", Value: "new" } },
      Expiration: { Date: new Date(date) },
    },
  ]);
  expect(await left(keys, Date.now() + 3 * dayMs)).toEqual(["b", "c"]);
  expect(await left(keys, date)).toEqual(["b"]);
});

test("more objects than one page all go", async () => {
  const keys = Array.from({ length: 120 }, (_, i) => `tmp/${i}`);
  await Promise.all(keys.map((key) => put(key)));
  await setRules([{ ID: "t", Status: "Enabled", Filter: { Prefix: "tmp/" }, Expiration: { Days: 1 } }]);
  expect(await left(keys, Date.now() + 3 * dayMs)).toEqual([]);
  expect(await server.files()).toEqual([]);
});

test("uploads that nobody completed are ended, with their parts", async () => {
  const { client, bucket: Bucket } = server;
  const create = async (Key: string) => {
    const { UploadId } = await client.send(new s3.CreateMultipartUploadCommand({ Bucket, Key }));
    await client.send(new s3.UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1, Body: "x" }));
  };
  await create("incoming/old");
  await create("media/old");
  await setRules([
    {
      ID: "abort",
      Status: "Enabled",
      Filter: { Prefix: "incoming/" },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
    },
  ]);
  await put("same age");
  const midnight = await midnightAfter(1, "same age");
  const uploads = async (at: number) => {
    await left([], at);
    const { Uploads } = await client.send(new s3.ListMultipartUploadsCommand({ Bucket }));
    return Uploads?.map(({ Key }) => Key);
  };
  expect(await uploads(midnight - 60_000)).toEqual(["incoming/old", "media/old"]);
  expect(await uploads(midnight)).toEqual(["media/old"]);
  expect(await server.files()).toHaveLength(2);
});

test("the rules are carried out when the server starts", async () => {
  await put("tmp/a");
  await setRules([{ ID: "t", Status: "Enabled", Filter: { Prefix: "tmp/" }, Expiration: { Days: 1 } }]);
  offset = 3 * dayMs;
  await server.restart();
  await expect.poll(() => server.files()).toEqual([]);
});
