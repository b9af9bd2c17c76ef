import { v7 as uuidv7 } from "uuid";
import { AppError } from "@/lib/errors";
import { BatchedServer } from "../calls/batched-server";
import type { UploadServer } from "../calls/upload-server";
import { type Clock, systemClock } from "../clock";
import { messages } from "../messages";
import type { Preparer } from "../prepare/preparer";
import { browserConnection, type Connection } from "../send/connection";
import { type SendObject, sendObject } from "../send/send-object";
import { type AlbumWish, AlbumWishes } from "./album-wish";
import { type Ending, FileUploader, pageClosed, type UploadTask } from "./file-uploader";
import { InterruptedUploads } from "./interrupted-uploads";
import { type Journal, noJournal, noProgress, type Progress, progressOf } from "./journal";
import { type QueueSnapshot, QueueStore } from "./queue-store";
import { canHold, canRetry, failed, hasEnded, imageOf, type UploadItemState } from "./upload-item";

export interface UploadQueueOptions {
  server: UploadServer;
  preparer: Preparer;
  send?: SendObject;
  clock?: Clock;
  random?: () => number;
  connection?: Connection;
  journal?: Journal;
}

export interface Chosen {
  /** of the item that it becomes */
  id: string;
  file: File;
}

export interface UploadQueue {
  /** Takes the files in slices, so that thousands do not stop the page; returns the ids in their order. */
  add(files: Iterable<File>): string[];
  /** The same under ids that were given before; what is there already only gets its file, where it lacks that. */
  addAs(chosen: readonly Chosen[]): void;
  /** Resolves once it has seen what an earlier page left. */
  restored: Promise<void>;
  /** Whether it is this page that sends: closing it would stop that. */
  isSender(): boolean;
  /** What an earlier page left and only waits for permission. To be called by a click. */
  openInterrupted(): Promise<void>;
  /** Files for what an earlier page left: by their content, or their name where that was not known. Returns what fits none. */
  reattach(files: readonly File[]): Promise<File[]>;
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
  /** Puts the pictures of folders into albums of their names. */
  makeAlbums(): void;
  makeNoAlbums(): void;
  /** Ends the work of this page; what has not ended stays for a later one. */
  close(): void;
  subscribe(listener: () => void): () => void;
  getSnapshot(): QueueSnapshot;
}

/** Asked for its size the first time, the browser looks at the disk and lets the page wait: a millisecond or more for each file. */
const takenAtOnce = 10;
const takenWithinMs = 10;

