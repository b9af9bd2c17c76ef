import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { env } from "@/lib/env";
import { type LocalBucket, startLocalBucket } from "@/lib/local-bucket/server";
import { bucketClient, connectBucket } from "@/lib/storage/bucket-client";
import { markHalfCopied } from "@/lib/storage/half-copied";
import { listObjects } from "@/lib/storage/list-objects";
import { media } from "@/lib/storage/locations";
import { putObject } from "@/lib/storage/put-object";
import { launch, newFolder, run } from "@/lib/testing/command-line";
import { startStoreDouble } from "@/lib/testing/store-double";
import { startTestPail } from "@/lib/testing/test-pail";

const credentials = { accessKeyId: "AKIATARGET", secretAccessKey: "a-secret-key" };
const region = "eu-north-1";
const count = 40;
let pail: { stop(): Promise<void> };
let store: LocalBucket;

beforeAll(async () => {
  pail = await startTestPail();
  store = await startLocalBucket({ dataDir: newFolder(), region, credentials });
  await clientOf("photos").s3.send(new CreateBucketCommand({ Bucket: "photos" }));
  for (let n = 0; n < count; n += 1) await media().save(`${n}.txt`, `object ${n}`, { type: "text/plain" });
});
afterAll(async () => {
  await pail.stop();
  await store.close();
});

const clientOf = (name: string) =>
  connectBucket({
    ...{ local: null, name, region, credentials, vercelRole: undefined },
    ...{ endpoint: store.url, publicEndpoint: store.url, forcePathStyle: true },
  });

/** Of the Pail of this test, whose bucket this process serves. */
const running = () => ({
  DATA_DIR: env().dataDir,
  S3_PORT: new URL(bucketClient().endpoint).port,
  DATABASE_URL: `file:${path.join(env().dataDir, "pail.sqlite")}`,
});

function settings(endpoint: string): Record<string, string> {
  const { accessKeyId, secretAccessKey } = credentials;
  const keys = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
  return { S3_BUCKET: "photos", S3_ENDPOINT: endpoint, S3_REGION: region, ...keys };
}

function fileOf(variables: Record<string, string>): string {
  const file = path.join(newFolder(), "other.env");
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
  fs.writeFileSync(file, lines.join(""));
  return file;
}

async function keysOf(name: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { objects } of listObjects(clientOf(name), "media/", { recursive: true }))
    keys.push(...objects.map(({ key }) => key));
  return keys;
}

/** As a copy into it that was cut short does. */
async function markLocalBucket(dataDir: string): Promise<void> {
  const { bucketCredentials } = JSON.parse(fs.readFileSync(path.join(dataDir, "secrets.json"), "utf8"));
  const options = {
    dataDir: path.join(dataDir, "bucket"),
    region: "us-east-1",
    credentials: bucketCredentials,
  };
  const local = await startLocalBucket(options);
  const bucket = connectBucket({
    ...{ local: null, name: "pail", region: "us-east-1", credentials: bucketCredentials },
    ...{ endpoint: local.url, publicEndpoint: local.url, forcePathStyle: true, vercelRole: undefined },
  });
  await markHalfCopied(bucket, env().locations);
  await local.close();
}

