import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SimulatedClock } from "@/lib/testing/simulated-clock";
import { SimulatedJournal } from "@/lib/testing/simulated-journal";
import { SimulatedWorld } from "@/lib/testing/simulated-world";
import { addOrGoOn } from "./add-or-go-on";
import type { InterruptedUpload } from "./journal";
import { SharedQueue } from "./shared-queue";
import type { UploadQueue } from "./upload-queue";

/** The beginnings of simulated files are their hashes, as they are for `reattach`. */
vi.mock("../prepare/digests", () => ({ sha256: (blob: Blob) => blob.slice(0, 100).text() }));

let clock: SimulatedClock;
let world: SimulatedWorld;
let journal: SimulatedJournal;
let locks: SimulatedLocks;
let pages: UploadQueue[];
/** The pages that have asked for permission; it is given, for all of them. */
let asked: string[];
let asksPermission: boolean;
let opensInMs: number;

beforeEach(() => {
  vi.stubGlobal("BroadcastChannel", SimulatedChannel);
  clock = new SimulatedClock();
  world = new SimulatedWorld(clock);
  locks = new SimulatedLocks();
  pages = [];
  asked = [];
  asksPermission = false;
  opensInMs = 0;
  journal = new SimulatedJournal(() => false);
});
afterEach(() => {
  for (const page of pages) page.close();
  vi.unstubAllGlobals();
});

function openPage(name: string): UploadQueue {
  const createQueue = async () => {
    await sleep(opensInMs);
    return world.openQueue({
      journal: {
        isLasting: true,
        add: journal.add,
        note: journal.note,
        forget: journal.forget,
        readInterrupted: async () => (await journal.readInterrupted()).map(interruptedOf),
      },
    });
  };
  const askPermission = async () => {
    asked.push(name);
  };
  const page = new SharedQueue({ name: "test", createQueue, askPermission, locks });
  pages.push(page);
  return page;
}

/** Files that ask for permission cannot be read before some page has asked. */
const interruptedOf = (upload: InterruptedUpload): InterruptedUpload => ({
  ...upload,
  ...(asksPermission && {
    asksPermission,
    open: async () => (asked.length > 0 ? (journal.rows.get(upload.id)?.file ?? null) : null),
  }),
});

/** A page begins to send these and is closed. */
async function leave(files: File[]): Promise<void> {
  const page = openPage("earlier");
  await vi.waitFor(() => expect(page.isSender()).toBe(true));
  page.add(files);
  await clock.advance(150);
  page.close();
  await clock.advance(0);
}

const file = (content: string) => new File([content.padEnd(1000)], `${content}.jpg`, { lastModified: 1 });
const statuses = (page: UploadQueue) => page.getSnapshot().items.map(({ state }) => state.status);

/** Until the page shows this: what pages tell one another takes its time. */
const shows = (page: UploadQueue, wanted: string[]) =>
  vi.waitFor(async () => {
    await clock.advance(10_000);
    expect(statuses(page)).toEqual(wanted);
  });

it("a page without another one beside it passes its files to nobody", async () => {
  const heard = vi.fn();
  new SimulatedChannel("test").addEventListener("message", heard);
  opensInMs = 20;
  const page = openPage("only");
  page.add([file("one"), file("two")]);
  await shows(page, ["ready", "ready"]);
  const said = heard.mock.calls.map(([event]) => event.data.type);
  expect(said).toContain("hello");
  expect(said).not.toContain("add");
});

