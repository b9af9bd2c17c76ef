import fc from "fast-check";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { BucketFault } from "@/lib/testing/bucket-faults";
import { SimulatedClock } from "@/lib/testing/simulated-clock";
import { SimulatedJournal } from "@/lib/testing/simulated-journal";
import { type ServerFault, SimulatedWorld } from "@/lib/testing/simulated-world";
import { objectKinds } from "@/lib/uploads/contract";
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
vi.mock("../prepare/sha256", () => ({ sha256: (blob: Blob) => blob.slice(0, 100).text() }));

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
  const bucketFault = fc.constantFrom<BucketFault | null>(null, null, "network", "busy", "expired", "half");
  await fc.assert(
    fc.asyncProperty(
      fc.array(serverFault, { maxLength: 12 }),
      fc.array(bucketFault, { maxLength: 24 }),
      fc.array(fc.integer({ min: 1, max: 4000 }), { maxLength: 6 }),
      fc.integer({ min: 0, max: 3 }),
      async (serverFaults, bucketFaults, reloads, unkept) => {
        start(({ name }) => !name.startsWith(`picture ${unkept}`));
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
