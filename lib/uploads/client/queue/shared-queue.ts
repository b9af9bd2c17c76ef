import { v7 as uuidv7 } from "uuid";
import { type FileSource, sourceOf, withSource } from "./file-source";
import type { QueueSnapshot } from "./queue-store";
import { hasEnded } from "./upload-item";
import type { Chosen, UploadQueue } from "./upload-queue";

/** What the pages of one viewer tell one another. */
type Message =
  | { says: "snapshot"; snapshot: QueueSnapshot }
  /** asks the sender for a snapshot */
  | { says: "hello" }
  /** There is a new sender: it does not know what was said before. */
  | { says: "began" }
  | { says: "add"; chosen: (Chosen & { origin: FileSource })[] }
  | { says: "reattach"; id: string; files: readonly File[] }
  /** `others`: which of them fit none */
  | { says: "reattached"; id: string; others: number[] }
  | { says: "open_interrupted" }
  | { says: "do"; what: Command; id?: string | undefined };

const commands = [
  ...(["pause", "resume", "hold", "release", "cancel", "cancelAll"] as const),
  ...(["remove", "retry", "retryAll", "clearFinished", "makeAlbums", "makeNoAlbums"] as const),
];
type Command = (typeof commands)[number];

export interface SharedQueueOptions {
  /** of the viewer's pages, and of no others */
  name: string;
  /** Called once this page is the one that sends. */
  createQueue(): Promise<UploadQueue>;
  /** Asks for what was left in files, where another page sends: only a page that was clicked may ask, and all may read then. */
  askPermission(): Promise<void>;
  locks?: LockManager;
}

const nothing: QueueSnapshot = {
  items: [],
  totals: {
    ...{ files: 0, done: 0, duplicates: 0, failed: 0, active: 0 },
    ...{ sentBytes: 0, totalBytes: 0, bytesPerSecond: 0, secondsLeft: null },
  },
  isPaused: false,
};
const tellIntervalMs = 200;
/** Each costs a look at the disk, and the page waits for it. */
const passedAtOnce = 20;

/**
 * One queue for all pages that a viewer has open: the page that holds the lock sends, the others show what it tells and pass on
 * what is asked of them. When that page is closed, the next one goes on where its journal ends.
 */
