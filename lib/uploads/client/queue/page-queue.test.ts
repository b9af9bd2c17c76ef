import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { AppError } from "@/lib/errors";
import type { BucketFault } from "@/lib/testing/bucket-faults";
import { wordInEnglish, wordWaitInEnglish } from "@/lib/testing/english-wording";
import { SimulatedClock } from "@/lib/testing/simulated-clock";
import { type ServerFault, SimulatedWorld } from "@/lib/testing/simulated-world";
import { uploadPartBytes } from "@/lib/uploads/contract";
import { maxTries } from "../send/retry";
import { withSource } from "./file-source";
import { hasEnded, type UploadItem } from "./upload-item";
import type { UploadQueue } from "./upload-queue";

let clock: SimulatedClock;
let world: SimulatedWorld;
let queue: UploadQueue;

beforeEach(() => {
  // It says there what it cannot tell the server.
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
  start();
});
afterEach(() => vi.restoreAllMocks());

function start(random: () => number = () => 0.5): void {
  clock = new SimulatedClock();
  world = new SimulatedWorld(clock);
  queue = world.openQueue({ random });
}

/** Equal contents are equal files; `1000 bytes` of padding make progress visible. */
function files(count: number, prefix = "picture"): File[] {
  return Array.from({ length: count }, (_, index) => file(`${prefix} ${index}`));
}

function file(content: string): File {
  return new File([content.padEnd(1000)], `${content}.jpg`);
}

const fiveParts = new Blob([new Uint8Array(uploadPartBytes * 5 - 100)]);

/** One that goes in five parts. */
const largeFile = (content: string) => new File([content.padEnd(100), fiveParts], `${content}.jpg`);

const items = () => queue.getSnapshot().items;
const statuses = () => items().map(({ state }) => state.status);
/** What the person reads about it. */
function sentenceOf({ state }: UploadItem): string | null {
  if (state.status === "failed") return wordInEnglish(state.error);
  return "code" in state ? wordWaitInEnglish(state.code) : null;
}
const sentences = () =>
  items()
    .map(sentenceOf)
    .filter((sentence) => sentence !== null);
const stateOf = (id: string | undefined) => items().find((item) => item.id === id)?.state;
const finish = () => clock.advance(Number.POSITIVE_INFINITY);

async function addAndFinish(chosen: File[]): Promise<void> {
  queue.add(chosen);
  await finish();
}

async function until(status: string): Promise<void> {
  for (let steps = 0; !statuses().some((seen) => seen === status); steps += 1) {
    if (steps > 100_000) throw new Error(`never ${status}, but ${statuses().join(", ")}`);
    await clock.advance(5);
  }
}

