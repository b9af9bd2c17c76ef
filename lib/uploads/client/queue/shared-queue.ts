import { v7 as uuidv7 } from "uuid";
import { sourceOf, withSource } from "./file-source";
import type { Command, Message } from "./page-messages";
import type { QueueSnapshot } from "./queue-store";
import { hasEnded } from "./upload-item";
import type { Chosen, UploadQueue } from "./upload-queue";

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
    files: 0,
    done: 0,
    duplicates: 0,
    failed: 0,
    active: 0,
    sentBytes: 0,
    totalBytes: 0,
    bytesPerSecond: 0,
    secondsLeft: null,
  },
  isPaused: false,
  isLasting: true,
};
const snapshotIntervalMs = 200;
/** Each costs a look at the disk, and the page waits for it. */
const maxPassedAtOnce = 20;

/**
 * One queue for all pages that a viewer has open: the page that holds the lock sends, the others show what it tells and pass on
 * what is asked of them. When that page is closed, the next one goes on where its journal ends. See "Several pages" in
 * lib/uploads/README.md.
 */
export class SharedQueue implements UploadQueue {
  readonly restored: Promise<void>;
  readonly #channel: BroadcastChannel;
  readonly #listeners = new Set<() => void>();
  readonly #closing = new AbortController();
  /** Files that were chosen here: the next sender may be this page, and they are at hand. */
  readonly #chosenHere = new Map<string, Chosen>();
  /** Asked for here, and not yet answered. */
  readonly #reattaching = new Map<string, { files: readonly File[]; answer(others: File[]): void }>();
  /** of this page, once it is the one that sends */
  #queue: UploadQueue | null = null;
  #snapshot = nothing;
  /** another page, which this one has heard of */
  #hasSender = false;
  #hasFollowers = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #setRestored = () => {};

