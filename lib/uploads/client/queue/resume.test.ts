import fc from "fast-check";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { AppError } from "@/lib/errors";
import type { BucketFault } from "@/lib/testing/bucket-faults";
import { SimulatedClock } from "@/lib/testing/simulated-clock";
import { SimulatedJournal } from "@/lib/testing/simulated-journal";
import { type ServerFault, SimulatedWorld } from "@/lib/testing/simulated-world";
import type { Preparer } from "@/lib/uploads/client/prepare/preparer";
import { objectKinds } from "@/lib/uploads/contract";
import { addOrGoOn } from "./add-or-go-on";
import { withSource } from "./file-source";
import type { UploadQueue } from "./upload-queue";

let clock: SimulatedClock;
let world: SimulatedWorld;
let journal: SimulatedJournal;
let queue: UploadQueue;

beforeEach(() => {
  // It says there what it cannot tell the server.
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
  start();
});

function start(keeps?: (file: File) => boolean): void {
  clock = new SimulatedClock();
  world = new SimulatedWorld(clock);
  journal = new SimulatedJournal(keeps);
  openPage();
}

function openPage(): void {
  queue = world.openQueue({ journal });
}

function reload(): void {
  queue.close();
  openPage();
}

/** The beginnings of simulated files are their hashes, as they are for `reattach`. */
vi.mock("../prepare/digests", () => ({ sha256: (blob: Blob) => blob.slice(0, 100).text() }));

const file = (content: string) =>
  new File([content.padEnd(1000)], `${content.trim()}.jpg`, { lastModified: 1 });
const files = (count: number) => Array.from({ length: count }, (_, index) => file(`picture ${index}`));
const items = () => queue.getSnapshot().items;
const statuses = () => items().map(({ state }) => state.status);
const finish = () => clock.advance(Number.POSITIVE_INFINITY);

function expectNothingTwice(): void {
  expect(new Set(world.taken).size).toBe(world.taken.length);
}