describe("when all goes well", () => {
  it("tells at most ten times a second, however many files there are", async () => {
    const toldAtMs: number[] = [];
    queue.subscribe(() => toldAtMs.push(clock.now()));
    await addAndFinish(files(1000));
    const seconds = ((toldAtMs.at(-1) ?? 0) - (toldAtMs[0] ?? 0)) / 1000;
    expect(new Set(statuses())).toEqual(new Set(["ready"]));
    expect(toldAtMs.length).toBeLessThanOrEqual(10 * seconds + 2);
  });

  it("takes every file to a picture, some at a time, in few calls", async () => {
    await addAndFinish(files(100));
    expect(new Set(statuses())).toEqual(new Set(["ready"]));
    expect(world.images.size).toBe(100);
    // All wait for the bucket's answers here, so as many at a time as may be.
    expect(world.mostSending).toBe(6);
    expect(world.begins.length).toBeLessThan(20);
    expect(world.confirms.length).toBeLessThan(20);
    expect(world.abandoned).toEqual([]);
  });

  it("shows how far a picture is that is being prepared", async () => {
    queue.add(files(1));
    await until("preparing");
    expect(queue.getSnapshot().items[0]?.state).toEqual({
      status: "preparing",
      step: "reading",
      share: null,
    });
    await clock.advance(200);
    const seen = new Set<string>();
    queue.add(files(2).slice(1));
    await until("preparing");
    const unsubscribe = queue.subscribe(() => {
      for (const { state } of queue.getSnapshot().items)
        if (state.status === "preparing") seen.add(state.step);
    });
    await finish();
    unsubscribe();
    expect([...seen]).toContain("decoding");
  });

  it("has a file's thumb for its row once it is prepared, and none any more once it has ended", async () => {
    const [id = ""] = queue.add(files(1));
    expect(queue.findThumb(id)).toBeNull();
    await until("sending");
    expect(queue.findThumb(id)).toBeInstanceOf(Blob);
    await finish();
    expect(statuses()).toEqual(["ready"]);
    expect(queue.findThumb(id)).toBeNull();
  });

  it("says with each offer when its file was last changed, or taken by what lay beside it", async () => {
    const taken = Date.UTC(2019, 4, 6, 7, 8, 9);
    const at = (content: string, lastModified: number) =>
      new File([content.padEnd(1000)], "a.jpg", { lastModified });
    const beside = withSource(at("b", 5), { folders: [], takenAtMs: taken });
    await addAndFinish([at("a", taken), beside, at("c", 0)]);
    const zoneMinutes = 0 - new Date(taken).getTimezoneOffset();
    const moment = { at: taken + zoneMinutes * 60_000, zoneMinutes };
    expect(world.begins.flat().map(({ fileDate }) => fileDate)).toEqual([
      { ...moment, source: "file" },
      { ...moment, source: "sidecar" },
      undefined,
    ]);
  });

  it("asks once for a hundred files that are prepared together", async () => {
    const preparer = { concurrency: 100, prepare: world.preparer.prepare };
    queue = world.openQueue({ preparer });
    await addAndFinish(files(100));
    expect(world.begins.map((offers) => offers.length)).toEqual([100]);
    expect(new Set(statuses())).toEqual(new Set(["ready"]));
  });

  it("adds up bytes that only grow, to their total", async () => {
    queue.add(files(10));
    const seen: number[] = [];
    const unsubscribe = queue.subscribe(() => seen.push(queue.getSnapshot().totals.sentBytes));
    await finish();
    unsubscribe();
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(queue.getSnapshot().totals).toMatchObject({
      files: 10,
      done: 10,
      failed: 0,
      active: 0,
      sentBytes: 10_000,
      totalBytes: 10_000,
      secondsLeft: null,
    });
    expect(seen.some((bytes) => bytes % 1000 !== 0)).toBe(true);
  });

  it("gives a snapshot that stays the same until something changes", async () => {
    queue.add(files(1));
    await clock.advance(20);
    const before = queue.getSnapshot();
    expect(queue.getSnapshot()).toBe(before);
    await finish();
    expect(queue.getSnapshot()).not.toBe(before);
  });
});

describe("duplicates", () => {
  it("sends the same bytes once, and shows the others as duplicates", async () => {
    await addAndFinish([file("same"), file("other"), file("same"), file("same")]);
    expect(statuses()).toEqual(["ready", "ready", "duplicate", "duplicate"]);
    expect(world.begins.flat()).toHaveLength(2);
  });

  it("lets the next one lead where the first is cancelled", async () => {
    const [first] = queue.add([file("same"), file("same")]);
    await until("sending");
    queue.cancel(first ?? "");
    await finish();
    expect(statuses()).toEqual(["cancelled", "ready"]);
  });

  it("knows what the server has already", async () => {
    await addAndFinish([file("same")]);
    await addAndFinish([file("same")]);
    expect(statuses()).toEqual(["ready", "duplicate"]);
  });
});

