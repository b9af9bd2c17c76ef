import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { setClock } from "@/lib/clock";
import { database, openDatabase, setDatabase } from "@/lib/db/client";
import { migrate } from "@/lib/db/migrate";
import { images } from "@/lib/db/schema";
import { env, setEnv } from "@/lib/env";
import { purgeTrash, trashSeconds } from "@/lib/images/trash";
import { startLocalBucket } from "@/lib/local-bucket/server";
import { bucketClient } from "@/lib/storage/bucket-client";
import { journal } from "@/lib/storage/locations";
import { keptByPeople } from "@/lib/testing/keep-picture";
import { runDueJobs } from "./jobs";
import { rebuild } from "./rebuild";
import { reconcile } from "./reconcile";

let stop = async () => {};
/** A data folder that an older Pail kept: see e2e/older-data.spec.ts. */
beforeAll(async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "pail-older-"));
  const archive = path.resolve(import.meta.dirname, "../../e2e/older-data/b3c9f14.tgz");
  expect(spawnSync("tar", ["xzf", archive, "-C", folder]).status).toBe(0);
  setEnv({ DATA_DIR: path.join(folder, "data"), S3_PORT: "0", S3_BUCKET: "", DATABASE_URL: "" });
  const { region, credentials, local } = env().bucket;
  if (credentials === undefined || local === null) throw new Error("it has a bucket of its own");
  const bucket = await startLocalBucket({ dataDir: local.dataDir, region, credentials });
  setEnv({ S3_PORT: String(bucket.port) });
  stop = async () => {
    database().close();
    bucketClient().s3.destroy();
    await bucket.close();
    fs.rmSync(folder, { recursive: true, force: true });
  };
});
afterAll(() => stop());
beforeEach(async () => {
  await openNew("pail");
  for await (const { files } of journal().listdir("", { recursive: true }))
    await journal().delete(files.map(({ name }) => name));
});
afterEach(() => {
  setClock(null);
  database().close();
});

async function openNew(name: string): Promise<void> {
  setDatabase(openDatabase(`file:${path.join(env().dataDir, `${name}.sqlite`)}`));
  await migrate(database());
}

test("a bucket that an older Pail filled has its pictures at least, for nobody since it does not say whose", async () => {
  const before = await keptByPeople();
  expect(before.images).toHaveLength(13);
  database().close();
  await openNew("before");
  expect(await rebuild()).toMatchObject({ images: 13, adopted: 13, told: 0, skipped: [] });
  const found = await keptByPeople();
  const facts = ({
    id,
    sha256,
    keys,
    variantTypes,
    width,
    height,
    bytes,
    storedBytes,
  }: (typeof found.images)[number]) => ({
    id,
    sha256,
    keys,
    variantTypes,
    width,
    height,
    bytes,
    storedBytes,
  });
  expect(found.images.map(facts)).toEqual(before.images.map(facts));
  expect(found.users).toMatchObject([{ name: "Unknown" }]);
});

test("after one run of the jobs it tells all", async () => {
  // What an older Pail put into the trash has the time there that this one gives it.
  const rows = await database().orm.select({ at: images.deletedAt }).from(images);
  const deleted = rows.flatMap(({ at }) => at?.getTime() ?? []);
  expect(deleted).not.toEqual([]);
  setClock(new Date(Math.min(...deleted) + (trashSeconds() - 60) * 1000));
  expect(await purgeTrash()).toBe(0);
  setClock(new Date(Math.min(...deleted) + (trashSeconds() + 60) * 1000));
  const jobs = await runDueJobs();
  expect(jobs).toMatchObject({ journal: { changes: 0 }, "journal merge": { deleted: 0 } });
  const kept = await keptByPeople();
  // One was in the trash for longer than it may be.
  expect(kept.images).toHaveLength(12);
  database().close();
  await openNew("after");
  expect(await rebuild()).toMatchObject({ images: 12, adopted: 0, damaged: [], skipped: [] });
  expect(await keptByPeople()).toEqual(kept);
  expect(kept.users).toMatchObject([{ email: "ann@example.org" }, { email: "bob@example.org" }]);
  expect(kept.albums.map(({ name }) => name).sort()).toEqual(["src", "src / Lake trip"]);
  expect(await reconcile()).toMatchObject({ unknown: [], orphans: [], lost: [], incomplete: [], news: 0 });
});
