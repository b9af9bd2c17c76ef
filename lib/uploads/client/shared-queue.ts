import { v7 as uuidv7 } from "uuid";
import { type Origin, originOf, withOrigin } from "./origin";
import type { QueueSnapshot } from "./queue-store";
import { hasEnded } from "./upload-item";
import type { Chosen, UploadQueue } from "./upload-queue";

/** What the pages of one viewer tell one another. */
type Message =
  | { says: "snapshot"; snapshot: QueueSnapshot }
  /** asks the sender for a snapshot */
  | { says: "hello" }
  | { says: "add"; chosen: (Chosen & { origin: Origin })[] }
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

/**
 * One queue for all pages that a viewer has open: the page that holds the lock sends, the others show what it tells and pass on
 * what is asked of them. When that page is closed, the next one goes on where its journal ends.
 */
export function createSharedQueue({
  name,
  createQueue,
  locks = navigator.locks,
}: SharedQueueOptions): UploadQueue {
  const channel = new BroadcastChannel(name);
  const listeners = new Set<() => void>();
  const closing = new AbortController();
  /** Files that were chosen here: the next sender may be this page, and they are at hand. */
  const chosenHere = new Map<string, Chosen>();
  let queue: UploadQueue | null = null;
  let snapshot = nothing;
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
    await made.restored;
    made.addAs([...chosenHere.values()]);
    chosenHere.clear();
    await new Promise<void>((resolve) => closing.signal.addEventListener("abort", () => resolve()));
    made.close();
  }

  function tell(): void {
    timer = undefined;
    say({ says: "snapshot", snapshot });
  }

  function hear(message: Message): void {
    if (message.says === "snapshot") {
      if (queue === null) show(message.snapshot);
    } else if (queue !== null) {
      hasFollowers = true;
      if (message.says === "hello") tell();
      if (message.says === "add")
        queue.addAs(message.chosen.map(({ id, file, origin }) => ({ id, file: withOrigin(file, origin) })));
      if (message.says === "do") queue[message.what](message.id ?? "");
    }
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
    say({ says: "add", chosen: chosen.map((one) => ({ ...one, origin: originOf(one.file) })) });
  }

  const pass = (what: Command) => (id?: string) => {
    if (queue !== null) queue[what](id ?? "");
    else say({ says: "do", what, id });
  };

  return {
    ...(Object.fromEntries(commands.map((what) => [what, pass(what)])) as Pick<UploadQueue, Command>),
    add,
    addAs,
    restored: Promise.resolve(),
    isSender: () => queue !== null,
    openLeft: async () => queue?.openLeft(),
    rejoin: async (files) => {
      if (queue !== null) return queue.rejoin(files);
      add(files);
      return [];
    },
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
