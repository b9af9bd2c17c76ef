import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { CreateBucketCommand, HeadObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { Viewer } from "@/lib/accounts/viewer";
import { database } from "@/lib/db/client";
import { images } from "@/lib/db/schema";
import { env } from "@/lib/env";
import { type LocalBucket, startLocalBucket } from "@/lib/local-bucket/server";
import { type BucketClient, bucketClient, connectBucket } from "@/lib/storage/bucket-client";
import { examineBucket } from "@/lib/storage/doctor/examine";
import { listObjects } from "@/lib/storage/list-objects";
import { media, staticFiles } from "@/lib/storage/locations";
import { findStoredObject } from "@/lib/storage/stored-object";
import { s3Traits, type Traits } from "@/lib/storage/stores/traits";
import { refuse, startStoreDouble } from "@/lib/testing/store-double";
import { addViewer, makePicture, postAll, startTestPail } from "@/lib/testing/test-pail";
import { beginUploads } from "@/lib/uploads/begin";
import { confirmUploads } from "@/lib/uploads/confirm";
import { type CopyOptions, copyBucket } from "./copy-bucket";
import { CopyLedger } from "./copy-ledger";

const credentials = { accessKeyId: "AKIATARGET", secretAccessKey: "a-secret" };
let folder: string;
let pail: { stop(): Promise<void> };
let store: LocalBucket;
let viewer: Viewer;
let imageIds: string[];

beforeAll(async () => {
  pail = await startTestPail();
  folder = await mkdtemp(path.join(os.tmpdir(), "pail-copy-bucket-"));
  store = await startLocalBucket({
    dataDir: path.join(folder, "bucket"),
    region: "eu-north-1",
    credentials,
  });
  viewer = await addViewer();
  imageIds = [];
  for (const name of ["lake.jpg", "호수.jpg", "озеро.jpg"]) imageIds.push(await addPicture(name));
  const large = randomBytes(20 * 1024 * 1024);
  const custom = { owner: "anna", name: "%ED%98%B8" };
  await media().save("large.bin", large, { type: "application/x-large", disposition: "inline", custom });
  const css = { type: "text/css; charset=utf-8", cacheControl: "public, max-age=3600", encoding: "gzip" };
  await staticFiles().save("a b/ü.css", "body{}", css);
});
afterAll(async () => {
  await pail.stop();
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

let made = 0;
let to: BucketClient;
beforeEach(async () => {
  made += 1;
  to = connect(`target-${made}`);
  await to.s3.send(new CreateBucketCommand({ Bucket: to.name }));
});

function connect(name: string, endpoint = store.url): BucketClient {
  const address = { endpoint, publicEndpoint: endpoint, forcePathStyle: true };
  return connectBucket({
    ...{ local: null, name, region: "eu-north-1", credentials, vercelRole: undefined },
    ...address,
  });
}

async function addPicture(name: string): Promise<string> {
  const picture = await makePicture(name);
  const [granted] = await beginUploads(viewer, [picture.offer]);
  if (granted?.status !== "granted") throw new Error("it was not granted");
  await postAll(granted.grants, picture);
  const [confirmed] = await confirmUploads(viewer, [granted.uploadId]);
  if (confirmed?.status !== "ready") throw new Error("it was not confirmed");
  return confirmed.image.id;
}

async function copy(options: Partial<CopyOptions> = {}, route = { from: bucketClient(), to }) {
  const ledger = new CopyLedger(env().dataDir, route.to.publicUrl);
  try {
    return await copyBucket(route, { locations: env().locations, ledger, ...options });
  } finally {
    ledger.close();
  }
}

/** Of all that is kept what another store has to have as well. */
async function contentsOf(bucket: BucketClient) {
  const found: Record<string, unknown> = {};
  for (const prefix of ["media/", "static/"])
    for await (const { objects } of listObjects(bucket, prefix, { recursive: true }))
      for (const { key } of objects) {
        const { etag: _, modifiedAt: _at, sha256, ...object } = (await findStoredObject(bucket, key)) ?? {};
        found[key] = { ...object, ...(!key.includes("large") && { sha256 }) };
      }
  return found;
}

const put = (bucket: BucketClient, Key: string, Body: string | Buffer) =>
  bucket.s3.send(new PutObjectCommand({ Bucket: bucket.name, Key, Body }));
const objectCount = 3 * 3 + 2;

test("all that is kept is copied with all that it says of itself, and incoming/ is not", async () => {
  await put(bucketClient(), "incoming/x/original", "half a picture");
  const report = await copy();
  expect(report).toMatchObject({ copied: objectCount, present: 0, altered: 0, left: 0, failed: [] });
  expect(await contentsOf(to)).toEqual(await contentsOf(bucketClient()));
  expect(Object.keys(await contentsOf(to))).toHaveLength(objectCount);
  expect(await findStoredObject(to, "incoming/x/original")).toBeNull();
  const large = await findStoredObject(to, "media/large.bin");
  expect(large).toMatchObject({ headers: { Metadata: { owner: "anna", name: "%ED%98%B8" } } });
  const Key = "static/a b/ü.css";
  expect(await to.s3.send(new HeadObjectCommand({ Bucket: to.name, Key }))).toMatchObject({
    ...{ ContentType: "text/css; charset=utf-8", CacheControl: "public, max-age=3600" },
    ContentEncoding: "gzip",
  });
  // In parts.
  expect(large?.etag).toMatch(/-3"?$/);
});

test("a second run copies nothing and asks for no object; what came meanwhile, it copies", async () => {
  await copy();
  await new Promise((resolve) => setTimeout(resolve, 5100));
  expect(await copy()).toMatchObject({ copied: 0, present: objectCount });
  const asked = vi.spyOn(to.s3, "send");
  const id = await addPicture("hill.jpg");
  const report = await copy();
  expect(report).toMatchObject({ copied: 3, present: objectCount, left: 0 });
  const heads = asked.mock.calls.filter(([command]) => command.constructor.name === "HeadObjectCommand");
  // Of each that is new its copy, and of the bucket whether it is half copied.
  expect(heads).toHaveLength(3);
  asked.mockRestore();
  await media().delete(["original.jpg", "thumb.webp", "display.webp"].map((name) => `${id}/${name}`));
  await database().orm.delete(images).where(eq(images.id, id));
  expect(await copy()).toMatchObject({ copied: 0, left: 3, deleted: 0 });
  await expect(copy({ deletes: true })).rejects.toMatchObject({ code: "too_many" });
  const others = [`media/${id}/of-someone.txt`, `media/${id}/thumb.webp`];
  for (const key of others) await put(to, key, "nobody has copied that");
  expect(await copy({ deletes: true, force: true })).toMatchObject({ deleted: 2, left: 2 });
  for (const key of others) expect(await findStoredObject(to, key)).not.toBeNull();
}, 90_000);

test("an object that has other bytes at the target is found, and copied anew", async () => {
  await copy();
  const key = `media/${imageIds[0]}/original.jpg`;
  const source = await findStoredObject(bucketClient(), key);
  const Body = randomBytes(source?.bytes ?? 0);
  await to.s3.send(new PutObjectCommand({ Bucket: to.name, Key: key, Body, ...source?.headers }));
  expect(await copy()).toMatchObject({ copied: 1, present: objectCount - 1 });
  expect(await contentsOf(to)).toEqual(await contentsOf(bucketClient()));
});

test("an original whose bytes are not those of its row is named and left out, and the others go on", async () => {
  const [id = ""] = imageIds;
  const [row] = await database().orm.select().from(images).where(eq(images.id, id));
  await database()
    .orm.update(images)
    .set({ sha256: randomBytes(32).toString("base64") })
    .where(eq(images.id, id));
  try {
    const report = await copy();
    expect(report).toMatchObject({ copied: objectCount - 1, failed: [{ key: `media/${id}/original.jpg` }] });
    const { findings } = await examineBucket(to, env());
    expect(findings).toContainEqual(expect.objectContaining({ id: "half-copied", level: "fatal" }));
    await expect(copy({}, { from: to, to: connect("nowhere") })).rejects.toMatchObject({
      code: "unfit_bucket",
      message: expect.stringMatching(/is half copied: .*bucket copy.* to its end/),
    });
  } finally {
    await database()
      .orm.update(images)
      .set({ sha256: row?.sha256 ?? "" })
      .where(eq(images.id, id));
  }
  expect(await copy()).toMatchObject({ copied: 1, present: objectCount - 1, failed: [] });
  const { findings } = await examineBucket(to, env());
  expect(findings.map(({ id }) => id)).not.toContain("half-copied");
});

test("cut short, the bucket says that it is half copied, and the next run goes on", async () => {
  let puts = 0;
  const cut = await startStoreDouble(store.url, (request, response, pass) => {
    if (request.method === "PUT" && request.url?.includes("original")) puts += 1;
    if (puts > 1) refuse(request, response, 403, "AccessDenied");
    else pass();
  });
  const through = connect(to.name, cut.url);
  await expect(copy({}, { from: bucketClient(), to: through })).rejects.toMatchObject({
    code: "access_denied",
  });
  await cut.close();
  expect(await findStoredObject(to, "media/half-copied.json")).not.toBeNull();
  const report = await copy();
  expect(report.present).toBeGreaterThan(0);
  expect(report.present + report.copied).toBe(objectCount);
  expect(await contentsOf(to)).toEqual(await contentsOf(bucketClient()));
});

test("a bucket with pictures of another Pail is refused, and nothing is changed", async () => {
  await put(to, "media/00000000-0000-4000-8000-000000000000/original.jpg", "another's");
  await expect(copy()).rejects.toMatchObject({
    code: "others_bucket",
    message: expect.stringMatching(
      /^The bucket target-\d+ at .* has pictures of another Pail, like media\/0.*\.$/,
    ),
  });
  expect(Object.keys(await contentsOf(to))).toEqual([
    "media/00000000-0000-4000-8000-000000000000/original.jpg",
  ]);
});

test.each<[string, Partial<Traits>]>([
  ["takes no parts and compares MD5", { objectDigest: "md5", partDigest: "none", writeConditions: false }],
  ["compares CRC-32C of parts", { partDigest: "crc32c" }],
])("into a store that tells no SHA-256, and %s, each object is read back once", async (_, traits) => {
  const reads: string[] = [];
  const double = await startStoreDouble(store.url, (request, _response, pass) => {
    if (request.method === "GET" && !request.url?.includes("list-type")) reads.push(request.url ?? "");
    pass({ head: ({ headers }) => delete headers["x-amz-checksum-sha256"] });
  });
  const target = connect(to.name, double.url);
  target.traits = { ...s3Traits, ...traits };
  const route = { from: bucketClient(), to: target };
  expect(await copy({}, route)).toMatchObject({ copied: objectCount, failed: [] });
  expect(reads).toHaveLength(objectCount);
  expect(await contentsOf(to)).toEqual(await contentsOf(bucketClient()));
  await new Promise((resolve) => setTimeout(resolve, 5100));
  // What nobody has changed since was compared.
  await copy({}, route);
  reads.length = 0;
  expect(await copy({}, route)).toMatchObject({ copied: 0, present: objectCount });
  expect(reads).toEqual([]);
  expect(await copy({ isDeep: true }, route)).toMatchObject({ copied: 0, present: objectCount });
  expect(reads).toHaveLength(objectCount);
  await double.close();
});

test("a copy that is read back with other bytes is named, and the bucket is not whole", async () => {
  const double = await startStoreDouble(store.url, (request, _response, pass) => {
    const isRead = request.method === "GET" && request.url?.includes(".css");
    const head = ({ headers }: { headers: Record<string, unknown> }) =>
      delete headers["x-amz-checksum-sha256"];
    pass({ head, ...(isRead && { body: (css: string) => css.toUpperCase() }) });
  });
  const report = await copy({}, { from: bucketClient(), to: connect(to.name, double.url) });
  expect(report).toMatchObject({
    copied: objectCount - 1,
    failed: [{ key: "static/a b/ü.css", error: { code: "bytes_differ" } }],
  });
  expect(await findStoredObject(to, "media/half-copied.json")).not.toBeNull();
  await double.close();
});

test("there and back: a bucket that was emptied has everything again", async () => {
  const before = await contentsOf(bucketClient());
  await copy();
  const back = connect(`back-${made}`);
  await back.s3.send(new CreateBucketCommand({ Bucket: back.name }));
  await copy({}, { from: to, to: back });
  expect(await contentsOf(back)).toEqual(before);
});

test("of two copies into one bucket at once the second is refused in one sentence", async () => {
  const ledger = new CopyLedger(env().dataDir, to.publicUrl);
  await expect(copy()).rejects.toMatchObject({ message: expect.stringMatching(/^Another copy .*\.$/) });
  ledger.close();
});
