import { createHash, randomInt } from "node:crypto";
import { once } from "node:events";
import { watch } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Held, Ledger } from "@/lib/testing/local-bucket/crash-ledger";
import { ServerProcess } from "@/lib/testing/local-bucket/crash-server";
import { completeUpload, type PendingUpload } from "@/lib/testing/local-bucket/crash-uploads";
import { Writers } from "@/lib/testing/local-bucket/crash-writers";
import {
  connect,
  credentials,
  region,
  sha256,
  type TestBucket,
} from "@/lib/testing/local-bucket/test-server";
import { isLong } from "@/lib/testing/long";
import { checkFolder } from "../check";

const seed = process.env.CRASH_SEED ?? String(randomInt(1_000_000_000));
const folders = isLong ? [1, 2, 3, 4, 5, 6, 7, 8] : [1, 2];
const roundsPerFolder = isLong ? 30 : 12;
/** Every so many rounds the server is ended as it should be, and its folder is checked. */
const roundsPerCleanEnd = 7;
/** Every so many rounds it is also killed while it opens its folder. */
const roundsPerEarlyCut = 4;
const timeoutMs = 600_000;

let parent: string;
const running = new Set<ServerProcess>();
const totals = { cuts: 0, earlyCuts: 0, acknowledged: 0, unanswered: 0 };

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), "local-bucket-crash-"));
});
afterAll(async () => {
  for (const server of running) await server.end("SIGKILL");
  await rm(parent, { recursive: true, force: true });
  if (isLong) console.log(totals);
});

describe.concurrent(`what was acknowledged survives kill -9 (CRASH_SEED=${seed})`, () => {
  test.each(folders)("in folder %i", { timeout: timeoutMs }, async (folder) => {
    const random = randomNumbers(`${seed}/${folder}`);
    const dataDir = await mkdtemp(join(parent, `${folder}-`));
    const ledger = new Ledger();
    let uploads: PendingUpload[] = [];

    for (let round = 1; round <= roundsPerFolder; round++) {
      if (round % roundsPerEarlyCut === 1) await killWhileOpening(dataDir, random);
      const { server, bucket } = await start(dataDir);
      await verify(bucket, ledger, uploads, "what changed");
      expect(await readdir(join(dataDir, "incoming"))).toEqual([]);

      const writers = new Writers(bucket, ledger, random, `${folder}-${round}`);
      await sleep(30 + random() * 1000);
      if (round % 2 === 0) await writers.nextAcknowledgement();
      const clean = round % roundsPerCleanEnd === 0;
      writers.cut();
      const code = await end(server, clean ? "SIGTERM" : "SIGKILL");
      await writers.end();
      bucket.client.destroy();
      uploads = [...writers.pendingUploads.values()];

      expect(writers.faults).toEqual([]);
      expect(server.complaints).toEqual([]);
      expect(code).toBe(clean ? 0 : null);
      if (clean) expect(await checkFolder(dataDir, { deep: false })).toMatchObject({ problems: [] });
      totals.cuts += clean ? 0 : 1;
      totals.acknowledged += writers.acknowledged;
      totals.unanswered += ledger.unanswered;
    }

    const { server, bucket } = await start(dataDir);
    const objects = await verify(bucket, ledger, uploads, "everything");
    expect(await end(server, "SIGTERM")).toBe(0);
    expect(server.complaints).toEqual([]);
    expect(await checkFolder(dataDir, { deep: true })).toMatchObject({ objects, problems: [] });
    expect(await readdir(join(dataDir, "incoming"))).toEqual([]);
  });
});

async function start(dataDir: string): Promise<{ server: ServerProcess; bucket: TestBucket }> {
  const server = new ServerProcess(dataDir);
  running.add(server);
  const endpoint = await server.url;
  const bucket = { endpoint, bucket: "test-bucket", client: connect(endpoint, region, credentials) };
  try {
    await bucket.client.send(new s3.CreateBucketCommand({ Bucket: bucket.bucket }));
  } catch (error) {
    if (!(error instanceof s3.BucketAlreadyOwnedByYou)) throw error;
  }
  return { server, bucket };
}

async function end(server: ServerProcess, signal: "SIGTERM" | "SIGKILL"): Promise<number | null> {
  const code = await server.end(signal);
  running.delete(server);
  return code;
}

/** Kills a server a moment after it has touched its folder, which may be before it serves. */
async function killWhileOpening(dataDir: string, random: () => number): Promise<void> {
  const watcher = watch(dataDir);
  const touched = once(watcher, "change");
  const server = new ServerProcess(dataDir);
  running.add(server);
  await Promise.race([touched, server.url]);
  watcher.close();
  await sleep(random() * 120);
  await end(server, "SIGKILL");
  expect(server.complaints).toEqual([]);
  totals.earlyCuts += 1;
}