  constructor(private readonly options: SharedQueueOptions) {
    const { name, locks = navigator.locks } = options;
    const { signal } = this.#closing;
    this.restored = new Promise((resolve) => {
      this.#setRestored = resolve;
    });
    this.#channel = new BroadcastChannel(name);
    this.#channel.addEventListener("message", ({ data }: MessageEvent<Message>) => this.#hear(data));
    this.#say({ type: "hello" });
    locks
      .request(name, { signal }, () => this.#send())
      .catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  getSnapshot = (): QueueSnapshot => this.#snapshot;

  isSender(): boolean {
    return this.#queue !== null;
  }

  add(files: Iterable<File>): string[] {
    const chosen = Array.from(files, (file) => ({ id: uuidv7(), file }));
    this.addAs(chosen);
    return chosen.map(({ id }) => id);
  }

  addAs(chosen: readonly Chosen[]): void {
    if (this.#queue !== null) {
      this.#queue.addAs(chosen);
      return;
    }
    for (const one of chosen) this.#chosenHere.set(one.id, one);
    if (this.#hasSender) this.#pass(chosen);
  }

  async reattach(files: readonly File[]): Promise<File[]> {
    if (this.#queue !== null) return this.#queue.reattach(files);
    return new Promise((answer) => {
      const id = uuidv7();
      this.#reattaching.set(id, { files, answer });
      this.#say({ type: "reattach", id, files });
    });
  }

  async openInterrupted(): Promise<void> {
    if (this.#queue === null) await this.options.askPermission();
    // It may have become the sender meanwhile.
    if (this.#queue === null) this.#say({ type: "open_interrupted" });
    else await this.#queue.openInterrupted();
  }

  pause = () => this.#order("pause");
  resume = () => this.#order("resume");
  hold = (id: string) => this.#order("hold", id);
  release = (id: string) => this.#order("release", id);
  cancel = (id: string) => this.#order("cancel", id);
  cancelAll = () => this.#order("cancelAll");
  remove = (id: string) => this.#order("remove", id);
  retry = (id: string) => this.#order("retry", id);
  retryAll = () => this.#order("retryAll");
  clearFinished = () => this.#order("clearFinished");
  makeAlbums = () => this.#order("makeAlbums");
  makeNoAlbums = () => this.#order("makeNoAlbums");

  findThumb(id: string): Blob | null {
    return this.#queue?.findThumb(id) ?? null;
  }

  close(): void {
    this.#closing.abort();
    this.#channel.close();
    clearTimeout(this.#timer);
  }

  #order(command: Command, id = ""): void {
    if (this.#queue !== null) this.#queue[command](id);
    else this.#say({ type: "command", command, id });
  }

  /** Holds the lock until the page is closed. */
  async #send(): Promise<void> {
    const queue = await this.options.createQueue();
    const { signal } = this.#closing;
    this.#queue = queue;
    queue.subscribe(() => {
      this.#show(queue.getSnapshot());
      if (this.#hasFollowers) this.#timer ??= setTimeout(() => this.#tellSnapshot(), snapshotIntervalMs);
    });
    this.#show(queue.getSnapshot());
    this.#say({ type: "began" });
    await queue.restored;
    this.#show(queue.getSnapshot());
    this.#setRestored();
    queue.addAs([...this.#chosenHere.values()]);
    this.#chosenHere.clear();
    for (const { files, answer } of this.#reattaching.values()) answer(await queue.reattach(files));
    this.#reattaching.clear();
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    queue.close();
  }

  #hear(message: Message): void {
    if (this.#queue === null) this.#follow(message);
    else this.#lead(this.#queue, message);
  }

  #follow(message: Message): void {
    if (message.type === "snapshot") {
      this.#show(message.snapshot);
      this.#setRestored();
      if (!this.#hasSender) this.#pass([...this.#chosenHere.values()]);
      this.#hasSender = true;
    }
    if (message.type === "began") {
      this.#hasSender = true;
      this.#say({ type: "hello" });
      this.#pass([...this.#chosenHere.values()]);
      for (const [id, { files }] of this.#reattaching) this.#say({ type: "reattach", id, files });
    }
    if (message.type === "reattached") {
      const { files, answer } = this.#reattaching.get(message.id) ?? {};
      this.#reattaching.delete(message.id);
      answer?.(files?.filter((_, index) => message.others.includes(index)) ?? []);
    }
  }

  #lead(queue: UploadQueue, message: Message): void {
    this.#hasFollowers = true;
    if (message.type === "hello") this.#tellSnapshot();
    if (message.type === "add")
      queue.addAs(
        message.chosen.map(({ id, file, source }) => ({ id, file: withSource(ownFile(file), source) })),
      );
    if (message.type === "reattach") void this.#answerReattach(queue, message.id, message.files.map(ownFile));
    if (message.type === "open_interrupted") void queue.openInterrupted();
    if (message.type === "command") queue[message.command](message.id);
  }

  async #answerReattach(queue: UploadQueue, id: string, files: readonly File[]): Promise<void> {
    await queue.restored;
    const others = await queue.reattach(files);
    this.#say({ type: "reattached", id, others: others.map((file) => files.indexOf(file)) });
  }

  #show(snapshot: QueueSnapshot): void {
    this.#snapshot = snapshot;
    for (const { id, state } of snapshot.items) if (hasEnded(state)) this.#chosenHere.delete(id);
    for (const listener of this.#listeners) listener();
  }

  #tellSnapshot(): void {
    this.#timer = undefined;
    this.#say({ type: "snapshot", snapshot: this.#snapshot });
  }

  #say(message: Message): void {
    this.#channel.postMessage(message);
  }

  #pass(chosen: readonly Chosen[]): void {
    if (this.#queue !== null || this.#closing.signal.aborted || chosen.length === 0) return;
    const some = chosen.slice(0, maxPassedAtOnce);
    this.#say({ type: "add", chosen: some.map((one) => ({ ...one, source: sourceOf(one.file) })) });
    setTimeout(() => this.#pass(chosen.slice(maxPassedAtOnce)));
  }
}

/** Chromium lets no page send the file of another one; it may send what that is made of. */
const ownFile = (file: File): File =>
  new File([file], file.name, { type: file.type, lastModified: file.lastModified });
