import { setTimeout as sleep } from "node:timers/promises";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Viewer } from "@/lib/accounts/viewer";
import { database } from "@/lib/db/client";
import { images, stores } from "@/lib/db/schema";
import { AppError, type Result } from "@/lib/errors";
import { byKind, variantKinds } from "@/lib/images/variants";
import { bucketClient } from "@/lib/storage/bucket-client";
import { startPailOnDouble } from "@/lib/testing/pail-on-double";
import type { Conduct } from "@/lib/testing/store-double";
import { asR2 } from "@/lib/testing/stores/r2-double";
import {
  addViewer,
  makeLargePicture,
  makePicture,
  send,
  type TestPicture,
  withDigests,
} from "@/lib/testing/test-pail";
import { abandonUploads, beginUploads } from "./begin";
import type { UploadServer } from "./client/calls/upload-server";
import { systemClock } from "./client/clock";
import type { Preparer } from "./client/prepare/preparer";
import { PageQueue } from "./client/queue/page-queue";
import { hasEnded } from "./client/queue/upload-item";
import { alwaysOnline } from "./client/send/connection";
import { parseS3Error, type SendObject } from "./client/send/send-object";
import { confirmUploads } from "./confirm";
import { type ObjectKind, type Reported, sha256Alone } from "./contract";
import { logRefusal, refusalShape } from "./refusal";
import { forgetStore, knowStore } from "./store";

const files = 12;

let pail: Awaited<ReturnType<typeof startPailOnDouble>>;
const asS3: Conduct = (_request, _response, pass) => pass();
/** What the store does today. */
let conduct: Conduct = asS3;

beforeAll(async () => {
  pail = await startPailOnDouble(
    () =>
      (...sent) =>
        conduct(...sent),
  );
});
afterAll(() => pail.stop());

async function answer<T>(work: () => Promise<T>): Promise<Result<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    if (error instanceof AppError) return { ok: false, error: error.toFailure() };
    throw error;
  }
}

/** What a page of this viewer does with the pictures, to the end. */
async function sendAll(viewer: Viewer, pictures: TestPicture[], onTaken: () => void) {
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
  const taken: Taken[] = [];
  let before: Promise<unknown> = Promise.resolve();
  /** Parts one after another. */
  const sendObject: SendObject = (grant, blob, options) => {
    const isPart = new URL(grant.url).searchParams.has("partNumber");
    const sent = (isPart ? before : Promise.resolve()).then(() => sendOnce(grant, blob, options));
    before = sent;
    return sent;
  };
  const sendOnce: SendObject = async (grant, blob) => {
    const response = await send(grant, Buffer.from(await blob.arrayBuffer()));
    const text = await response.text();
    if (response.ok) {
      const part = new URL(grant.url).searchParams.get("partNumber");
      taken.push({ method: grant.method, part, headers: grant.method === "PUT" ? grant.headers : {} });
      onTaken();
      return { status: "sent" };
    }
    return {
      ...{ status: "failed", httpStatus: response.status, retryAfterSeconds: null },
      ...parseS3Error(text),
    };
  };
  const prepare: Preparer["prepare"] = async (file, _signal, { digests } = { digests: sha256Alone }) => {
    const picture = pictures[Number.parseInt(file.name, 10)] as TestPicture;
    const { offer, bytes } = await withDigests(picture, digests);
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
  queue.add(pictures.map((_, index) => new File([], `${index}.jpg`)));
  const isOver = () => queue.getSnapshot().items.every(({ state }) => hasEnded(state));
  while (queue.getSnapshot().items.length < pictures.length || !isOver()) await sleep(20);

  expect([...failures]).toEqual([]);
  expect(new Set(queue.getSnapshot().items.map(({ state }) => state.status))).toEqual(new Set(["ready"]));
  const rows = await database().orm.select().from(images).where(eq(images.ownerId, viewer.id));
  expect(rows.map(({ sha256 }) => sha256).sort()).toEqual(
    pictures.map(({ offer }) => offer.original.sha256).sort(),
  );
  return { reports, taken };
}

interface Taken {
  method: "POST" | "PUT";
  part: string | null;
  headers: Record<string, string>;
}

beforeEach(async () => {
  forgetStore();
  conduct = asS3;
  await database().orm.delete(stores);
  await knowStore();
  expect(bucketClient().traits).toMatchObject({ upload: "post", partDigest: "sha256" });
});

test("uploads that are under way when the store takes no forms any more go on by signed PUTs", async () => {
  const pictures = await Promise.all(Array.from({ length: files }, (_, n) => makePicture(`${n}.jpg`)));
  let objects = 0;
  const { reports, taken } = await sendAll(await addViewer(), pictures, () => {
    objects += 1;
    if (objects === 7) conduct = asR2;
  });
  expect(reports.length).toBeGreaterThan(0);
  expect(reports.every(({ isRenewable }) => isRenewable)).toBe(true);
  expect(bucketClient().traits.upload).toBe("put");
  const methods = taken.map(({ method }) => method);
  expect(new Set(methods)).toEqual(new Set(["POST", "PUT"]));
  expect(methods).toHaveLength(3 * files);
});

test("parts that are under way when the store compares them otherwise go on with the new digest", async () => {
  const { taken } = await sendAll(await addViewer(), [await makeLargePicture()], () => {
    conduct = asR2;
  });
  const parts = taken.filter(({ part }) => part !== null);
  const [first, ...others] = parts.map(({ headers }) => Object.keys(headers).join());
  expect(first).toBe("x-amz-checksum-sha256");
  expect(new Set(others.slice(-2))).toEqual(new Set(["x-amz-checksum-crc32c"]));
  expect(bucketClient().traits.partDigest).toBe("crc32c");
});

test("parts that had all arrived, held to a digest that is of no use any more, are sent anew", async () => {
  let objects = 0;
  const { taken } = await sendAll(await addViewer(), [await makeLargePicture()], () => {
    objects += 1;
    // Next come the forms of the variants.
    if (objects === 2) conduct = asR2;
  });
  const parts = taken.filter(({ part }) => part !== null);
  expect(parts.map(({ headers }) => Object.keys(headers).join())).toEqual([
    ...Array(2).fill("x-amz-checksum-sha256"),
    ...Array(2).fill("x-amz-checksum-crc32c"),
  ]);
});

test("an object in parts that the store does not begin as asked is begun as it takes it", async () => {
  conduct = asR2;
  const { reports, taken } = await sendAll(await addViewer(), [await makeLargePicture()], () => {});
  expect(reports).toEqual([]);
  const parts = taken.filter(({ part }) => part !== null);
  expect(parts.map(({ headers }) => Object.keys(headers).join())).toEqual(
    Array(2).fill("x-amz-checksum-crc32c"),
  );
});
