import { AppError } from "@/lib/errors";
import type { GalleryImage } from "@/lib/images/contract";
import { type ConfirmOutcome, objectKinds } from "@/lib/uploads/contract";
import { Claims, unlessAborted } from "./claims";
import { Gate } from "./gate";
import { type Progress, withoutUpload } from "./journal";
import { messages } from "./messages";
import { Parallelism } from "./parallelism";
import { Preparation, type Prepared } from "./preparation";
import type { Preparer } from "./prepare";
import { type PreparedImage, toOffer, wireBytes } from "./prepared-image";
import { type Patience, retrying, type Wait } from "./retry";
import type { SendObject } from "./send-object";
import { type Grant, sendUpload } from "./send-upload";
import { ServerDesk } from "./server-desk";
import type { UploadItemState } from "./upload-item";
import type { UploadServer } from "./upload-server";

/** One file on its way. */
export interface UploadTask {
  file: File;
  signal: AbortSignal;
  show(state: UploadItemState): void;
  /** How far it is: as it was noted last, perhaps in an earlier try or page. */
  readonly progress: Progress;
  /** Notes how far it is now. */
  note(progress: Progress): void;
}

/** Why a task is aborted whose upload is to go on in a later page. */
export const pageClosed = Symbol("the page was closed");

export type Ending = { status: "ready" | "duplicate"; image: GalleryImage };

export interface FileUploaderOptions {
  server: UploadServer;
  preparer: Preparer;
  send: SendObject;
  patience: Patience;
}

/** The server cuts names to fit; this only keeps an absurd one from spoiling the call for all. */
const maxOfferedName = 1024;

/** Takes files from choice to picture: prepare, begin, send, confirm. Throws AppError, or the signal's reason. */
export class FileUploader {
  readonly #desk: ServerDesk;
  readonly #claims = new Claims();
  readonly #preparation: Preparation;
  readonly #parallelism: Parallelism;
  readonly #sending = new Gate({ places: () => this.#parallelism.places });

  constructor(private readonly options: FileUploaderOptions) {
    const { preparer, patience } = options;
    this.#parallelism = new Parallelism(patience.clock);
    this.#desk = new ServerDesk({ ...options, parallelSends: () => this.#parallelism.places });
    this.#preparation = new Preparation(preparer);
  }

  /** What is being prepared or sent is finished; nothing else begins until `resume`. */
  pause(): void {
    this.#preparation.pause();
    this.#sending.close();
  }

  resume(): void {
    this.#preparation.resume();
    this.#sending.open();
  }

  async upload(task: UploadTask): Promise<Ending> {
    const ending = await this.#bringHome(task);
    const { album } = task.progress;
    if (album !== null) await this.addToAlbum(album, ending.image.id, task.signal);
    return ending;
  }

  /** A picture that is safe is no failure, even if its album cannot be had. */
  async addToAlbum(name: string, imageId: string, signal: AbortSignal): Promise<void> {
    try {
      await this.#desk.addToAlbum(name, imageId, signal);
    } catch (error) {
      if (!signal.aborted) console.warn(`a picture could not be put into the album ${name}`, error);
    }
  }

