import { v7 as uuidv7 } from "uuid";
import { sha256Alone, type WantedDigests } from "@/lib/uploads/contract";
import { BatchedServer } from "../calls/batched-server";
import type { UploadServer } from "../calls/upload-server";
import { type Clock, systemClock } from "../clock";
import type { Preparer } from "../prepare/preparer";
import { browserConnection, type Connection } from "../send/connection";
import { type SendObject, sendObject } from "../send/send-object";
import { type AlbumWish, AlbumWishes } from "./album-wish";
import { Attempts } from "./attempts";
import { type Ending, FileUploader, type UploadTask } from "./file-uploader";
import { Intake } from "./intake";
import { InterruptedUploads } from "./interrupted-uploads";
import { type Journal, noJournal, noProgress, progressOf } from "./journal";
import { QueueStore } from "./queue-store";
import { fileDateOf } from "./source-date";
import { canHold, canRetry, hasEnded, imageOf, type UploadItemState } from "./upload-item";
import type { Chosen, UploadQueue } from "./upload-queue";

export interface PageQueueOptions {
  server: UploadServer;
  preparer: Preparer;
  /** which the store wants beside SHA-256, as it was when the page came */
  digests?: WantedDigests;
  send?: SendObject;
  clock?: Clock;
  random?: () => number;
  connection?: Connection;
  journal?: Journal;
}

/** The browser's half of an upload: takes files, and gets each of them to the bucket or to a reason why not. */
export class PageQueue implements UploadQueue {
  readonly restored: Promise<void>;
  readonly subscribe: UploadQueue["subscribe"];
  readonly getSnapshot: UploadQueue["getSnapshot"];
  readonly #journal: Journal;
  readonly #store: QueueStore;
  readonly #uploader: FileUploader;
  readonly #attempts: Attempts;
  readonly #intake: Intake;
  readonly #albums: AlbumWishes;
  readonly #interrupted: InterruptedUploads;

  constructor({
    server,
    preparer,
    digests = sha256Alone,
    send = sendObject,
    clock = systemClock,
    random = Math.random,
    connection = browserConnection,
    journal = noJournal,
  }: PageQueueOptions) {
    const retryContext = { clock, random, connection };
    const parallelSends = () => this.#uploader.parallelSends;
    const batched = new BatchedServer({ server, retryContext, parallelSends });
    this.#journal = journal;
    this.#store = new QueueStore(clock, journal);
    this.#uploader = new FileUploader({ server: batched, preparer, send, retryContext, digests });
    this.#attempts = new Attempts({ journal, store: this.#store, upload: (task) => this.#upload(task) });
    this.#intake = new Intake({
      clock,
      take: (chosen) => this.#take(chosen),
      onAllTaken: () => this.#albums.forgetAnswers(),
    });
    this.#albums = new AlbumWishes({
      addToAlbum: (goal, imageId, signal) => batched.addToAlbum(goal, imageId, signal),
      findImageId: (id) => this.#findImageId(id),
      note: (id, wish) => this.#noteAlbumWish(id, wish),
    });
    this.#interrupted = new InterruptedUploads({
      journal,
      onInterrupted: ({ id, name, bytes, albumWish }, needs) => {
        if (this.#store.get(id) === undefined)
          this.#store.add({ id, name, bytes, albumWish, state: { status: "interrupted", needs } });
        else this.#store.setState(id, { status: "interrupted", needs });
      },
      onFile: (upload, file) => {
        this.#store.setState(upload.id, { status: "waiting" });
        this.#attempts.start(upload.id, file, progressOf(upload));
      },
    });
    this.subscribe = this.#store.subscribe;
    this.getSnapshot = this.#store.getSnapshot;
    this.restored = this.#interrupted.restore();
  }

  isSender(): boolean {
    return true;
  }

  add(files: Iterable<File>): string[] {
    const chosen = Array.from(files, (file) => ({ id: uuidv7(), file }));
    this.addAs(chosen);
    return chosen.map(({ id }) => id);
  }

  addAs(chosen: readonly Chosen[]): void {
    if (this.#store.isPaused && !this.#store.isActive()) this.resume();
    this.#intake.add(chosen);
  }

  openInterrupted(): Promise<void> {
    return this.#interrupted.openAll();
  }

  reattach(files: readonly File[]): Promise<File[]> {
    return this.#interrupted.reattach(files);
  }

  pause(): void {
    this.#uploader.pause();
    this.#store.setPaused(true);
  }

  resume(): void {
    this.#uploader.resume();
    this.#store.setPaused(false);
  }

  hold(id: string): void {
    const state = this.#stateOf(id);
    if (state === undefined || !canHold(state)) return;
    this.#attempts.abort(id);
    this.#store.setState(id, { status: "held" });
  }

  release(id: string): void {
    if (this.#stateOf(id)?.status === "held") this.#attempts.startAgain(id);
  }

  /** A confirm that is under way cannot be called back: what it says is shown when it is known. */
  cancel(id: string): void {
    const state = this.#stateOf(id);
    if (state === undefined || hasEnded(state)) return;
    this.#attempts.abort(id);
    this.#interrupted.forget(id);
    if (state.status !== "confirming") this.#attempts.end(id, { status: "cancelled" });
  }

  cancelAll(): void {
    this.#intake.clear();
    for (const { id } of [...this.#store.items()]) this.cancel(id);
  }

  findThumb(id: string): Blob | null {
    return this.#attempts.findThumb(id);
  }

  remove(id: string): void {
    const state = this.#stateOf(id);
    if (state === undefined || !hasEnded(state)) return;
    this.#store.remove(id);
    this.#attempts.forget(id);
    this.#journal.forget(id);
  }

  clearFinished(): void {
    for (const { id } of [...this.#store.items()]) this.remove(id);
  }

  retry(id: string): void {
    const state = this.#stateOf(id);
    if (state !== undefined && canRetry(state)) this.#attempts.startAgain(id);
  }

  retryAll(): void {
    for (const { id, state } of [...this.#store.items()]) if (state.status === "failed") this.retry(id);
  }

  makeAlbums(): void {
    this.#albums.answer(this.#store.items(), true, { holdsForWaiting: this.#intake.isTaking });
  }

  makeNoAlbums(): void {
    this.#albums.answer(this.#store.items(), false, { holdsForWaiting: this.#intake.isTaking });
  }

  close(): void {
    this.#intake.clear();
    this.#attempts.close();
  }

  #stateOf(id: string): UploadItemState | undefined {
    return this.#store.get(id)?.state;
  }

  #findImageId(id: string): string | null {
    const state = this.#stateOf(id);
    return state === undefined ? null : (imageOf(state)?.id ?? null);
  }

  #take({ id, file }: Chosen): void {
    this.#interrupted.give(id, file);
    if (this.#store.get(id) !== undefined) return;
    const { name, size: bytes } = file;
    const albumWish = this.#albums.wishFor(file);
    const progress = { ...noProgress, fileDate: fileDateOf(file), albumWish };
    this.#journal.add(id, file, progress);
    this.#store.add({ id, name, bytes, albumWish, state: { status: "waiting" } });
    this.#attempts.start(id, file, progress);
  }

  #noteAlbumWish(id: string, albumWish: AlbumWish): void {
    this.#store.setAlbumWish(id, albumWish);
    this.#interrupted.note(id, { albumWish });
    this.#attempts.note(id, { albumWish });
  }

  async #upload(task: UploadTask): Promise<Ending> {
    const ending = await this.#uploader.upload(task);
    await this.#albums.fulfil(task.progress.albumWish, ending.image.id, task.signal);
    return ending;
  }
}