/** A file and its present try. Whoever holds an older try's controller has nothing to say any more. */
interface Entry {
  file: File;
  progress: Progress;
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
  journal = noJournal,
}: UploadQueueOptions): UploadQueue {
  const store = new QueueStore(clock);
  const retryContext = { clock, random, connection };
  const batched: BatchedServer = new BatchedServer({
    server,
    retryContext,
    parallelSends: () => uploader.parallelSends,
  });
  const uploader = new FileUploader({ server: batched, preparer, send, retryContext });
  const entries = new Map<string, Entry>();
  let untaken: Chosen[] = [];
  const albums = new AlbumWishes({
    addToAlbum: (name, imageId, signal) => batched.addToAlbum(name, imageId, signal),
    findImageId: (id) => {
      const item = store.get(id);
      return item === undefined ? null : (imageOf(item.state)?.id ?? null);
    },
    note: noteAlbumWish,
  });
  const interrupted = new InterruptedUploads({
    journal,
    onInterrupted: ({ id, name, bytes, albumWish }, needs) => {
      if (store.get(id) === undefined)
        store.add({ id, name, bytes, albumWish, state: { status: "interrupted", needs } });
      else store.setState(id, { status: "interrupted", needs });
    },
    onFile: (upload, file) => {
      const { id } = upload;
      store.setState(id, { status: "waiting" });
      start(id, { file, progress: progressOf(upload), controller: new AbortController() });
    },
  });
  const restored = interrupted.restore();

  function add(files: Iterable<File>): string[] {
    const chosen = Array.from(files, (file) => ({ id: uuidv7(), file }));
    addAs(chosen);
    return chosen.map(({ id }) => id);
  }

  function addAs(chosen: readonly Chosen[]): void {
    if (store.isPaused && !store.isActive()) resume();
    const isTaking = untaken.length > 0;
    untaken = untaken.concat(chosen);
    if (!isTaking) takeSome();
  }

  function takeSome(): void {
    const beganMs = clock.now();
    for (let n = 0; n < takenAtOnce && clock.now() - beganMs < takenWithinMs; n += 1) {
      const next = untaken.shift();
      if (next === undefined) break;
      take(next);
    }
    if (untaken.length > 0) clock.setTimeout(takeSome, 0);
    else albums.forgetAnswers();
  }

  function take({ id, file }: Chosen): void {
    interrupted.give(id, file);
    if (store.get(id) !== undefined) return;
    const albumWish = albums.wishFor(file);
    const progress = { ...noProgress, albumWish };
    journal.add(id, file, progress);
    store.add({ id, name: file.name, bytes: file.size, albumWish, state: { status: "waiting" } });
    start(id, { file, progress, controller: new AbortController() });
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
      get progress() {
        return entry.progress;
      },
      note: (progress) => {
        entry.progress = progress;
        if (!signal.aborted) journal.note(id, progress);
      },
      show: (state) => {
        if (!signal.aborted) store.setState(id, state);
      },
    };
    const ending = await endingOf(upload(task), signal);
    if (entries.get(id) !== entry || store.get(id)?.state.status === "held") return;
    if (signal.reason === pageClosed) return;
    // Of thousands, each file and its signal would be kept as long as its row.
    if (imageOf(ending) !== null) entries.delete(id);
    end(id, ending);
  }

  async function upload(task: UploadTask): Promise<Ending> {
    const ending = await uploader.upload(task);
    await albums.fulfil(task.progress.albumWish, ending.image.id, task.signal);
    return ending;
  }

  function end(id: string, ending: UploadItemState): void {
    store.setState(id, ending);
    // What failed and may yet succeed is worth another try, in a later page too.
    if (ending.status !== "failed" || !ending.canRetry) journal.forget(id);
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
    interrupted.forget(id);
    if (state.status !== "confirming") end(id, { status: "cancelled" });
  }

  function cancelAll(): void {
    untaken = [];
    for (const { id } of [...store.items()]) cancel(id);
  }

  function retry(id: string): void {
    const state = store.get(id)?.state;
    if (state !== undefined && canRetry(state)) startAgain(id);
  }

  function startAgain(id: string): void {
    const entry = entries.get(id);
    if (entry === undefined) return;
    if (store.get(id)?.state.status === "cancelled") journal.add(id, entry.file, entry.progress);
    store.setState(id, { status: "waiting" });
    start(id, { ...entry, controller: new AbortController() });
  }

  function retryAll(): void {
    for (const { id, state } of [...store.items()]) if (state.status === "failed") retry(id);
  }

  function answerAlbumOffers(isWanted: boolean): void {
    albums.answer(store.items(), isWanted, { holdsForWaiting: untaken.length > 0 });
  }

  function noteAlbumWish(id: string, albumWish: AlbumWish): void {
    store.setAlbumWish(id, albumWish);
    interrupted.note(id, { albumWish });
    const entry = entries.get(id);
    if (entry === undefined) return;
    entry.progress = { ...entry.progress, albumWish };
    journal.note(id, entry.progress);
  }

  function clearFinished(): void {
    for (const { id } of [...store.items()]) remove(id);
  }

  function remove(id: string): void {
    const state = store.get(id)?.state;
    if (state === undefined || !hasEnded(state)) return;
    store.remove(id);
    entries.delete(id);
    journal.forget(id);
  }

  function close(): void {
    untaken = [];
    for (const { controller } of entries.values()) controller.abort(pageClosed);
  }

  const { subscribe, getSnapshot } = store;
  return {
    ...{ restored, isSender: () => true, close, subscribe, getSnapshot },
    ...{
      openInterrupted: () => interrupted.openAll(),
      reattach: (files: readonly File[]) => interrupted.reattach(files),
    },
    ...{ add, addAs, pause, resume, hold, release },
    ...{ cancel, cancelAll, retry, retryAll, remove, clearFinished },
    ...{ makeAlbums: () => answerAlbumOffers(true), makeNoAlbums: () => answerAlbumOffers(false) },
  };
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