describe("a later page", () => {
  it("goes on with what was left, in the same uploads, and sends nothing again that had arrived", async () => {
    queue.add(files(12));
    await clock.advance(1500);
    const before = world.taken.length;
    expect(before).toBeGreaterThan(5);
    reload();
    await finish();
    expect(world.images.size).toBe(12);
    expectNothingTwice();
    expect(world.taken).toHaveLength(12 * objectKinds.length);
    expect(world.abandoned).toEqual([]);
    expect(journal.rows.size).toBe(0);
  });

  it("sends nothing again of which the page before it did not hear that it had arrived", async () => {
    const note = journal.note;
    journal.note = (id, progress) => note(id, { ...progress, arrived: [] });
    queue.add(files(4));
    while (world.taken.length < 7) await clock.advance(5);
    reload();
    await finish();
    expect(statuses()).toEqual(["ready", "ready", "ready", "ready"]);
    expectNothingTwice();
  });

  it.each([0, 1, 5])(
    "finds all of it, though everything failed in a page that was left after %d",
    async (n) => {
      const chosen = files(4);
      queue.add(chosen);
      while (world.sending === 0 || world.taken.length < n) await clock.advance(5);
      const gone = () => Promise.reject(new DOMException("It is gone.", "NotReadableError"));
      const unreadable = chosen.map((each) =>
        vi.spyOn(each, "slice").mockReturnValue({ ...new Blob(), arrayBuffer: gone }),
      );
      world.isLeaving = true;
      world.isOnline = false;
      await clock.advance(20_000);
      expect(statuses()).not.toContain("failed");
      for (const spy of unreadable) spy.mockRestore();
      world.isLeaving = false;
      world.isOnline = true;
      reload();
      await finish();
      expect(world.images.size).toBe(4);
      expect(world.abandoned).toEqual([]);
      expectNothingTwice();
    },
  );

  it("goes on by itself where somebody stays after all, with what could not be read meanwhile too", async () => {
    const prepare: Preparer["prepare"] = async (...given) => {
      const prepared = await world.preparer.prepare(...given);
      if (world.isLeaving) throw new AppError("file_changed");
      return prepared;
    };
    queue = world.openQueue({ journal, preparer: { concurrency: 1, prepare } });
    queue.add(files(2));
    await clock.advance(120);
    world.isLeaving = true;
    world.isOnline = false;
    await clock.advance(20_000);
    world.isLeaving = false;
    world.isOnline = true;
    await finish();
    expect(statuses()).toEqual(["ready", "ready"]);
    expectNothingTwice();
  });

  it("only confirms what had arrived as a whole", async () => {
    queue.add(files(1));
    while (world.taken.length < objectKinds.length) await clock.advance(5);
    reload();
    await finish();
    expect(statuses()).toEqual(["ready"]);
    expect(world.taken).toHaveLength(objectKinds.length);
    expect(world.prepared).toBe(1);
  });

  it("still knows what lay beside a file when it was chosen", async () => {
    const takenAtMs = Date.UTC(2019, 4, 6, 7, 8, 9);
    const chosen = withSource(file("lake"), { folders: [], takenAtMs });
    queue.add([chosen]);
    await clock.advance(20);
    expect(world.begins).toEqual([]);
    reload();
    // What the next page opens is another file, of which nothing is known.
    withSource(chosen, { folders: [] });
    await finish();
    expect(world.begins.flat().map(({ fileDate }) => fileDate?.source)).toEqual(["sidecar"]);
  });

  it("has files chosen again that it cannot read, by their content or their name", async () => {
    start(({ name }) => name === "picture 0.jpg");
    queue.add(files(4));
    await clock.advance(150);
    reload();
    await finish();
    expect(statuses()).toEqual(["ready", "interrupted", "interrupted", "interrupted"]);
    expect(queue.getSnapshot().totals).toMatchObject({ files: 1, active: 0 });
    const renamed = new File([files(4)[1] as File], "renamed.jpg");
    const stranger = file("stranger");
    expect(await queue.reattach([renamed, stranger, ...files(4).slice(2)])).toEqual([stranger]);
    await finish();
    expect(statuses()).toEqual(["ready", "ready", "ready", "ready"]);
    expectNothingTwice();
  });

  it("takes files that are chosen again by another button for what was left, and no others", async () => {
    start(() => false);
    queue.add(files(2));
    await clock.advance(150);
    reload();
    await addOrGoOn(queue, [...files(2), file("stranger")]);
    await finish();
    expect(statuses()).toEqual(["ready", "ready", "ready"]);
    expect(journal.rows.size).toBe(0);
    expectNothingTwice();
    // Nothing is left by now.
    await addOrGoOn(queue, files(1));
    await finish();
    expect(statuses()).toEqual(["ready", "ready", "ready", "duplicate"]);
  });

  it("is said to be none where nothing can be noted for it", async () => {
    expect(queue.getSnapshot().isLasting).toBe(true);
    expect(world.openQueue().getSnapshot().isLasting).toBe(false);
  });

  it("forgets what is cancelled, and what has failed for good", async () => {
    start(() => false);
    world.refuse.set("picture 1.jpg", {
      status: "refused",
      error: { code: "too_large", message: "Too large." },
    });
    const [first = ""] = queue.add(files(2));
    await finish();
    expect(journal.rows.size).toBe(0);
    queue.add([file("third")]);
    await clock.advance(10);
    reload();
    await clock.advance(10);
    expect(statuses()).toEqual(["interrupted"]);
    queue.cancelAll();
    expect(journal.rows.size).toBe(0);
    expect(first).not.toBe("");
    reload();
    await finish();
    expect(items()).toEqual([]);
  });

  it("tries again what had failed in passing", async () => {
    world.bucketFaults = Array<BucketFault>(6).fill("network");
    queue.add(files(1));
    await finish();
    expect(statuses()).toEqual(["failed"]);
    reload();
    await finish();
    expect(statuses()).toEqual(["ready"]);
  });

  it("takes files under given ids, and those it has already only once", async () => {
    const chosen = files(2).map((each, index) => ({ id: `given ${index}`, file: each }));
    queue.addAs(chosen);
    queue.addAs(chosen);
    await finish();
    expect(items().map(({ id }) => id)).toEqual(["given 0", "given 1"]);
    expect(statuses()).toEqual(["ready", "ready"]);
  });
});

it("brings every file home through any faults and reloads, and sends nothing twice that had arrived", async () => {
  const serverFault = fc.constantFrom<ServerFault | null>(
    null,
    null,
    "throws",
    "loses_answer",
    "unavailable",
  );
  const faults = [null, null, "network", "busy", "expired", "half"] as const;
  /** What a form has put unheard, it puts again; a signed PUT does not. */
  const way = fc.constantFrom(
    { upload: "POST" as const, faults },
    { upload: "PUT" as const, faults: [...faults, "unheard" as const] },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(serverFault, { maxLength: 12 }),
      way.chain(({ upload, faults }) =>
        fc.record({
          upload: fc.constant(upload),
          bucketFaults: fc.array(fc.constantFrom<BucketFault | null>(...faults), { maxLength: 24 }),
        }),
      ),
      fc.array(fc.integer({ min: 1, max: 4000 }), { maxLength: 6 }),
      fc.integer({ min: 0, max: 3 }),
      async (serverFaults, { upload, bucketFaults }, reloads, unkept) => {
        start(({ name }) => !name.startsWith(`picture ${unkept}`));
        world.store.upload = upload;
        world.serverFaults = [...serverFaults];
        world.bucketFaults = [...bucketFaults];
        const chosen = files(8);
        queue.add(chosen);
        for (const ms of reloads) {
          await clock.advance(ms);
          reload();
          await clock.advance(1);
          await queue.reattach(chosen);
        }
        await finish();
        queue.retryAll();
        await finish();
        expect(new Set([...world.images.keys()].map((content) => content.trim()))).toEqual(
          new Set(chosen.map(({ name }) => name.replace(".jpg", ""))),
        );
        expect(journal.rows.size).toBe(0);
        expectNothingTwice();
      },
    ),
    { numRuns: 150 },
  );
});