describe("faults that pass", () => {
  const bucketFaults: BucketFault[] = [
    "network",
    "busy",
    "slow_down",
    "expired",
    "expired_token",
    "stall",
    "half",
  ];
  it.each(bucketFaults)("tries again after the bucket's %s", async (fault) => {
    world.bucketFaults = [null, fault, fault];
    await addAndFinish(files(3));
    expect(statuses()).toEqual(["ready", "ready", "ready"]);
  });

  it.each(["throws", "loses_answer", "silent", "rate_limited", "unavailable"] as ServerFault[])(
    "tries again after the server's %s, in begin and in confirm",
    async (fault) => {
      world.serverFaults = [fault, fault, null, fault];
      await addAndFinish(files(1));
      expect(statuses()).toEqual(["ready"]);
      expect(world.confirms).toHaveLength(2);
    },
  );

  it.each(["network", "slow_down", "stall"] as BucketFault[])(
    "gives up after six times %s",
    async (fault) => {
      world.bucketFaults = Array(maxTries).fill(fault);
      await addAndFinish(files(1));
      expect(items()[0]?.state).toMatchObject({ status: "failed", canRetry: true });
      expect(world.bucketFaults).toEqual([]);
      expect(world.abandoned).toEqual(["granted-1"]);
      queue.retryAll();
      await finish();
      expect(statuses()).toEqual(["ready"]);
    },
  );

  it("waits at least as long as Retry-After says", async () => {
    world.bucketFaults = ["busy"];
    world.retryAfterSeconds = 40;
    queue.add(files(1));
    await until("retrying");
    expect(sentences()).toEqual([expect.stringContaining("busy")]);
    await clock.advance(39_000);
    expect(statuses()).toEqual(["retrying"]);
    await finish();
    expect(statuses()).toEqual(["ready"]);
  });

  it("asks for fresh forms for the same upload when the policy expired", async () => {
    world.bucketFaults = [null, "expired"];
    await addAndFinish(files(1));
    expect(world.begins.flat().map(({ uploadId }) => uploadId)).toEqual([undefined, "granted-1"]);
    expect(statuses()).toEqual(["ready"]);
  });

  describe("where what prepares dies, or could not be loaded", () => {
    const died = new AppError("worker_died", "It died.");
    const prepare = vi.fn();
    beforeEach(() => {
      prepare.mockReset().mockImplementation(world.preparer.prepare).mockRejectedValueOnce(died);
      queue = world.openQueue({ preparer: { concurrency: 1, prepare } });
    });

    it("waits without a network", async () => {
      world.isOnline = false;
      queue.add(files(1));
      await clock.advance(600_000);
      expect(statuses()).toEqual(["offline"]);
      world.goOnline();
      await finish();
      expect(statuses()).toEqual(["ready"]);
    });

    it.each(["unauthenticated", "other_viewer"] as const)(
      "waits for the person where the ping says %s",
      async (fault) => {
        world.block(fault);
        queue.add(files(1));
        await clock.advance(600_000);
        expect(statuses()).toEqual(["signed_out"]);
        world.comeBack();
        await finish();
        expect(statuses()).toEqual(["ready"]);
      },
    );

    it("asks for a reload in a page of an earlier build", async () => {
      prepare.mockRejectedValue(died);
      world.block("outdated");
      queue.add(files(1));
      await clock.advance(600_000);
      expect(statuses()).toEqual(["outdated"]);
    });

    it("fails where all is well besides", async () => {
      await addAndFinish(files(1));
      expect(items()[0]?.state).toMatchObject({ status: "failed", error: { code: "worker_died" } });
      expect(world.pings).toBe(1);
      expect(world.confirms).toEqual([]);
      queue.retryAll();
      await finish();
      expect(statuses()).toEqual(["ready"]);
    });
  });

  it("waits without a network, says so, and goes on by itself", async () => {
    queue.add(files(2));
    await until("sending");
    world.isOnline = false;
    await clock.advance(600_000);
    expect(statuses()).toEqual(["offline", "offline"]);
    world.goOnline();
    await finish();
    expect(statuses()).toEqual(["ready", "ready"]);
  });

  it.each([
    ["unauthenticated", "signed_out", "You are signed out."],
    ["other_viewer", "signed_out", "Somebody else has signed in."],
    ["outdated", "outdated", "Pail was updated."],
  ] as const)(
    "waits for the person where the server says %s, and goes on by itself",
    async (fault, status, sentence) => {
      queue.add(files(30));
      await until("sending");
      world.block(fault);
      await clock.advance(3_600_000);
      expect(statuses()).toContain(status);
      expect(items().map((item) => [item.state.status, sentenceOf(item)])).toContainEqual([
        ...[status, expect.stringContaining(sentence)],
      ]);
      expect(statuses()).not.toContain("failed");
      const begins = world.begins.length;
      world.comeBack();
      await clock.advance(1000);
      await finish();
      expect(new Set(statuses())).toEqual(new Set(["ready"]));
      expect(world.images.size).toBe(30);
      expect(world.begins.length).toBeGreaterThanOrEqual(begins);
    },
  );

  it("can be cancelled while it waits for the person", async () => {
    world.block("unauthenticated");
    queue.add(files(2));
    await clock.advance(60_000);
    expect(statuses()).toEqual(["signed_out", "signed_out"]);
    queue.cancelAll();
    await finish();
    expect(statuses()).toEqual(["cancelled", "cancelled"]);
  });
});