/** Compares a server that was started again with what it had acknowledged. Returns how many objects there are. */
async function verify(
  bucket: TestBucket,
  ledger: Ledger,
  uploads: readonly PendingUpload[],
  reading: "what changed" | "everything",
): Promise<number> {
  const faults: string[] = [];
  const listed = await listObjects(bucket);
  const found = new Map<string, Held>();
  for (const key of new Set([...ledger.keys(), ...listed.keys()])) {
    const allowed = ledger.allowed(key);
    const reads = reading === "everything" || ledger.isTouched(key) || !ledger.knows(key);
    const there = listed.get(key) ?? null;
    const held = there && reads ? await readObject(bucket, key) : there;
    const match = allowed.find((candidate) => isSame(candidate, held));
    if (match === undefined) faults.push(`${key} holds ${show(held)}, and not one of ${allowed.map(show)}`);
    else found.set(key, match);
  }
  expect(faults).toEqual([]);
  for (const [key, held] of found) ledger.settle(key, held);
  return listed.size + (await finishUploads(bucket, ledger, uploads));
}

type Seen = Partial<Exclude<Held, null>> | null;

function isSame(content: Held, seen: Seen): boolean {
  if (content === null || seen === null) return content === seen;
  return (
    content.etag === seen.etag &&
    content.size === seen.size &&
    (seen.sha256 === undefined || content.sha256 === seen.sha256) &&
    (seen.metadata === undefined || JSON.stringify(content.metadata) === JSON.stringify(seen.metadata))
  );
}

const show = (held: Seen): string => (held === null ? "nothing" : JSON.stringify(held));

async function listObjects({ client, bucket }: TestBucket): Promise<Map<string, Seen>> {
  const listed = new Map<string, Seen>();
  for await (const page of s3.paginateListObjectsV2({ client }, { Bucket: bucket })) {
    for (const { Key = "", ETag = "", Size = 0 } of page.Contents ?? []) {
      listed.set(Key, { etag: ETag.slice(1, -1), size: Size });
    }
  }
  return listed;
}

async function readObject({ client, bucket }: TestBucket, key: string): Promise<Seen> {
  const {
    Body,
    ETag = "",
    Metadata = {},
  } = await client.send(new s3.GetObjectCommand({ Bucket: bucket, Key: key }));
  const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);
  return { sha256: sha256(bytes), etag: ETag.slice(1, -1), size: bytes.length, metadata: Metadata };
}

/**
 * An upload whose completion was not acknowledged is an object by now, or it has every part that was acknowledged, and
 * can be completed. Ends all uploads, and returns how many became objects.
 */
async function finishUploads(
  bucket: TestBucket,
  ledger: Ledger,
  uploads: readonly PendingUpload[],
): Promise<number> {
  const { client, bucket: Bucket } = bucket;
  const answer = await client.send(new s3.ListMultipartUploadsCommand({ Bucket }));
  const listed = new Map((answer.Uploads ?? []).map(({ UploadId = "", Key = "" }) => [UploadId, Key]));
  let completed = 0;
  for (const upload of uploads) {
    const { key, uploadId, content } = upload;
    const isObject = ledger.knows(key);
    expect(listed.has(uploadId), `upload of ${key}, ${isObject ? "" : "not "}completed`).toBe(!isObject);
    if (isObject) {
      // Whoever did not get the answer asks again.
      expect(await completeUpload(bucket, upload), `${key}, completed again`).toBe(content.etag);
      continue;
    }
    const at = { Bucket, Key: key, UploadId: uploadId };
    const { Parts = [] } = await client.send(new s3.ListPartsCommand(at));
    expect(Parts.map(({ PartNumber, ETag }) => ({ PartNumber, ETag }))).toEqual(
      expect.arrayContaining(upload.parts),
    );
    if (!upload.allPartsSent) continue;
    await completeUpload(bucket, upload);
    listed.delete(uploadId);
    expect(isSame(content, await readObject(bucket, key)), `${key}, completed after a restart`).toBe(true);
    ledger.settle(key, content);
    completed += 1;
  }
  for (const [UploadId, Key] of listed) {
    await client.send(new s3.AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
  }
  return completed;
}

/** Numbers from 0 up to, not including, 1 that follow from a text. */
function randomNumbers(text: string): () => number {
  let drawn = 0;
  return () => {
    drawn += 1;
    const digest = createHash("sha256").update(`${text}/${drawn}`).digest();
    return digest.readUIntBE(0, 6) / 2 ** 48;
  };
}