export function createSharedQueue({
  name,
  createQueue,
  askPermission,
  locks = navigator.locks,
}: SharedQueueOptions): UploadQueue {
  const channel = new BroadcastChannel(name);
  const listeners = new Set<() => void>();
  const closing = new AbortController();
  /** Files that were chosen here: the next sender may be this page, and they are at hand. */
  const chosenHere = new Map<string, Chosen>();
  /** Asked for here, and not yet answered. */
  const reattaching = new Map<string, { files: readonly File[]; answer(others: File[]): void }>();
  let queue: UploadQueue | null = null;
  let snapshot = nothing;
  /** another page, which this one has heard of */
  let hasSender = false;
  let hasFollowers = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  channel.addEventListener("message", ({ data }: MessageEvent<Message>) => hear(data));
  say({ says: "hello" });
  locks.request(name, { signal: closing.signal }, send).catch((error: unknown) => {
    if (!closing.signal.aborted) throw error;
  });

  /** Holds the lock until the page is closed. */
  async function send(): Promise<void> {
    const made = await createQueue();
    queue = made;
    made.subscribe(() => {
      show(made.getSnapshot());
      if (hasFollowers) timer ??= setTimeout(tell, tellIntervalMs);
    });
    show(made.getSnapshot());
    say({ says: "began" });
    await made.restored;
    made.addAs([...chosenHere.values()]);
    chosenHere.clear();
    for (const { files, answer } of reattaching.values()) answer(await made.reattach(files));
    reattaching.clear();
    await new Promise<void>((resolve) => closing.signal.addEventListener("abort", () => resolve()));
    made.close();
  }

  function tell(): void {
    timer = undefined;
    say({ says: "snapshot", snapshot });
  }

  function hear(message: Message): void {
    if (queue === null) follow(message);
    else lead(queue, message);
  }

  function follow(message: Message): void {
    if (message.says === "snapshot") {
      show(message.snapshot);
      if (!hasSender) pass([...chosenHere.values()]);
      hasSender = true;
    }
    if (message.says === "began") {
      hasSender = true;
      say({ says: "hello" });
      pass([...chosenHere.values()]);
      for (const [id, { files }] of reattaching) say({ says: "reattach", id, files });
    }
    if (message.says === "reattached") {
      const { files, answer } = reattaching.get(message.id) ?? {};
      reattaching.delete(message.id);
      answer?.(files?.filter((_, index) => message.others.includes(index)) ?? []);
    }
  }

  function lead(sender: UploadQueue, message: Message): void {
    hasFollowers = true;
    if (message.says === "hello") tell();
    if (message.says === "add")
      sender.addAs(
        message.chosen.map(({ id, file, origin }) => ({ id, file: withSource(ownFile(file), origin) })),
      );
    if (message.says === "reattach") void answerReattach(sender, message.id, message.files.map(ownFile));
    if (message.says === "open_interrupted") void sender.openInterrupted();
    if (message.says === "do") sender[message.what](message.id ?? "");
  }

  async function answerReattach(sender: UploadQueue, id: string, files: readonly File[]): Promise<void> {
    await sender.restored;
    const others = await sender.reattach(files);
    say({ says: "reattached", id, others: others.map((file) => files.indexOf(file)) });
  }

  function show(next: QueueSnapshot): void {
    snapshot = next;
    for (const { id, state } of next.items) if (hasEnded(state)) chosenHere.delete(id);
    for (const listener of listeners) listener();
  }

  function say(message: Message): void {
    channel.postMessage(message);
  }

  function add(files: Iterable<File>): string[] {
    const chosen = Array.from(files, (file) => ({ id: uuidv7(), file }));
    addAs(chosen);
    return chosen.map(({ id }) => id);
  }

  function addAs(chosen: readonly Chosen[]): void {
    if (queue !== null) {
      queue.addAs(chosen);
      return;
    }
    for (const one of chosen) chosenHere.set(one.id, one);
    if (hasSender) pass(chosen);
  }

  function pass(chosen: readonly Chosen[]): void {
    if (queue !== null || closing.signal.aborted || chosen.length === 0) return;
    const some = chosen.slice(0, passedAtOnce);
    say({ says: "add", chosen: some.map((one) => ({ ...one, origin: sourceOf(one.file) })) });
    setTimeout(() => pass(chosen.slice(passedAtOnce)));
  }

  async function reattach(files: readonly File[]): Promise<File[]> {
    if (queue !== null) return queue.reattach(files);
    return new Promise((answer) => {
      const id = uuidv7();
      reattaching.set(id, { files, answer });
      say({ says: "reattach", id, files });
    });
  }

  async function openInterrupted(): Promise<void> {
    if (queue === null) await askPermission();
    // It may have become the sender meanwhile.
    if (queue === null) say({ says: "open_interrupted" });
    else await queue.openInterrupted();
  }

  const order = (what: Command) => (id?: string) => {
    if (queue !== null) queue[what](id ?? "");
    else say({ says: "do", what, id });
  };

  return {
    ...(Object.fromEntries(commands.map((what) => [what, order(what)])) as Pick<UploadQueue, Command>),
    add,
    addAs,
    restored: Promise.resolve(),
    isSender: () => queue !== null,
    ...{ openInterrupted, reattach },
    close: () => {
      closing.abort();
      channel.close();
      clearTimeout(timer);
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    getSnapshot: () => snapshot,
  };
}

/** Chromium lets no page send the file of another one; it may send what that is made of. */
const ownFile = (file: File): File =>
  new File([file], file.name, { type: file.type, lastModified: file.lastModified });