describe("faults that do not pass", () => {
  it("fails at once where the bucket refuses, with a sentence", async () => {
    world.bucketFaults = ["forbidden"];
    await addAndFinish(files(2));
    expect(statuses()).toEqual(["failed", "ready"]);
    expect(items()[0]?.state).toMatchObject({
      error: { code: "AccessDenied", values: { incident: "number-1" } },
    });
    expect(sentences()).toEqual([
      "The bucket refused this picture. Whoever runs this Pail finds the reason in the log, number number-1.",
    ]);
    expect(world.refusals).toEqual([
      {
        uploadId: "granted-1",
        kind: "original",
        bytes: 1000,
        type: "",
        status: 403,
        code: "AccessDenied",
        requestId: "R1",
        method: "POST",
        fields: { key: "granted-1 original" },
      },
    ]);
  });

  it.each(["throws", "rate_limited", "unauthenticated"] as const)(
    "says so as well where the server does not hear of it: %s",
    async (fault) => {
      world.bucketFaults = ["forbidden"];
      world.serverFaults = [null, fault];
      await addAndFinish(files(1));
      expect(sentences()).toEqual(["The bucket refused this picture. Tell whoever runs this Pail."]);
    },
  );

  it.each([
    ["full", "The bucket is full."],
    ["no_forms", "The bucket refused this picture."],
  ] as const)("does not try a bucket again that is %s", async (fault, sentence) => {
    world.bucketFaults = [fault];
    await addAndFinish(files(1));
    expect(sentences()).toEqual([expect.stringContaining(sentence)]);
    expect(world.bucketFaults).toEqual([]);
    expect(world.refusals).toHaveLength(1);
  });

  it("goes on with the others when one is refused", async () => {
    world.refuse.set("bad.jpg", { status: "refused", error: { code: "too_large", message: "Too large." } });
    const preparer = {
      concurrency: 2,
      prepare: async (chosen: File, signal: AbortSignal) => {
        if (chosen.name === "svg.jpg") throw new AppError("unsupported_type", "This is an SVG drawing.");
        return world.preparer.prepare(chosen, signal);
      },
    };
    queue = world.openQueue({ preparer });
    await addAndFinish([file("a"), file("bad"), file("svg"), file("b")]);
    expect(statuses()).toEqual(["ready", "failed", "failed", "ready"]);
    expect(items()[2]?.state).toMatchObject({ error: { code: "unsupported_type" }, canRetry: false });
  });

  it("fails the files of a begin that is refused as a whole, for a later try", async () => {
    world.serverFaults = ["quota_full"];
    await addAndFinish(files(1));
    expect(items()[0]?.state).toMatchObject({ error: { code: "quota_full" }, canRetry: true });
    queue.retryAll();
    await finish();
    expect(statuses()).toEqual(["ready"]);
  });

  it("confirms again what was sent, without sending it twice", async () => {
    world.serverFaults = [null, ...Array<ServerFault>(maxTries).fill("loses_answer")];
    await addAndFinish(files(1));
    expect(statuses()).toEqual(["failed"]);
    queue.retryAll();
    await finish();
    expect(statuses()).toEqual(["ready"]);
    expect(world.begins).toHaveLength(1);
  });

  it("says why the server did not keep a picture", async () => {
    world.confirmRefusal = { status: "refused", error: { code: "damaged_image", message: "Damaged." } };
    await addAndFinish(files(1));
    expect(items()[0]?.state).toMatchObject({ error: { message: "Damaged." }, canRetry: false });
  });
});

