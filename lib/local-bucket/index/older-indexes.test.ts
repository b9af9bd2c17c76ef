import { readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import * as s3 from "@aws-sdk/client-s3";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { startTestServer } from "@/lib/testing/local-bucket/test-server";
import { checkFolder } from "../check";

const folderOfIndexes = resolve(import.meta.dirname, "../../testing/local-bucket/older-indexes");
/** An index for each state of its tables that was released after the first, named after its steps. What is there stays as it is. */
const indexes = readdirSync(folderOfIndexes).toSorted();

test("each release's index is kept", () => {
  expect(indexes.length).toBeGreaterThanOrEqual(3);
});

test.each(indexes)("the index %s is brought up to date, with all that it holds", async (name) => {
  const parent = await mkdtemp(join(tmpdir(), "old-index-"));
  const dataDir = join(parent, "a", "data");
  const id = "ab".padEnd(32, "0");
  await mkdir(join(dataDir, "blobs", "ab"), { recursive: true });
  await writeFile(join(dataDir, "blobs", "ab", id), "hello");
  const index = new Database(join(dataDir, "index.sqlite"));
  index.exec(readFileSync(join(folderOfIndexes, name), "utf8"));
  index.close();

  const { client, stop } = await startTestServer({ dataDir });
  const { Body, Metadata } = await client.send(new s3.GetObjectCommand({ Bucket: "pail", Key: "k/é.txt" }));
  expect(await Body?.transformToString()).toBe("hello");
  expect(Metadata).toEqual({ a: "1" });
  const { Uploads } = await client.send(new s3.ListMultipartUploadsCommand({ Bucket: "pail" }));
  expect(Uploads).toMatchObject([{ Key: "k/parts", UploadId: "an-upload" }]);
  const { CORSRules } = await client.send(new s3.GetBucketCorsCommand({ Bucket: "pail" }));
  expect(CORSRules).toEqual([{ AllowedOrigins: ["https://a.example"], AllowedMethods: ["POST"] }]);
  await client.send(new s3.PutObjectCommand({ Bucket: "pail", Key: "new", Body: "new" }));
  await stop();
  expect(await checkFolder(dataDir, { deep: true })).toMatchObject({ blobs: 2, problems: [] });
  await rm(parent, { recursive: true });
});
