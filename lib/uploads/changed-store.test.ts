import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { database } from "@/lib/db/client";
import { images } from "@/lib/db/schema";
import { AppError, type Result } from "@/lib/errors";
import { byKind, variantKinds } from "@/lib/images/variants";
import { startLocalBucket } from "@/lib/local-bucket/server";
import { bucketClient } from "@/lib/storage/bucket-client";
import { type Conduct, startStoreDouble } from "@/lib/testing/store-double";
import { asR2 } from "@/lib/testing/stores/r2-double";
import { addViewer, makePicture, send, startTestPail, type TestPicture } from "@/lib/testing/test-pail";
import { abandonUploads, beginUploads } from "./begin";
import type { UploadServer } from "./client/calls/upload-server";
import { systemClock } from "./client/clock";
import { PageQueue } from "./client/queue/page-queue";
import { hasEnded } from "./client/queue/upload-item";
import { alwaysOnline } from "./client/send/connection";
import { parseS3Error, type SendObject } from "./client/send/send-object";
import { confirmUploads } from "./confirm";
import type { ObjectKind, Reported } from "./contract";
import { logRefusal, refusalShape } from "./refusal";
import { knowStore } from "./store";

const credentials = { accessKeyId: "AKIACHANGEDSTORE", secretAccessKey: "a-secret" };
const files = 12;

let folder: string;
let store: Awaited<ReturnType<typeof startLocalBucket>>;
let double: Awaited<ReturnType<typeof startStoreDouble>>;
let pail: Awaited<ReturnType<typeof startTestPail>>;
const asS3: Conduct = (_request, _response, pass) => pass();
/** What the store does today. */
let conduct: Conduct = asS3;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "pail-changed-store-"));
  store = await startLocalBucket({ dataDir: folder, region: "us-east-1", credentials });
  double = await startStoreDouble(store.url, (...sent) => conduct(...sent));
  vi.stubEnv("S3_CONTRACT_ENDPOINT", double.url);
  vi.stubEnv("S3_CONTRACT_ACCESS_KEY", credentials.accessKeyId);
  vi.stubEnv("S3_CONTRACT_SECRET_KEY", credentials.secretAccessKey);
  pail = await startTestPail();
});
afterAll(async () => {
  await pail.stop();
  await double.close();
  await store.close();
  await rm(folder, { recursive: true, force: true });
  vi.unstubAllEnvs();
});

async function answer<T>(work: () => Promise<T>): Promise<Result<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    if (error instanceof AppError) return { ok: false, error: error.toFailure() };
    throw error;
  }
}

test("uploads that are under way when the store takes no forms any more go on by signed PUTs", async () => {
  await knowStore();
  expect(bucketClient().traits.upload).toBe("post");
  const viewer = await addViewer();
  const pictures = await Promise.all(Array.from({ length: files }, (_, n) => makePicture(`${n}.jpg`)));
  const reports: Reported[] = [];
  const server: UploadServer = {
    begin: (offers) => answer(() => beginUploads(viewer, offers)),
    confirm: (ids) => answer(() => confirmUploads(viewer, ids)),
    ping: () => answer(async () => null),
    abandon: (ids) => abandonUploads(viewer, ids),
    reportRefusal: (refusal) =>
      answer(async () => {
        const reported = await logRefusal(viewer, refusalShape.parse(refusal));
        reports.push(reported);
        return reported;
      }),
  };
  const taken = { POST: 0, PUT: 0 };
  const sendObject: SendObject = async (grant, blob) => {
    const response = await send(grant, Buffer.from(await blob.arrayBuffer()));
    const text = await response.text();
    if (response.ok) {
      taken[grant.method] += 1;
      if (taken.POST === 7) conduct = asR2;
      return { status: "sent" };
    }
    return {
      ...{ status: "failed", httpStatus: response.status, retryAfterSeconds: null },
      ...parseS3Error(text),
    };
  };
  const prepare = async (file: File) => {
    const { offer, bytes } = pictures[Number.parseInt(file.name, 10)] as TestPicture;
    const object = <K extends ObjectKind>(kind: K) => ({
      ...offer[kind],
      blob: new Blob([bytes[kind] as Uint8Array<ArrayBuffer>]),
    });
    return { original: object("original"), ...byKind(variantKinds, object), thumbhash: offer.thumbhash };
  };
  const queue = new PageQueue({
    ...{ server, send: sendObject, preparer: { concurrency: 2, prepare } },
    ...{ clock: systemClock, random: Math.random, connection: alwaysOnline },
  });
  const failures = new Set<string>();
  queue.subscribe(() => {
    for (const { state } of queue.getSnapshot().items)
      if (state.status === "failed") failures.add(state.error.message);
  });
  queue.add(pictures.map(({ offer }) => new File([], offer.name)));
  const isOver = () => queue.getSnapshot().items.every(({ state }) => hasEnded(state));
  while (queue.getSnapshot().items.length < files || !isOver()) await sleep(20);

  expect([...failures]).toEqual([]);
  expect(new Set(queue.getSnapshot().items.map(({ state }) => state.status))).toEqual(new Set(["ready"]));
  expect(reports.length).toBeGreaterThan(0);
  expect(reports.every(({ isRenewable }) => isRenewable)).toBe(true);
  expect(bucketClient().traits.upload).toBe("put");
  expect(taken.POST).toBeGreaterThanOrEqual(7);
  expect(taken.PUT).toBeGreaterThan(0);
  expect(taken.POST + taken.PUT).toBe(3 * files);
  const rows = await database().orm.select().from(images).where(eq(images.ownerId, viewer.id));
  expect(rows.map(({ sha256 }) => sha256).sort()).toEqual(
    pictures.map(({ offer }) => offer.original.sha256).sort(),
  );
});