test("killed in the middle it leaves a bucket with which Pail does not start, goes on, and comes back", async () => {
  let puts = 0;
  const slow = await startStoreDouble(store.url, (request, _response, pass) => {
    if (request.method !== "PUT") return pass();
    puts += 1;
    setTimeout(pass, 150);
  });
  const child = launch(["bucket", "copy", "--to", fileOf(settings(slow.url))], running());
  while (puts < count / 2) await sleep(20);
  child.kill("SIGKILL");
  await once(child, "exit");
  await slow.close();
  const half = await keysOf("photos");
  expect(half).toContain("media/half-copied.json");
  expect(half.length).toBeLessThan(count);

  const other = { ...running(), ...settings(store.url) };
  const repair = ["uploads", "reconcile", "--repair"];
  const [doctor, start, repaired] = await Promise.all(
    [["bucket", "doctor"], ["start"], repair].map((args) => run(args, other)),
  );
  expect(doctor).toMatchObject({ code: 2, out: expect.stringMatching(/FATAL This bucket is half copied/) });
  expect(start).toMatchObject({ code: 1, err: expect.stringMatching(/half copied.*\n$/) });
  expect(repaired).toMatchObject({ code: 1, err: expect.stringMatching(/half copied.*\n$/) });

  const file = fileOf(settings(store.url));
  const done = await run(["bucket", "copy", "--to", file], running());
  expect(done).toMatchObject({ code: 0, err: "" });
  expect(done.out).toMatch(/^Copied \d+ objects \(\d+ bytes\) of media\/, .*; \d+ were there already\.\n/);
  expect(done.out).toContain(`\n  S3_BUCKET=photos\n  S3_ENDPOINT=${store.url}\n  S3_REGION=${region}\n`);
  expect(done.out).not.toContain(credentials.secretAccessKey);
  expect((await keysOf("photos")).sort()).toEqual(
    Array.from({ length: count }, (_, n) => `media/${n}.txt`).sort(),
  );

  const home = { DATA_DIR: newFolder(), DATABASE_URL: running().DATABASE_URL };
  const back = await run(["bucket", "copy", "--to", fileOf({}), "--json"], {
    ...settings(store.url),
    ...home,
  });
  expect(back).toMatchObject({ code: 0, err: "" });
  expect(JSON.parse(back.out)).toMatchObject({
    copied: count,
    settings: { S3_BUCKET: null, S3_ENDPOINT: null },
  });
  const checked = await run(["bucket", "check", "--deep", "--json"], home);
  expect(JSON.parse(checked.out)).toMatchObject({ objects: count, problems: [] });

  await markLocalBucket(home.DATA_DIR);
  const atHome = await run(["start"], home);
  expect(atHome).toMatchObject({ code: 1, err: expect.stringMatching(/half copied.*\n$/) });
}, 240_000);

test.each<[string, () => Record<string, string> | null, RegExp]>([
  ["no file", () => null, /^Say which file .*\.\n$|^Say which file .*FILE\n$/],
  ["the bucket that it is of", () => ({}), /^--to names the bucket that Pail uses already\.\n$/],
  [
    "another location",
    () => ({ S3_BUCKET: "x", MEDIA_LOCATION: "pictures" }),
    /^MEDIA_LOCATION must be media .*\n$/,
  ],
])("says in one sentence that it is not asked for rightly: %s", async (_, variables, sentence) => {
  const given = variables();
  const { code, err } = await run(
    ["bucket", "copy", ...(given === null ? [] : ["--to", fileOf(given)])],
    running(),
  );
  expect([code, err]).toEqual([2, expect.stringMatching(sentence)]);
});

test("into a bucket of another Pail nothing is written, and one sentence says so", async () => {
  const requests: string[] = [];
  const double = await startStoreDouble(store.url, (request, _response, pass) => {
    requests.push(request.method ?? "");
    pass();
  });
  await clientOf("others").s3.send(new CreateBucketCommand({ Bucket: "others" }));
  const key = "media/00000000-0000-4000-8000-000000000000/original.jpg";
  await putObject(clientOf("others"), key, Buffer.from("another's"), { headers: {}, overwrite: true });
  const file = fileOf({ ...settings(double.url), S3_BUCKET: "others" });
  const { code, err } = await run(["bucket", "copy", "--to", file], running());
  expect([code, err]).toEqual([1, expect.stringMatching(/^The bucket others .* another Pail.*\.\n$/)]);
  expect(new Set(requests)).toEqual(new Set(["GET"]));
  await double.close();
});

test("says in one sentence that there is no such bucket, or that nothing answers", async () => {
  const nowhere = await run(
    ["bucket", "copy", "--to", fileOf({ ...settings(store.url), S3_BUCKET: "nowhere" })],
    running(),
  );
  expect([nowhere.code, nowhere.err]).toEqual([1, expect.stringMatching(/nowhere.*\n$/)]);
  const silent = await run(["bucket", "copy", "--to", fileOf(settings("http://127.0.0.1:9"))], running());
  expect([silent.code, silent.err]).toEqual([1, expect.stringMatching(/does not answer.*\n$/)]);
});
