import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { eq, inArray } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Viewer } from "@/lib/accounts/viewer";
import { setClock } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { images, uploads } from "@/lib/db/schema";
import { AppError, type Result } from "@/lib/errors";
import { byKind, variantKinds } from "@/lib/images/variants";
import { bucketClient } from "@/lib/storage/bucket-client";
import { incoming, media } from "@/lib/storage/locations";
import { StorageError } from "@/lib/storage/s3-failure";
import { s3Traits } from "@/lib/storage/stores/traits";
import { type Fault, faultOf, startFaultProxy } from "@/lib/testing/fault-proxy";
import { isLong } from "@/lib/testing/long";
import { addViewer, makePicture, setTraits, startTestPail, type TestPicture } from "@/lib/testing/test-pail";
import { reconcile } from "@/lib/upkeep/reconcile";
import { sweep } from "@/lib/upkeep/sweep";
import { abandonUploads, beginUploads } from "./begin";
import type { UploadServer } from "./client/calls/upload-server";
import { PageQueue } from "./client/queue/page-queue";
import { hasEnded } from "./client/queue/upload-item";
import type { UploadQueue } from "./client/queue/upload-queue";
import { alwaysOnline } from "./client/send/connection";
import { parseS3Error, type SendObject } from "./client/send/send-object";
import { confirmUploads } from "./confirm";
import type { ObjectKind, PostForm } from "./contract";
import { logRefusal, refusalShape } from "./refusal";

// The browser's half, the server's verbs, a real database and a real bucket, with faults on every wire between them. What
// goes wrong follows from the seed; in which order things meet does not, quite.
const seeds = isLong ? 1000 : 60;
const atOnce = 10;
const filesPerRun = 3;
/** Its waits are for networks: fifty times faster they are the same. */
const haste = 50;

let pail: Awaited<ReturnType<typeof startTestPail>>;
let proxy: Awaited<ReturnType<typeof startFaultProxy>>;
let pictures: TestPicture[];
const runs = new Map<string, () => Fault>();
let faultsMet = 0;
/** What befalls the server's own requests to the bucket; null while nothing does. */
let serverChance: (() => number) | null = null;

beforeAll(async () => {
  pail = await startTestPail();
  pictures = await Promise.all(Array.from({ length: 8 }, (_, n) => makePicture(`picture ${n}.jpg`)));
  const gone = () => new StorageError("unreachable", "The store is gone", "Wait", "Any", "ECONNRESET");
  bucketClient().s3.middlewareStack.add(
    (next) => async (args) => {
      const fate = serverChance?.() ?? 0;
      if (fate > 0.94) faultsMet += 1;
      if (fate > 0.97) throw gone();
      const answer = await next(args);
      if (fate > 0.94) throw gone();
      return answer;
    },
    { step: "initialize", priority: "high" },
  );
  proxy = await startFaultProxy(new URL(bucketClient().publicUrl).origin, (run) => {
    const fault = runs.get(run)?.() ?? null;
    if (fault !== null) faultsMet += 1;
    return fault;
  });
});
afterEach(() => {
  setClock(null);
  serverChance = null;
});
afterAll(async () => {
  await proxy.close();
  await pail.stop();
  if (isLong) console.log(`${faultsMet} faults in ${seeds} seeded runs`);
});