describe("cancelling", () => {
  it.each(["waiting", "preparing", "sending"])(
    "ends a file that is %s, and gives back what was granted",
    async (status) => {
      const [id] = queue.add(files(3));
      await until(status);
      queue.cancel(id ?? "");
      expect(stateOf(id)).toEqual({ status: "cancelled" });
      await finish();
      expect(statuses()).toEqual(["cancelled", "ready", "ready"]);
      expect(world.abandoned).toHaveLength(status === "sending" ? 1 : 0);
      queue.retry(id ?? "");
      await finish();
      expect(statuses()).toEqual(["ready", "ready", "ready"]);
    },
  );

  it("gives back what a begin grants after the file was cancelled", async () => {
    const [id] = queue.add(files(1));
    while (world.begins.length === 0) await clock.advance(5);
    queue.cancel(id ?? "");
    await finish();
    expect(statuses()).toEqual(["cancelled"]);
    expect(world.abandoned).toEqual(["granted-1"]);
  });

  it("shows what became of a file whose confirm was under way", async () => {
    const [id] = queue.add(files(1));
    while (world.confirms.length === 0) await clock.advance(5);
    queue.cancel(id ?? "");
    await finish();
    expect(statuses()).toEqual(["ready"]);
    expect(world.abandoned).toEqual([]);
  });

  it("ends all at once, and takes them off the list", async () => {
    queue.add(files(50));
    await until("sending");
    queue.cancelAll();
    expect(new Set(statuses())).toEqual(new Set(["cancelled"]));
    await finish();
    expect(world.sending).toBe(0);
    expect(world.images.size).toBe(0);
    queue.clearFinished();
    expect(items()).toEqual([]);
  });
});

describe("one file", () => {
  it("can be held back before it is sent, and goes on when it is let", async () => {
    const ids = queue.add(files(30));
    await until("sending");
    const last = ids.at(-1) ?? "";
    queue.hold(last);
    await finish();
    expect(stateOf(last)).toEqual({ status: "held" });
    expect(statuses().filter((status) => status === "ready")).toHaveLength(29);
    expect(queue.getSnapshot().totals.active).toBe(1);
    queue.release(last);
    await finish();
    expect(stateOf(last)?.status).toBe("ready");
  });

  it("gives back what was granted when it is held, and can be cancelled then", async () => {
    const ids = queue.add(files(12));
    while (world.begins.flat().length < 12) await clock.advance(5);
    await clock.advance(60);
    const waiting = ids.filter((id) => stateOf(id)?.status === "waiting").at(-1) ?? "";
    queue.hold(waiting);
    queue.cancel(waiting);
    await finish();
    expect(stateOf(waiting)).toEqual({ status: "cancelled" });
    expect(world.abandoned).toHaveLength(1);
  });

  it("that is being sent is not held back", async () => {
    const [id = ""] = queue.add(files(1));
    await until("sending");
    queue.hold(id);
    expect(stateOf(id)?.status).toBe("sending");
  });

  it("can be taken off the list once it has ended, and not before", async () => {
    const [first = "", second = ""] = queue.add(files(2));
    queue.remove(first);
    expect(items()).toHaveLength(2);
    await finish();
    queue.remove(first);
    expect(items().map(({ id }) => id)).toEqual([second]);
  });

  it("is sent before those that are larger", async () => {
    const sizes = [3_000_000, 2_000_000, 1_000_000, 500];
    const sized = sizes.map((size) => new File([`${size}`.padEnd(size)], `${size}.jpg`));
    const order: number[] = [];
    const send = world.send;
    const noticed: typeof send = (form, blob, options) => {
      if (blob.size >= 500) order.push(blob.size);
      return send(form, blob, options);
    };
    queue = world.openQueue({ send: noticed });
    queue.pause();
    queue.add([new File(["x"], "first.jpg")]);
    queue.pause();
    queue.add(sized);
    queue.resume();
    await finish();
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(order).toHaveLength(4);
  });
});

