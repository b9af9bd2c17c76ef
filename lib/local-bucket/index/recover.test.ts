import { randomBytes } from "node:crypto";
import { cp, link, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as s3 from "@aws-sdk/client-s3";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { exists, sha256, startTestServer, type TestServer } from "@/lib/testing/local-bucket/test-server";
import { checkFolder } from "../check";

const image = randomBytes(300_000);
let server: TestServer;

beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server.stop());

const at = (Key: string) => ({ Bucket: server.bucket, Key });
const put = (key: string, Body: Buffer | string = image) =>
  server.client.send(new s3.PutObjectCommand({ ...at(key), Body }));
const bytesOf = async (key: string) => {
  const { Body } = await server.client.send(new s3.GetObjectCommand(at(key)));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
};
const blobPath = (id: string) => join(server.dataDir, "blobs", id.slice(0, 2), id);
const aside = (name: string) => join(server.dataDir, "incoming", name);
/** The blob that has come since, in a bucket that had these. */
const newBlob = async (before: string[]) => (await server.files()).find((id) => !before.includes(id)) ?? "";

/** Does something to the folder while no server runs on it. */
async function whileStopped<T>(run: () => Promise<T>): Promise<T> {
  await server.local.close();
  try {
    return await run();
  } finally {
    await server.restart({ stopped: true });
  }
}

const check = (deep = true) => whileStopped(() => checkFolder(server.dataDir, { deep }));
const errors = () => server.log.filter(({ level }) => level === "error").map(({ message }) => message);

describe("after a crash", () => {
  test("a file that no row names yet goes, one whose row was written stays", async () => {
    await put("kept");
    const [kept = ""] = await server.files();
    const orphan = "0".repeat(32);
    await whileStopped(async () => {
      // Between the row and the end of the write: the second name is still there.
      await link(blobPath(kept), aside(kept));
      await writeFile(aside(orphan), "x");
      await link(aside(orphan), blobPath(orphan));
    });
    expect(await server.files()).toEqual([kept]);
    expect(await bytesOf("kept")).toEqual(image);
    expect(errors()).toEqual([]);
  });

  test("a file that was let go, but not yet removed, goes", async () => {
    await put("a");
    const [id = ""] = await server.files();
    await whileStopped(async () => {
      const index = new Database(join(server.dataDir, "index.sqlite"));
      index.exec("DELETE FROM object; UPDATE blob SET let_go = 1");
      index.close();
    });
    expect(await server.files()).toEqual([]);
    await put("a");
    expect((await check()).problems).toEqual([]);
    expect(await server.files()).not.toContain(id);
  });

  test("a file that the index has never heard of stays, and is reported", async () => {
    const stranger = "1".repeat(32);
    await whileStopped(() => writeFile(blobPath(stranger), "perhaps the only copy"));
    expect(await server.files()).toEqual([stranger]);
    expect(errors()).toContain(`file that the index does not know: blob ${stranger}`);
  });

  test("an older index than the files removes none of them", async () => {
    await put("old");
    const backup = join(server.parent, "backup.sqlite");
    await whileStopped(() => cp(join(server.dataDir, "index.sqlite"), backup));
    await put("new");
    const files = await server.files();
    await whileStopped(() => cp(backup, join(server.dataDir, "index.sqlite")));
    expect(await exists(server, "new")).toBe(false);
    expect(await server.files()).toEqual(files);
  });

  test("what is missing or cut is reported, and everything else is served", async () => {
    await put("whole");
    const before = await server.files();
    await put("missing");
    const missing = await newBlob(before);
    await put("cut", "abcdef");
    const cut = await newBlob([...before, missing]);
    await whileStopped(async () => {
      await rm(blobPath(missing));
      await truncate(blobPath(cut), 3);
    });
    expect(errors()).toEqual(
      expect.arrayContaining([`missing file: blob ${missing}`, `file of another size: blob ${cut}`]),
    );
    expect(await bytesOf("whole")).toEqual(image);
    await expect(bytesOf("missing")).rejects.toMatchObject({ name: "InternalError" });
    await expect(bytesOf("cut")).rejects.toThrow();
  });
});

