import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { BucketFault } from "@/lib/testing/bucket-faults";
import { wordInEnglish, wordWaitInEnglish } from "@/lib/testing/english-wording";
import { SimulatedClock } from "@/lib/testing/simulated-clock";
import { type ServerFault, SimulatedWorld } from "@/lib/testing/simulated-world";
import { systemClock } from "../clock";
import { maxTries } from "../send/retry";
import type { UploadQueue } from "./upload-queue";

// What the person reads about everything that can go wrong on the way, while it is tried again and when it has failed.
let clock: SimulatedClock;
let world: SimulatedWorld;
let queue: UploadQueue;
let said: Set<string>;

beforeEach(() => {
  clock = new SimulatedClock();
  world = new SimulatedWorld(clock);
  queue = world.openQueue();
  said = new Set();
  queue.subscribe(() => {
    for (const { state } of queue.getSnapshot().items)
      if ("code" in state) said.add(wordWaitInEnglish(state.code));
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const file = (content: string) => new File([content.padEnd(1000)], `${content}.jpg`);
const sentences = () =>
  states().flatMap((state) => (state.status === "failed" ? [wordInEnglish(state.error)] : []));
const states = () => queue.getSnapshot().items.map(({ state }) => state);
const finish = () => clock.advance(Number.POSITIVE_INFINITY);

async function until(status: string): Promise<void> {
  while (!states().some((state) => state.status === status)) await clock.advance(5);
}

const lost = "The connection was lost. Trying again in a moment.";
const stuck = "The connection is stuck. Trying again in a moment.";
const stillStuck = "The connection is stuck. Check it, then retry.";
const busy = "The bucket is busy. Trying again in a moment.";
const stillBusy = "The bucket is busy. Retry in a few minutes.";
const renewing = "Asking for a new permission to send.";
const keptRunningOut =
  "The permission to send it kept running out. Retry it; the clocks of Pail and its bucket may differ.";

describe("the bucket", () => {
  it.each([
    ["network", lost, "The connection was lost. Check it, then retry."],
    ["stall", stuck, stillStuck],
    ["busy", busy, stillBusy],
    ["slow_down", busy, stillBusy],
    ["broken", busy, stillBusy],
    ["expired", renewing, keptRunningOut],
    ["expired_token", renewing, keptRunningOut],
  ] as [BucketFault, string, string][])("passing: %s", async (fault, waiting, failed) => {
    world.bucketFaults = Array(maxTries).fill(fault);
    queue.add([file("one")]);
    await finish();
    expect([...said]).toEqual([waiting]);
    expect(states()).toMatchObject([{ status: "failed", canRetry: true }]);
    expect(sentences()).toEqual([failed]);
  });

  it("whose clock is not the server's is said to have another one, and not tried again", async () => {
    world.bucketFaults = ["skewed"];
    queue.add([file("one")]);
    await finish();
    expect([...said]).toEqual([]);
    const sentence =
      "The clocks of this Pail and of its bucket disagree. Whoever runs this Pail finds the reason in the log, number number-1.";
    expect(states()).toMatchObject([{ status: "failed", error: { code: "RequestTimeTooSkewed" } }]);
    expect(sentences()).toEqual([sentence]);
  });

  it("whose socket does not move is given up after half a minute", async () => {
    world.bucketFaults = ["stall"];
    queue.add([file("one")]);
    await until("sending");
    const sinceMs = clock.now();
    await until("retrying");
    expect(clock.now() - sinceMs).toBeGreaterThanOrEqual(30_000);
    expect(clock.now() - sinceMs).toBeLessThan(30_500);
    await finish();
    expect(states()).toMatchObject([{ status: "ready" }]);
  });
});

describe("the server", () => {
  it.each([
    ["throws", lost, "The server does not answer. Check the connection, then retry."],
    ["silent", stuck, stillStuck],
    [
      "unavailable",
      "The server is busy. Trying again in a moment.",
      "The server cannot take it at the moment. Retry in a few minutes.",
    ],
    [
      "rate_limited",
      "Many pictures at once. It goes on by itself in a moment.",
      "Too many tries. Wait a little, then try again.",
    ],
  ] as [ServerFault, string, string][])("passing: %s", async (fault, waiting, failed) => {
    world.serverFaults = Array(20).fill(fault);
    queue.add([file("one")]);
    await finish();
    expect([...said]).toEqual([waiting]);
    expect(states()).toMatchObject([{ status: "failed", canRetry: true }]);
    expect(sentences()).toEqual([failed]);
  });

  it("has no room for some: its own sentence, the others go on, and there may be room later", async () => {
    const error = { code: "quota_full", message: "There is no room for it." } as const;
    world.refuse.set("one.jpg", { status: "refused", error });
    queue.add([file("one"), file("two")]);
    await finish();
    expect(states()).toMatchObject([{ status: "failed", error, canRetry: true }, { status: "ready" }]);
    expect(sentences()).toEqual([expect.stringContaining("There is no room for it")]);
    world.refuse.clear();
    queue.retryAll();
    await finish();
    expect(states()).toMatchObject([{ status: "ready" }, { status: "ready" }]);
  });
});

it("without a network nothing fails", async () => {
  queue.add([file("one")]);
  await until("sending");
  world.isOnline = false;
  await clock.advance(3_600_000);
  expect([...said]).toEqual(["No connection to Pail. It goes on by itself once there is one."]);
  expect(states()).toMatchObject([{ status: "offline" }]);
});

it("a file that was changed or has vanished while it was sent is said to be so, and the others go on", async () => {
  const vanishing = file("one");
  world.bucketFaults = ["network"];
  queue.add([vanishing, file("two")]);
  await until("sending");
  vi.spyOn(vanishing, "slice").mockReturnValue({
    ...new Blob(),
    arrayBuffer: () => Promise.reject(new DOMException("It is gone.", "NotReadableError")),
  });
  await finish();
  expect(states()).toMatchObject([
    { status: "failed", canRetry: false, error: { code: "file_changed" } },
    { status: "ready" },
  ]);
  expect(sentences()).toEqual([
    "This file was changed, moved or deleted since it was chosen. Choose it again.",
  ]);
});

describe("a browser whose clock is wrong", () => {
  const hourMs = 3_600_000;
  beforeEach(() => vi.useFakeTimers({ toFake: ["Date"] }));

  it.each([-5, 5])("and is set by %i hours meanwhile uses its forms as long as they live", async (hours) => {
    queue.add(Array.from({ length: 12 }, (_, n) => file(`picture ${n}`)));
    await until("sending");
    vi.setSystemTime(Date.now() + hours * hourMs);
    queue.pause();
    await clock.advance(10 * 60_000);
    queue.resume();
    await finish();
    expect(new Set(states().map(({ status }) => status))).toEqual(new Set(["ready"]));
    expect(world.begins.flat().filter(({ uploadId }) => uploadId !== undefined)).toEqual([]);
  });

  it.each([-5, 5])(
    "and is set by %i hours meanwhile asks for new ones once they have run out",
    async (hours) => {
      queue.add(Array.from({ length: 12 }, (_, n) => file(`picture ${n}`)));
      await until("sending");
      vi.setSystemTime(Date.now() + hours * hourMs);
      queue.pause();
      await clock.advance(20 * 60_000);
      queue.resume();
      await finish();
      expect(new Set(states().map(({ status }) => status))).toEqual(new Set(["ready"]));
      expect(world.begins.flat().some(({ uploadId }) => uploadId !== undefined)).toBe(true);
    },
  );

  it("counts the time that passes, not that of the day", () => {
    const beforeMs = systemClock.now();
    vi.setSystemTime(Date.now() + 5 * hourMs);
    expect(systemClock.now() - beforeMs).toBeLessThan(60_000);
  });
});