describe("pausing", () => {
  it("finishes what is under way, begins nothing else, and goes on where it was", async () => {
    queue.add(files(20));
    await until("sending");
    queue.pause();
    await finish();
    const { length: done } = statuses().filter((status) => status === "ready");
    expect(done).toBeGreaterThan(0);
    expect(done).toBeLessThanOrEqual(4);
    expect(world.sending).toBe(0);
    expect(queue.getSnapshot()).toMatchObject({ isPaused: true, totals: { active: 20 - done } });
    queue.resume();
    await finish();
    expect(new Set(statuses())).toEqual(new Set(["ready"]));
    expect(queue.getSnapshot().isPaused).toBe(false);
  });

  it("keeps what is added meanwhile waiting, and ends with the last file", async () => {
    queue.pause();
    queue.add(files(1));
    await finish();
    expect(statuses()).toEqual(["ready"]);
    queue.pause();
    queue.add(files(1, "second"));
    await finish();
    expect(statuses()).toEqual(["ready", "ready"]);
    const [third] = queue.add(files(3, "third"));
    queue.pause();
    queue.add(files(1, "fourth"));
    await finish();
    expect(statuses().slice(2)).toContain("waiting");
    queue.cancel(third ?? "");
    queue.cancelAll();
    await finish();
    queue.clearFinished();
    queue.add(files(1, "fifth"));
    await finish();
    expect(statuses()).toEqual(["ready"]);
  });

  it("asks for new forms where they ran out meanwhile", async () => {
    queue.add(files(12));
    await until("sending");
    queue.pause();
    await clock.advance(20 * 60_000);
    queue.resume();
    await finish();
    expect(new Set(statuses())).toEqual(new Set(["ready"]));
    expect(world.begins.flat().some(({ uploadId }) => uploadId !== undefined)).toBe(true);
  });

  it.each([
    [60, 2, true],
    [60 * 60, 20, false],
  ])(
    "knows how long forms live by the grant: of %i s, after %i minutes",
    async (seconds, minutes, renews) => {
      world.formSeconds = seconds;
      queue.add(files(12));
      await until("sending");
      queue.pause();
      await clock.advance(minutes * 60_000);
      queue.resume();
      await finish();
      expect(new Set(statuses())).toEqual(new Set(["ready"]));
      expect(world.begins.flat().some(({ uploadId }) => uploadId !== undefined)).toBe(renews);
    },
  );
});

