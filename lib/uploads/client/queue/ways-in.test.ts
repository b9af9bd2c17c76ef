import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { wordInEnglish } from "@/lib/testing/english-wording";
import { SimulatedClock } from "@/lib/testing/simulated-clock";
import { SimulatedWorld } from "@/lib/testing/simulated-world";
import { objectKinds, uploadPartBytes, type WantedDigests } from "@/lib/uploads/contract";
import type { UploadQueue } from "./upload-queue";

// The same queue where the store takes pictures by signed PUTs, wants other digests, or becomes another in the middle.
let clock: SimulatedClock;
let world: SimulatedWorld;
let queue: UploadQueue;

beforeEach(() => {
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
  clock = new SimulatedClock();
  world = new SimulatedWorld(clock);
  world.store.upload = "PUT";
  queue = world.openQueue();
});
afterEach(() => vi.restoreAllMocks());

const file = (content: string) => new File([content.padEnd(1000)], `${content}.jpg`);
const files = (count: number) => Array.from({ length: count }, (_, index) => file(`picture ${index}`));
const fiveParts = new Blob([new Uint8Array(uploadPartBytes * 5 - 100)]);
const largeFile = (content: string) => new File([content.padEnd(100), fiveParts], `${content}.jpg`);
const statuses = () => queue.getSnapshot().items.map(({ state }) => state.status);
const finish = () => clock.advance(Number.POSITIVE_INFINITY);

async function addAndFinish(chosen: File[]): Promise<void> {
  queue.add(chosen);
  await finish();
}

/** Whatever a person saw of it, other than that it goes on. */
function watchSentences(): Set<string> {
  const seen = new Set<string>();
  queue.subscribe(() => {
    for (const { state } of queue.getSnapshot().items)
      if (state.status === "failed") seen.add(wordInEnglish(state.error));
  });
  return seen;
}

describe("by signed PUT", () => {
  it("every file becomes a picture, and every object is sent once", async () => {
    await addAndFinish(files(30));
    expect(new Set(statuses())).toEqual(new Set(["ready"]));
    expect(world.taken).toHaveLength(30 * objectKinds.length);
  });

  it("what arrived unheard is not sent again: the server knows that it is there", async () => {
    world.bucketFaults = [null, "unheard", null, "unheard"];
    await addAndFinish(files(2));
    expect(statuses()).toEqual(["ready", "ready"]);
    expect(world.taken).toHaveLength(2 * objectKinds.length);
    expect(world.begins.flat().filter(({ uploadId }) => uploadId !== undefined)).toHaveLength(2);
  });

  it("what is said to be there already counts as arrived, once the server says so too", async () => {
    const { send } = world;
    // The bucket has it from a try that this page has given up.
    const sendTwice: typeof send = async (...args) => {
      await send(...args);
      return send(...args);
    };
    queue = world.openQueue({ send: sendTwice });
    const sentences = watchSentences();
    await addAndFinish(files(1));
    expect(statuses()).toEqual(["ready"]);
    expect([...sentences]).toEqual([]);
    expect(world.refusals).toEqual([]);
    expect(world.taken).toHaveLength(objectKinds.length);
  });

  it("a bucket that always says that it is there, and never has it, is a refusal, and not tried for ever", async () => {
    queue = world.openQueue({
      send: async () => ({
        ...{ status: "failed", httpStatus: 412, code: "PreconditionFailed", message: "" },
        ...{ requestId: null, retryAfterSeconds: null },
      }),
    });
    await addAndFinish(files(1));
    expect(queue.getSnapshot().items[0]?.state).toMatchObject({ error: { code: "store_refused" } });
    expect(world.begins).toHaveLength(2);
    expect(world.refusals).toMatchObject([{ method: "PUT", status: 412 }]);
  });

  it("a refusal is reported with the headers that were sent, and never with the address", async () => {
    world.bucketFaults = ["forbidden"];
    await addAndFinish(files(1));
    expect(statuses()).toEqual(["failed"]);
    expect(world.refusals).toEqual([
      {
        ...{ uploadId: "granted-1", kind: "original", bytes: 1000, type: "" },
        ...{ status: 403, code: "AccessDenied", requestId: "R1", method: "PUT" },
        headers: { "if-none-match": "*", sha256: "picture 0".padEnd(100) },
      },
    ]);
  });

  it("of a refused part its number is reported too", async () => {
    world.bucketFaults = ["forbidden"];
    await addAndFinish([largeFile("large")]);
    expect(world.refusals).toMatchObject([{ kind: "original", method: "PUT", part: 1 }]);
  });
});