describe("the check of a folder", () => {
  test("finds nothing wrong where nothing is, and counts what is there", async () => {
    await put("a");
    await put("b", Buffer.alloc(0));
    const { UploadId } = await server.client.send(new s3.CreateMultipartUploadCommand(at("m")));
    const parts = [randomBytes(5 * 1024 ** 2), randomBytes(10)];
    for (const [i, Body] of parts.entries()) {
      await server.client.send(new s3.UploadPartCommand({ ...at("m"), UploadId, PartNumber: i + 1, Body }));
    }
    const bytes = image.length + parts.reduce((sum, part) => sum + part.length, 0);
    expect(await check()).toEqual({ objects: 2, blobs: 4, bytes, problems: [] });
  });

  test("names what is wrong and which objects need it, and changes nothing", async () => {
    await put("changed");
    const [changed = ""] = await server.files();
    await put("missing", "short");
    const missing = await newBlob([changed]);
    const stranger = "2".repeat(32);
    const bytes = await readFile(blobPath(changed));
    bytes[1000] = (bytes[1000] ?? 0) ^ 1;
    const found = await whileStopped(async () => {
      await writeFile(blobPath(changed), bytes);
      await rm(blobPath(missing));
      await writeFile(blobPath(stranger), "x");
      const shallow = await checkFolder(server.dataDir, { deep: false });
      const deep = await checkFolder(server.dataDir, { deep: true });
      expect(shallow.problems.map(({ kind }) => kind).toSorted()).toEqual([
        "file that the index does not know",
        "missing file",
      ]);
      return deep;
    });
    expect(found.problems).toHaveLength(3);
    expect(found.problems).toEqual(
      expect.arrayContaining(
        [
          { kind: "file with other bytes", what: changed, neededBy: [at("changed")] },
          { kind: "missing file", what: missing, neededBy: [at("missing")] },
          { kind: "file that the index does not know", what: stranger, neededBy: [] },
        ].map(({ neededBy, ...rest }) => ({
          ...rest,
          neededBy: neededBy.map(({ Bucket, Key }) => ({ bucket: Bucket, key: Key })),
        })),
      ),
    );
    expect(await server.files()).toContain(stranger);
  });

  test("finds rows and blobs that do not belong together", async () => {
    await put("row");
    const [id = ""] = await server.files();
    const { problems } = await whileStopped(async () => {
      const index = new Database(join(server.dataDir, "index.sqlite"));
      index.exec("UPDATE object SET blob_ids = 'unlisted'");
      index.close();
      return await checkFolder(server.dataDir, { deep: false });
    });
    expect(problems).toEqual([
      { kind: "row without a blob", what: "unlisted", neededBy: [{ bucket: server.bucket, key: "row" }] },
      { kind: "blob without a row", what: id, neededBy: [] },
    ]);
  });

  test("does not look at a folder that is in use, nor at one that is no bucket's", async () => {
    await expect(checkFolder(server.dataDir, { deep: false })).rejects.toThrow(/locked/);
    await expect(checkFolder(server.parent, { deep: false })).rejects.toThrow(/There is no bucket/);
    expect(await readdir(server.parent)).toEqual(["a"]);
  });
});

test("an index of the first version is brought up to date, with all that it holds", async () => {
  const parent = await mkdtemp(join(tmpdir(), "old-bucket-"));
  const dataDir = join(parent, "a", "data");
  const id = "ab".padEnd(32, "0");
  await mkdir(join(dataDir, "blobs", "ab"), { recursive: true });
  await writeFile(join(dataDir, "blobs", "ab", id), image);
  const index = new Database(join(dataDir, "index.sqlite"));
  index.exec(`
    CREATE TABLE bucket (name TEXT PRIMARY KEY, created_at INTEGER NOT NULL, cors_rules TEXT NOT NULL)
      STRICT, WITHOUT ROWID;
    CREATE TABLE object (
      bucket TEXT NOT NULL REFERENCES bucket (name), key BLOB NOT NULL, blob_id TEXT NOT NULL,
      size INTEGER NOT NULL, etag TEXT NOT NULL, modified_at INTEGER NOT NULL, details TEXT NOT NULL,
      PRIMARY KEY (bucket, key)
    ) STRICT, WITHOUT ROWID;`);
  const rules = [{ AllowedOrigin: ["https://a.example"], AllowedMethod: ["POST"] }];
  const put = index.prepare("INSERT INTO bucket VALUES (?, ?, ?)");
  put.run("pail", 1, JSON.stringify(rules));
  put.run("bare", 1, "[]");
  const details = { headers: { "content-type": "image/png" }, metadata: { a: "1" }, tags: [] };
  index
    .prepare("INSERT INTO object VALUES ('pail', ?, ?, ?, 'e', 1, ?)")
    .run(
      Buffer.from("k/é.png"),
      id,
      image.length,
      JSON.stringify({ ...details, checksums: { sha256: sha256(image) } }),
    );
  index.close();

  const old = await startTestServer({ dataDir });
  const { Body, Metadata } = await old.client.send(
    new s3.GetObjectCommand({ Bucket: "pail", Key: "k/é.png" }),
  );
  expect(Buffer.from((await Body?.transformToByteArray()) ?? [])).toEqual(image);
  expect(Metadata).toEqual({ a: "1" });
  const { CORSRules } = await old.client.send(new s3.GetBucketCorsCommand({ Bucket: "pail" }));
  expect(CORSRules).toEqual([{ AllowedOrigins: ["https://a.example"], AllowedMethods: ["POST"] }]);
  await expect(old.client.send(new s3.GetBucketCorsCommand({ Bucket: "bare" }))).rejects.toMatchObject({
    name: "NoSuchCORSConfiguration",
  });
  expect((await stat(join(dataDir, "blobs", "ab", id))).size).toBe(image.length);
  await old.stop();
  expect(await checkFolder(dataDir, { deep: true })).toMatchObject({ blobs: 1, problems: [] });
  await rm(parent, { recursive: true });
});