describe("a large file", () => {
  it("goes in parts, a few at a time, asking for the next ones as they run out", async () => {
    await addAndFinish([largeFile("large")]);
    expect(statuses()).toEqual(["ready"]);
    expect(world.mostSending).toBe(3);
    expect(world.begins.map(([offer]) => offer?.uploadId)).toEqual([undefined, "granted-1"]);
    expect(world.sentTwice).toEqual([]);
  });

  it("takes no more places than there are", async () => {
    await addAndFinish([largeFile("one"), largeFile("two"), largeFile("three"), ...files(10)]);
    expect(new Set(statuses())).toEqual(new Set(["ready"]));
    expect(world.mostSending).toBeLessThanOrEqual(6);
    expect(world.sentTwice).toEqual([]);
  });

  it("sends again only the part whose connection was cut", async () => {
    world.bucketFaults = [null, "network", "busy", "stall"];
    await addAndFinish([largeFile("large")]);
    expect(statuses()).toEqual(["ready"]);
    expect(world.sentTwice).toEqual([]);
  });

  it("asks for new URLs for what is missing when they ran out", async () => {
    world.bucketFaults = [null, "expired", null];
    await addAndFinish([largeFile("large")]);
    expect(statuses()).toEqual(["ready"]);
    expect(world.begins[1]?.[0]?.uploadId).toBe("granted-1");
    expect(world.sentTwice).toEqual([]);
  });

  it("ends where URLs keep running out, and gives the upload up", async () => {
    world.bucketFaults = Array.from({ length: 100 }, () => "expired");
    await addAndFinish([largeFile("large")]);
    expect(items()[0]?.state).toMatchObject({ status: "failed", error: { code: "form_expired" } });
    expect(world.abandoned).toEqual(["granted-1"]);
    expect(world.sending).toBe(0);
  });

  it("ends where the bucket refuses a part, with nothing under way", async () => {
    world.bucketFaults = [null, "forbidden"];
    await addAndFinish([largeFile("large")]);
    expect(statuses()).toEqual(["failed"]);
    expect(world.refusals).toHaveLength(1);
    expect(world.sending).toBe(0);
  });

  it("can be cancelled in the middle", async () => {
    const [id = ""] = queue.add([largeFile("large")]);
    await until("sending");
    await clock.advance(200);
    queue.cancel(id);
    await finish();
    expect(statuses()).toEqual(["cancelled"]);
    expect(world.sending).toBe(0);
    expect(world.abandoned).toEqual(["granted-1"]);
  });
});

it("brings every file to an end, none twice, none lost, whatever happens in whatever order", async () => {
  const serverFault = fc.constantFrom<ServerFault | null>(
    null,
    null,
    "throws",
    "loses_answer",
    "silent",
    "rate_limited",
    "unavailable",
  );
  const bucketFault = fc.constantFrom<BucketFault | null>(
    null,
    null,
    "network",
    "busy",
    "slow_down",
    "expired",
    "stall",
    "unheard",
    "forbidden",
    "full",
  );
  const store = fc.record({
    upload: fc.constantFrom("POST" as const, "PUT" as const),
    digests: fc.record({
      object: fc.constantFrom("sha256" as const, "md5" as const),
      part: fc.constant("sha256" as const),
    }),
  });
  const action = fc.record({
    afterMs: fc.nat(3000),
    kind: fc.constantFrom("cancel", "retry", "offline", "online", "pause", "resume", "change"),
    of: fc.nat(11),
    store,
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(9), { minLength: 1, maxLength: 12 }),
      fc.array(serverFault, { maxLength: 30 }),
      fc.array(bucketFault, { maxLength: 60 }),
      fc.array(action, { maxLength: 6 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      store,
      async (contents, serverFaults, bucketFaults, actions, jitter, first) => {
        start(() => jitter);
        Object.assign(world, { serverFaults, bucketFaults, store: first });
        const ids = queue.add(contents.map((content) => file(`picture ${content}`)));
        for (const { afterMs, kind, of, store } of actions) {
          await clock.advance(afterMs);
          const id = ids[of % ids.length] ?? "";
          if (kind === "cancel") queue.cancel(id);
          if (kind === "retry") queue.retry(id);
          if (kind === "offline") world.isOnline = false;
          if (kind === "online") world.goOnline();
          if (kind === "pause") queue.pause();
          if (kind === "resume") queue.resume();
          if (kind === "change") world.store = store;
        }
        queue.resume();
        world.goOnline();
        await finish();
        expect(items()).toHaveLength(contents.length);
        for (const { state } of items()) expect(hasEnded(state)).toBe(true);

        // When the faults are over, everything can be brought home.
        Object.assign(world, { serverFaults: [], bucketFaults: [] });
        for (const id of ids) queue.retry(id);
        await finish();
        for (const { state } of items()) expect(["ready", "duplicate"]).toContain(state.status);
        expect(world.images.size).toBe(new Set(contents).size);
        expect(queue.getSnapshot().totals).toMatchObject({ done: contents.length, active: 0 });
        expect(world.sending).toBe(0);
      },
    ),
    { numRuns: 200 },
  );
});