describe("a store that wants other digests", () => {
  const md5: WantedDigests = { object: "md5", part: "sha256" };

  it("gets them at once where the page knows", async () => {
    world.store.digests = md5;
    queue = world.openQueue({ digests: md5 });
    await addAndFinish(files(12));
    expect(new Set(statuses())).toEqual(new Set(["ready"]));
    expect(world.begins.flat()).toHaveLength(12);
  });

  it("says so to a page that does not know, which says it to nobody, prepares nothing twice, and knows from then on", async () => {
    world.store.digests = md5;
    const sentences = watchSentences();
    await addAndFinish(files(12));
    const asked = world.begins.flat().length;
    await addAndFinish(files(20).slice(12));
    expect(new Set(statuses())).toEqual(new Set(["ready"]));
    expect([...sentences]).toEqual([]);
    expect(world.prepared).toBe(20);
    expect(world.begins.flat()).toHaveLength(asked + 8);
  });

  it.each<WantedDigests["part"]>(["crc32c", "md5", "none"])("of parts gets those: %s", async (part) => {
    world.store.digests = { object: "sha256", part };
    await addAndFinish([largeFile("large")]);
    expect(statuses()).toEqual(["ready"]);
    expect(world.taken).toHaveLength(part === "none" ? 3 : 2 + 5);
  });

  it("and is never content is a failure, and not asked for ever", async () => {
    const error = { code: "digest_missing", message: "More.", values: md5 } as const;
    world.refuse.set("picture 0.jpg", { status: "refused", error });
    await addAndFinish(files(1));
    expect(queue.getSnapshot().items[0]?.state).toMatchObject({ error: { code: "digest_missing" } });
    expect(world.begins).toHaveLength(4);
  });
});

describe("a store that becomes another while pictures are sent", () => {
  const sha256: WantedDigests = { object: "sha256", part: "sha256" };

  it.each<[string, Partial<SimulatedWorld["store"]>, Partial<SimulatedWorld["store"]>]>([
    ["takes no forms any more", { upload: "POST" }, { upload: "PUT" }],
    ["takes forms again", { upload: "PUT" }, { upload: "POST" }],
    ["compares MD5", { upload: "PUT" }, { digests: { object: "md5", part: "sha256" } }],
    [
      "takes no forms, and compares MD5",
      { upload: "POST" },
      { upload: "PUT", digests: { object: "md5", part: "md5" } },
    ],
  ])("%s: they go on in the new way, and nobody sees more than a pause", async (_what, before, after) => {
    Object.assign(world.store, { digests: sha256 }, before);
    const sentences = watchSentences();
    queue.add(files(20));
    while (world.taken.length < 14) await clock.advance(5);
    const arrived = [...world.taken];
    Object.assign(world.store, after);
    await finish();
    expect(new Set(statuses())).toEqual(new Set(["ready"]));
    expect([...sentences]).toEqual([]);
    expect(world.refusals.length).toBeGreaterThan(0);
    // What had arrived stays so, in the same uploads.
    expect(world.taken.slice(0, arrived.length)).toEqual(arrived);
    expect(world.taken).toHaveLength(20 * objectKinds.length);
    expect(world.abandoned).toEqual([]);
    expect(world.prepared).toBe(20);
  });

  it("tells the server so for what is under way, and not once for each file that waits", async () => {
    world.store.upload = "POST";
    queue = world.openQueue({ preparer: { concurrency: 100, prepare: world.preparer.prepare } });
    queue.add(files(100));
    while (world.taken.length < 14) await clock.advance(5);
    expect(world.begins.flat()).toHaveLength(100);
    world.store.upload = "PUT";
    await finish();
    expect(new Set(statuses())).toEqual(new Set(["ready"]));
    expect(world.refusals.length).toBeLessThanOrEqual(6);
    expect(world.taken).toHaveLength(100 * objectKinds.length);
  });

  it.each<WantedDigests["part"]>(["crc32c", "none"])(
    "takes parts otherwise (%s): a large file goes on",
    async (part) => {
      const sentences = watchSentences();
      queue.add([largeFile("large")]);
      while (world.taken.length < 2) await clock.advance(5);
      world.store.digests = { object: "sha256", part };
      await finish();
      expect(statuses()).toEqual(["ready"]);
      expect([...sentences]).toEqual([]);
      expect(world.sending).toBe(0);
      expect(world.abandoned).toEqual([]);
    },
  );
});