/** A small seeded generator (mulberry32): the same seed gives the same numbers from 0 to 1. */
function makeRandom(seed: number): () => number {
  let state = seed * 0x9e3779b9;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const clock = {
  now: () => performance.now() * haste,
  setTimeout: (run: () => void, ms: number) => setTimeout(run, ms / haste),
  clearTimeout: (timer: unknown) => clearTimeout(timer as NodeJS.Timeout),
};

const sendAs =
  (run: string): SendObject =>
  async (grant, blob, { signal, onProgress }) => {
    const { method, url } = grant;
    const { pathname, search } = new URL(url);
    const failure = { status: "failed" as const, requestId: null, retryAfterSeconds: null };
    try {
      const target = `${proxy.url}${pathname}${search}`;
      const headers = { "x-run": run, ...(method === "PUT" && grant.headers) };
      const body = method === "PUT" ? blob : formOf(grant, blob);
      const response = await fetch(target, { method, body, signal, headers });
      onProgress(blob.size);
      if (response.ok) return { status: "sent" };
      return { ...failure, httpStatus: response.status, ...parseS3Error(await response.text()) };
    } catch {
      signal.throwIfAborted();
      return { ...failure, httpStatus: 0, code: "network", message: "" };
    }
  };

function formOf({ fields }: PostForm, blob: Blob): FormData {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  body.append("file", blob);
  return body;
}

/** The verbs as actions answer them; some calls never come, of others the answer is lost. */
function serverFor(viewer: Viewer, chance: () => number): UploadServer {
  const act = async <T>(work: () => Promise<T>): Promise<Result<T>> => {
    const fate = chance();
    if (fate > 0.7) faultsMet += 1;
    if (fate > 0.9) throw new TypeError("Failed to fetch");
    if (fate > 0.8) return { ok: false, error: { code: "unavailable", message: "because of the seed" } };
    try {
      const value = await work();
      if (fate > 0.7) throw new TypeError("Failed to fetch");
      return { ok: true, value };
    } catch (error) {
      const isPassing = error instanceof StorageError;
      if (isPassing) return { ok: false, error: { code: "unavailable", message: error.message } };
      if (error instanceof AppError) return { ok: false, error: error.toFailure() };
      throw error;
    }
  };
  return {
    begin: (offers) => act(() => beginUploads(viewer, offers)),
    confirm: (ids) => act(() => confirmUploads(viewer, ids)),
    ping: () => act(async () => null),
    abandon: (ids) => abandonUploads(viewer, ids),
    reportRefusal: (refusal) => act(() => logRefusal(viewer, refusalShape.parse(refusal))),
  };
}

/** Chooses a few pictures in two tabs, changes its mind, and tries again whatever ended badly until all are there. */
async function runSeed(seed: number): Promise<void> {
  const random = makeRandom(seed);
  let areFaultsOver = false;
  const chance = () => (areFaultsOver ? 0 : random());
  const run = String(seed);
  runs.set(run, () => faultOf(chance()));
  const viewer = await addViewer();
  const chosen = Array.from({ length: filesPerRun }, () => Math.floor(random() * pictures.length));
  const prepare = async (file: File) => {
    const { offer, bytes } = pictures[Number(file.name)] as TestPicture;
    const object = <K extends ObjectKind>(kind: K) => ({
      ...offer[kind],
      blob: new Blob([bytes[kind] as Uint8Array<ArrayBuffer>]),
    });
    const variants = byKind(variantKinds, object);
    return { original: object("original"), ...variants, thumbhash: offer.thumbhash };
  };
  const tabs = [1, 2].map(
    () =>
      new PageQueue({
        server: serverFor(viewer, chance),
        send: sendAs(run),
        preparer: { concurrency: 2, prepare },
        clock,
        random,
        connection: alwaysOnline,
      }),
  );
  const bringHome = async (queue: UploadQueue) => {
    const ids = queue.add(chosen.map((index) => new File([], String(index))));
    await sleep(random() * 60);
    queue.cancel(ids[Math.floor(random() * ids.length)] ?? "");
    for (let round = 0; round < 20; round += 1) {
      await ended(queue);
      const states = queue.getSnapshot().items.map(({ state }) => state);
      for (const state of states) if (state.status === "failed") expect(state.error.message).toMatch(/\.$/);
      if (states.every(({ status }) => status === "ready" || status === "duplicate")) return;
      areFaultsOver = true;
      for (const id of ids) queue.retry(id);
    }
  };
  await Promise.all(tabs.map(bringHome));
  const rows = await database().orm.select().from(images).where(eq(images.ownerId, viewer.id));
  const wanted = [...new Set(chosen)].map((index) => pictures[index]?.offer.original.sha256).sort();
  expect(rows.map((row) => row.sha256).sort()).toEqual(wanted);
  runs.delete(run);
}

function ended(queue: UploadQueue): Promise<void> {
  const isOver = () => queue.getSnapshot().items.every(({ state }) => hasEnded(state));
  if (isOver()) return Promise.resolve();
  return new Promise((resolve) => {
    const stop = queue.subscribe(() => {
      if (!isOver()) return;
      stop();
      resolve();
    });
  });
}

test.each(Array.from({ length: seeds / atOnce }, (_, batch) => batch * atOnce))(
  "seeds from %i, by forms or by signed PUTs: every picture is there with its SHA-256; after a sweep nothing is without its other half",
  async (first) => {
    await setTraits(first % (2 * atOnce) === 0 ? s3Traits : { upload: "put" });
    serverChance = makeRandom(first);
    await Promise.all(Array.from({ length: atOnce }, (_, index) => runSeed(first + index)));
    serverChance = null;
    for (const hours of [1, 26, 52]) {
      setClock(new Date(Date.now() + hours * 3_600_000));
      await sweep();
    }
    const left: string[] = [];
    for await (const { files } of incoming().listdir("", { recursive: true }))
      left.push(...files.map(({ name }) => name));
    expect(left).toEqual([]);
    for (const { keys, sha256 } of await database().orm.select().from(images)) {
      const bytes = await media().read(media().nameOf(keys.original));
      expect(createHash("sha256").update(bytes).digest("base64")).toBe(sha256);
    }
    expect(await reconcile()).toMatchObject({ orphans: [], lost: [], incomplete: [], foreign: 0 });
    await database().orm.delete(images);
    await emptyMedia();
    const open = inArray(uploads.state, ["pending", "verifying"]);
    expect(await database().orm.select().from(uploads).where(open)).toEqual([]);
  },
  180_000,
);

async function emptyMedia(): Promise<void> {
  for await (const { files } of media().listdir("", { recursive: true }))
    await media().delete(files.map(({ name }) => name));
}

test("a seed brings every kind of fault", () => {
  const random = makeRandom(1);
  const kinds = new Set(Array.from({ length: 300 }, () => JSON.stringify(faultOf(random()))));
  expect(kinds.size).toBe(11);
});

test("an answer that is held comes after a later one; where none comes, all the same", async () => {
  const faults: Fault[] = [{ kind: "held", behind: 1 }, null, { kind: "held", behind: 1 }];
  runs.set("held", () => faults.shift() ?? null);
  const order: string[] = [];
  const ask = async (name: string) => {
    await (await fetch(proxy.url, { headers: { "x-run": "held" } })).text();
    order.push(name);
  };
  const first = ask("first");
  await expect.poll(() => faults.length).toBe(2);
  await Promise.all([first, ask("second")]);
  await ask("third");
  expect(order).toEqual(["second", "first", "third"]);
});
