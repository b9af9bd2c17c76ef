import { AppError } from "@/lib/errors";
import { type Clock, systemClock } from "./clock";
import { browserConnection, type Connection } from "./connection";
import { FileUploader, type UploadTask } from "./file-uploader";
import { messages } from "./messages";
import type { Preparer } from "./prepare";
import { type QueueSnapshot, QueueStore } from "./queue-store";
import { type SendObject, sendObject } from "./send-object";
import { canHold, failed, hasEnded, type UploadItemState } from "./upload-item";
import type { UploadServer } from "./upload-server";

export interface UploadQueueOptions {
  server: UploadServer;
  preparer: Preparer;
  send?: SendObject;
  clock?: Clock;
  random?: () => number;
  connection?: Connection;
}

export interface UploadQueue {
  /** Starts at once; returns the ids in the order of the files. */
  add(files: Iterable<File>): string[];
  /** What is under way is finished; nothing else begins until `resume`, or until all has ended and more is added. */
  pause(): void;
  resume(): void;
  /** Holds one file back that is not yet being sent, until `release`. */
  hold(id: string): void;
  release(id: string): void;
  cancel(id: string): void;
  cancelAll(): void;
  /** Takes one that has ended off the list. */
  remove(id: string): void;
  /** For what failed and may yet succeed, and for what was cancelled. */
  retry(id: string): void;
  /** Everything that failed and may yet succeed. */
  retryAll(): void;
  /** Takes what has ended off the list. */
  clearFinished(): void;
  subscribe(listener: () => void): () => void;
  getSnapshot(): QueueSnapshot;
}

/** A file and its present try. Whoever holds an older try's controller has nothing to say any more. */
interface Entry {
  file: File;
  arrivedAs: string | null;
  controller: AbortController;
}

/** The browser's half of an upload: takes files, and gets each of them to the bucket or to a reason why not. */
export function createUploadQueue({
  server,
  preparer,
  send = sendObject,
  clock = systemClock,
  random = Math.random,
  connection = browserConnection,
}: UploadQueueOptions): UploadQueue {
  const store = new QueueStore(clock);
  const uploader = new FileUploader({ server, preparer, send, patience: { clock, random, connection } });
  const entries = new Map<string, Entry>();
  let lastId = 0;

  function add(files: Iterable<File>): string[] {
    if (store.isPaused && !store.isActive()) resume();
    return Array.from(files, (file) => {
      lastId += 1;
      const id = `upload-${lastId}`;
      store.add({ id, name: file.name, bytes: file.size, state: { status: "waiting" } });
      start(id, { file, arrivedAs: null, controller: new AbortController() });
      return id;
    });
  }

  function pause(): void {
    uploader.pause();
    store.setPaused(true);
  }

  function resume(): void {
    uploader.resume();
    store.setPaused(false);
  }

  function start(id: string, entry: Entry): void {
    entries.set(id, entry);
    void run(id, entry);
  }

  async function run(id: string, entry: Entry): Promise<void> {
    const { signal } = entry.controller;
    const task: UploadTask = {
      file: entry.file,
      signal,
      arrivedAs: entry.arrivedAs,
      show: (state) => {
        if (!signal.aborted) store.setState(id, state);
      },
    };
    const ending = await endingOf(uploader.upload(task), signal);
    entry.arrivedAs = task.arrivedAs;
    if (entries.get(id) !== entry || store.get(id)?.state.status === "held") return;
    store.setState(id, ending);
  }

  function hold(id: string): void {
    const state = store.get(id)?.state;
    if (state === undefined || !canHold(state)) return;
    entries.get(id)?.controller.abort();
    store.setState(id, { status: "held" });
  }

  function release(id: string): void {
    if (store.get(id)?.state.status === "held") startAgain(id);
  }

  /** A confirm that is under way cannot be called back: what it says is shown when it is known. */
  function cancel(id: string): void {
    const state = store.get(id)?.state;
    if (state === undefined || hasEnded(state)) return;
    entries.get(id)?.controller.abort();
    if (state.status !== "confirming") store.setState(id, { status: "cancelled" });
  }

  function cancelAll(): void {
    for (const { id } of [...store.items()]) cancel(id);
  }

  function retry(id: string): void {
    const state = store.get(id)?.state;
    if (state !== undefined && canRetry(state)) startAgain(id);
  }

  function startAgain(id: string): void {
    const entry = entries.get(id);
    if (entry === undefined) return;
    store.setState(id, { status: "waiting" });
    start(id, { ...entry, controller: new AbortController() });
  }

  function retryAll(): void {
    for (const { id, state } of [...store.items()]) if (state.status === "failed") retry(id);
  }

  function clearFinished(): void {
    for (const { id } of [...store.items()]) remove(id);
  }

  function remove(id: string): void {
    const state = store.get(id)?.state;
    if (state === undefined || !hasEnded(state)) return;
    store.remove(id);
    entries.delete(id);
  }

  const { subscribe, getSnapshot } = store;
  return {
    ...{ add, pause, resume, hold, release, cancel, cancelAll, retry, retryAll, remove, clearFinished },
    ...{ subscribe, getSnapshot },
  };
}

function canRetry(state: UploadItemState): boolean {
  return state.status === "cancelled" || (state.status === "failed" && state.canRetry);
}

/** What a file came to. Nothing that is thrown gets lost: at worst the file failed for an unknown reason. */
async function endingOf(upload: Promise<UploadItemState>, signal: AbortSignal): Promise<UploadItemState> {
  try {
    return await upload;
  } catch (error) {
    if (signal.aborted) return { status: "cancelled" };
    if (error instanceof AppError) return failed(error.toFailure());
    console.error("an upload failed unexpectedly", error);
    return failed(messages.unexpected);
  }
}