  async #bringHome(task: UploadTask): Promise<Ending> {
    const { uploadId, arrived } = task.progress;
    // Only confirm is left.
    if (uploadId !== null && arrived.length === objectKinds.length) return this.#confirm(task, uploadId);
    for (;;) {
      const prepared = await this.#prepare(task);
      try {
        const { sha256 } = prepared.image.original;
        if (sha256 !== task.progress.sha256) task.note({ ...withoutUpload(task.progress), sha256 });
        const leader = this.#claims.leaderOf(sha256);
        if (leader === undefined) return await this.#claims.lead(sha256, () => this.#offer(task, prepared));
        prepared.release();
        task.show({ status: "waiting" });
        const image = await unlessAborted(leader, task.signal);
        if (image !== null) return { status: "duplicate", image };
      } finally {
        prepared.release();
      }
    }
  }

  #prepare(task: UploadTask): Promise<Prepared> {
    const onWait = onWaitFor(task, 0, task.file.size);
    return retrying(() => this.#prepareOnce(task), this.options.patience, task.signal, onWait);
  }

  async #prepareOnce({ file, signal, show }: UploadTask): Promise<Prepared> {
    const isPrepared = this.#desk.count("preparing");
    try {
      return await this.#preparation.prepare(file, signal, () => show({ status: "preparing" }));
    } catch (error) {
      // What prepares is loaded when it is needed: without a connection it does not come, and of an earlier build it is gone.
      if (isUnexplained(error)) await this.#desk.getThrough();
      throw error;
    } finally {
      // Those who asked to begin meanwhile go together with this one, which asks in a moment.
      isPrepared();
    }
  }

  async #offer(task: UploadTask, prepared: Prepared): Promise<Ending> {
    task.show({ status: "waiting" });
    const outcome = await this.#begin(task, prepared.image, task.progress.uploadId);
    if ("image" in outcome) return outcome;
    const uploadId = await this.#send(task, prepared.image, outcome);
    if (typeof uploadId !== "string") return uploadId;
    prepared.release();
    return this.#confirm(task, uploadId);
  }

  async #begin(task: UploadTask, image: PreparedImage, uploadId: string | null): Promise<Grant | Ending> {
    const offer = {
      ...toOffer(task.file.name.slice(0, maxOfferedName), image),
      ...(uploadId && { uploadId }),
    };
    const outcome = await this.#desk.begin(offer, task.signal, onWaitFor(task, 0, wireBytes(image)));
    if (outcome.status === "refused") throw new AppError(outcome.error.code, outcome.error.message);
    if (outcome.status === "duplicate") return outcome;
    const { arrived = outcome.uploadId === task.progress.uploadId ? task.progress.arrived : [] } = outcome;
    task.note({ ...task.progress, uploadId: outcome.uploadId, arrived });
    const { clock } = this.options.patience;
    const { uploadId: id, forms, parts, expiresInSeconds } = outcome;
    return { uploadId: id, forms, ...(parts && { parts }), expiresInSeconds, grantedAtMs: clock.now() };
  }

  /** Resolves to the upload's id; or to the picture, where the same bytes got there first while forms were renewed. */
  async #send(task: UploadTask, image: PreparedImage, first: Grant): Promise<string | Ending> {
    const { send, patience } = this.options;
    const { signal } = task;
    const totalBytes = wireBytes(image);
    const isSent = this.#desk.count("sending");
    let grant = first;
    let sentBytes = 0;
    let leave = () => {};
    const show = () => task.show({ status: "sending", sentBytes, totalBytes });
    try {
      leave = await this.#sending.enter(image.original.bytes, signal);
      show();
      await sendUpload({
        ...{ image, grant, send, patience, signal, arrived: task.progress.arrived },
        onArrived: (uploadId, arrived) => task.note({ ...task.progress, uploadId, arrived }),
        enter: (bytes, until) => this.#sending.enter(bytes, until),
        renew: async (uploadId) => {
          const outcome = await this.#begin(task, image, uploadId);
          if ("image" in outcome) throw new AlreadyThere(outcome);
          grant = outcome;
          return grant;
        },
        report: (refusal) => this.#desk.reportRefusal(refusal),
        onProgress: (bytes) => {
          if (this.#sending.isCrowded) this.#parallelism.moved(Math.max(0, bytes - sentBytes));
          else this.#parallelism.restart();
          sentBytes = bytes;
          show();
        },
        onWait: (wait) => {
          if (wait?.code === messages.bucketBusy.code) this.#parallelism.slowDown();
          if (wait === null) show();
          else task.show({ ...wait, sentBytes, totalBytes });
        },
      });
      return grant.uploadId;
    } catch (error) {
      this.#giveUp(task, grant.uploadId);
      if (error instanceof AlreadyThere) return error.ending;
      throw error;
    } finally {
      leave();
      isSent();
    }
  }

  async #confirm(task: UploadTask, uploadId: string): Promise<Ending> {
    const waiting = onWaitFor(task, 1, 1);
    const confirming = () => task.show({ status: "confirming" });
    confirming();
    try {
      const outcome = await this.#desk.confirm(uploadId, task.signal, (wait) =>
        wait === null ? confirming() : waiting(wait),
      );
      return endingOf(task, outcome);
    } catch (error) {
      if (task.signal.aborted) this.#giveUp(task, uploadId);
      throw error;
    }
  }

  #giveUp(task: UploadTask, uploadId: string): void {
    if (task.signal.reason === pageClosed) return;
    task.note(withoutUpload(task.progress));
    void this.#desk.abandon(uploadId);
  }
}

function isUnexplained(error: unknown): boolean {
  const codes: string[] = [messages.workerDied.code, messages.notPrepared.code];
  return error instanceof AppError && codes.includes(error.code);
}

class AlreadyThere extends Error {
  constructor(readonly ending: Ending) {
    super("the same bytes became a picture in the meantime");
  }
}

/** A refused upload is over: a later try starts from the file. */
function endingOf(task: UploadTask, outcome: ConfirmOutcome): Ending {
  if (outcome.status !== "refused") return outcome;
  task.note(withoutUpload(task.progress));
  throw new AppError(outcome.error.code, outcome.error.message);
}

function onWaitFor({ show }: UploadTask, sentBytes: number, totalBytes: number): (wait: Wait | null) => void {
  return (wait) => show(wait === null ? { status: "waiting" } : { ...wait, sentBytes, totalBytes });
}