describe("a page that does not send", () => {
  it("passes many files on, in slices", async () => {
    openPage("sender");
    const other = openPage("other");
    const files = Array.from({ length: 50 }, (_, n) => file(`picture ${n}`));
    other.add(files);
    await shows(
      other,
      files.map(() => "ready"),
    );
    expect(world.images.size).toBe(50);
  });

  it("reattaches files with what was left, and is told which fit none", async () => {
    await leave([file("one"), file("two")]);
    openPage("sender");
    const other = openPage("other");
    await shows(other, ["interrupted", "interrupted"]);
    const stranger = file("stranger");
    const others = other.reattach([file("one"), stranger, file("two")]);
    await shows(other, ["ready", "ready"]);
    expect(await others).toEqual([stranger]);
    expect(world.images.size).toBe(2);
  });

  it("has what was left go on by whichever button its files are chosen again, and adds the others", async () => {
    await leave([file("one"), file("two")]);
    opensInMs = 20;
    openPage("sender");
    const other = openPage("other");
    // Before anything is known of what was left.
    const added = addOrGoOn(other, [file("one"), file("stranger"), file("two")]);
    await shows(other, ["ready", "ready", "ready"]);
    await added;
    expect(world.images.size).toBe(3);
    expect(journal.rows.size).toBe(0);
  });

  it("asks for permission itself, and the page that sends goes on", async () => {
    asksPermission = true;
    await leave([file("one"), file("two")]);
    const sender = openPage("sender");
    const other = openPage("other");
    await shows(other, ["interrupted", "interrupted"]);
    await other.openInterrupted();
    await shows(other, ["ready", "ready"]);
    expect(asked).toEqual(["other"]);
    expect(sender.isSender()).toBe(true);
  });

  it("is answered by the next one where the page that sends is closed before", async () => {
    await leave([file("one")]);
    const sender = openPage("sender");
    openPage("next");
    const other = openPage("other");
    await shows(other, ["interrupted"]);
    sender.close();
    const others = other.reattach([file("one"), file("stranger")]);
    await shows(other, ["ready"]);
    expect((await others).map(({ name }) => name)).toEqual(["stranger.jpg"]);
  });

  it("answers itself where it becomes the one that sends", async () => {
    await leave([file("one")]);
    const sender = openPage("sender");
    const other = openPage("other");
    await shows(other, ["interrupted"]);
    sender.close();
    const others = other.reattach([file("one"), file("stranger")]);
    await shows(other, ["ready"]);
    expect((await others).map(({ name }) => name)).toEqual(["stranger.jpg"]);
  });

  it("has what was added while nobody sent sent by the next one", async () => {
    const sender = openPage("sender");
    const next = openPage("next");
    const other = openPage("other");
    await vi.waitFor(() => expect(sender.isSender()).toBe(true));
    opensInMs = 50;
    sender.close();
    other.add([file("one")]);
    await shows(other, ["ready"]);
    expect(next.isSender()).toBe(true);
    expect(world.images.size).toBe(1);
  });

  it("shows what the next one sends though it has nothing to say", async () => {
    journal = new SimulatedJournal();
    const sender = openPage("sender");
    openPage("next");
    const other = openPage("other");
    await vi.waitFor(() => expect(sender.isSender()).toBe(true));
    sender.add([file("one")]);
    await vi.waitFor(() => expect(statuses(other)).not.toEqual([]));
    sender.close();
    await shows(other, ["ready"]);
  });
});

it("leaves the asking to the files where it sends itself", async () => {
  asksPermission = true;
  await leave([file("one")]);
  const sender = openPage("sender");
  await shows(sender, ["interrupted"]);
  await sender.openInterrupted();
  expect(asked).toEqual([]);
  expect(sender.getSnapshot().items[0]?.state).toEqual({ status: "interrupted", needs: "file" });
});

/** One holder of a name at a time, in the order in which they asked. */
class SimulatedLocks implements LockManager {
  #last: Promise<unknown> = Promise.resolve();

  request<T>(_name: string, ...given: unknown[]): Promise<Awaited<T>> {
    const [{ signal }, work] = given as [LockOptions, () => T];
    const before = this.#last;
    const held = (async () => {
      await before;
      signal?.throwIfAborted();
      return await work();
    })();
    this.#last = held.catch(() => undefined);
    return held as Promise<Awaited<T>>;
  }

  query(): Promise<LockManagerSnapshot> {
    throw new Error("nobody asks");
  }
}

/** Node's own makes a Blob of a File. */
class SimulatedChannel extends EventTarget {
  static readonly all = new Set<SimulatedChannel>();

  constructor(readonly name: string) {
    super();
    SimulatedChannel.all.add(this);
  }

  postMessage(data: unknown): void {
    const others = [...SimulatedChannel.all].filter((other) => other !== this && other.name === this.name);
    setImmediate(() => {
      for (const other of others)
        if (SimulatedChannel.all.has(other)) other.dispatchEvent(new MessageEvent("message", { data }));
    });
  }

  close(): void {
    SimulatedChannel.all.delete(this);
  }
}
