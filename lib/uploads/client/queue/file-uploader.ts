import { AppError } from "@/lib/errors";
import type { GalleryImage } from "@/lib/images/contract";
import { type ConfirmOutcome, objectKinds, type WantedDigests } from "@/lib/uploads/contract";
import type { BatchedServer } from "../calls/batched-server";
import { ConcurrencyLimiter } from "../concurrency-limiter";
import { Preparation, type Prepared } from "../prepare/preparation";
import { wireBytes } from "../prepare/prepared-image";
import type { Preparer } from "../prepare/preparer";
import { type RetryContext, retrying, type Wait } from "../send/retry";
import type { SendObject } from "../send/send-object";
import { type Grant, sendUpload } from "../send/send-upload";
import { Asking } from "./asking";
import { sourceOf } from "./file-source";
import { type Progress, withoutUpload } from "./journal";
import { Parallelism } from "./parallelism";
import { SingleFlight, unlessAborted } from "./single-flight";
import { fileDateOf } from "./source-date";
import type { UploadItemState } from "./upload-item";

/** One file on its way. */
export interface UploadTask {
  file: File;
  signal: AbortSignal;
  show(state: UploadItemState): void;
  /** How far it is: as it was noted last, perhaps in an earlier try or page. */
  readonly progress: Progress;
  /** Notes how far it is now. */
  note(progress: Progress): void;
  /** What the page can show of it meanwhile. */
  showThumb(thumb: Blob): void;
}

/** Why a task is aborted whose upload is to go on in a later page. */
export const pageClosed = Symbol("the page was closed");

export type Ending = { status: "ready" | "duplicate"; image: GalleryImage };

/** All its objects are in the bucket; the upload may be another one than was begun. */
type Sent = { status: "sent"; uploadId: string };

export interface FileUploaderOptions {
  server: BatchedServer;
  preparer: Preparer;
  send: SendObject;
  retryContext: RetryContext;
  /** as the store was when the page came */
  digests: WantedDigests;
}

/** Takes files from choice to picture: prepare, begin, send, confirm. Throws AppError, or the signal's reason. */
export class FileUploader {
  readonly #flights = new SingleFlight();
  readonly #preparation: Preparation;
  readonly #asking: Asking;
  readonly #parallelism: Parallelism;
  /** What was granted earlier is of no use any more: up to a hundred files wait with it. */
  #outdatedBeforeMs = Number.NEGATIVE_INFINITY;
  readonly #sending = new ConcurrencyLimiter({ maxConcurrent: () => this.#parallelism.maxConcurrent });

  constructor(private readonly options: FileUploaderOptions) {
    const { server, preparer, retryContext, digests } = options;
    this.#parallelism = new Parallelism(retryContext.clock);
    this.#preparation = new Preparation(preparer);
    this.#asking = new Asking({ server, preparation: this.#preparation, digests });
  }

  /** How many files may be sent at a time at present. */
  get parallelSends(): number {
    return this.#parallelism.maxConcurrent;
  }

  /** What is being prepared or sent is finished; nothing else begins until `resume`. */
  pause(): void {
    this.#preparation.pause();
    this.#sending.pause();
  }

  resume(): void {
    this.#preparation.resume();
    this.#sending.resume();
  }

  /** Resolves once it is a picture. */
  async upload(task: UploadTask): Promise<Ending> {
    const { uploadId, arrived } = task.progress;
    // Only confirm is left.
    if (uploadId !== null && arrived.length === objectKinds.length) return this.#confirm(task, uploadId);
    for (;;) {
      const prepared = await this.#prepare(task);
      task.showThumb(prepared.image.thumb.blob);
      try {
        const { sha256 } = prepared.image.original;
        if (sha256 !== task.progress.sha256) task.note({ ...withoutUpload(task.progress), sha256 });
        const inFlight = this.#flights.inFlight(sha256);
        if (inFlight === undefined) return await this.#flights.run(sha256, () => this.#offer(task, prepared));
        prepared.release();
        task.show({ status: "waiting" });
        const image = await unlessAborted(inFlight, task.signal);
        if (image !== null) return { status: "duplicate", image };
      } finally {
        prepared.release();
      }
    }
  }

  #prepare(task: UploadTask): Promise<Prepared> {
    const onWait = onWaitFor(task, 0, task.file.size);
    return retrying(() => this.#prepareOnce(task), this.options.retryContext, task.signal, onWait);
  }

  async #prepareOnce({ file, signal, show }: UploadTask): Promise<Prepared> {
    if (sourceOf(file).isUnreadable) throw new AppError("file_unreadable");
    const isPrepared = this.options.server.count("preparing");
    try {
      return await this.#preparation.prepare(file, this.#asking.digests, signal, (preparing) =>
        show({ status: "preparing", ...preparing }),
      );
    } catch (error) {
      // What prepares is loaded when it is needed: without a connection it does not come, and of an earlier build it is gone.
      if (isUnexplained(error)) await this.options.server.ping();
      throw error;
    } finally {
      // Those who asked to begin meanwhile go together with this one, which asks in a moment.
      isPrepared();
    }
  }

  async #offer(task: UploadTask, prepared: Prepared): Promise<Ending> {
    task.show({ status: "waiting" });
    const outcome = await this.#begin(task, prepared, task.progress.uploadId);
    if (outcome.status !== "granted") return outcome;
    const sent = await this.#send(task, prepared, outcome);
    if (sent.status !== "sent") return sent;
    prepared.release();
    return this.#confirm(task, sent.uploadId);
  }

  async #begin(task: UploadTask, prepared: Prepared, uploadId: string | null): Promise<Grant | Ending> {
    const { file, signal } = task;
    const onWait = onWaitFor(task, 0, wireBytes(prepared.image));
    // What an earlier build noted lacks it.
    const fileDate = task.progress.fileDate ?? fileDateOf(file);
    const more = { ...(fileDate && { fileDate }), ...(uploadId && { uploadId }) };
    const outcome = await this.#asking.ask(prepared, { file, more, signal, onWait });
    if (outcome.status === "duplicate") return outcome;
    const { arrived = outcome.uploadId === task.progress.uploadId ? task.progress.arrived : [] } = outcome;
    task.note({ ...task.progress, uploadId: outcome.uploadId, arrived });
    return { ...outcome, grantedAtMs: this.options.retryContext.clock.now() };
  }

  /** Resolves to the picture where the same bytes got there first, while forms were renewed. */
  async #send(task: UploadTask, prepared: Prepared, first: Grant): Promise<Sent | Ending> {
    const { send, retryContext } = this.options;
    const { image } = prepared;
    const { signal } = task;
    const totalBytes = wireBytes(image);
    const isSent = this.options.server.count("sending");
    if (first.grants.original.method === "PUT") this.#parallelism.meetPreflights();
    let grant = first;
    let sentBytes = 0;
    let release = () => {};
    const show = () => task.show({ status: "sending", sentBytes, totalBytes });
    try {
      release = await this.#sending.acquire(image.original.bytes, signal);
      show();
      await sendUpload({
        image,
        grant,
        send,
        retryContext,
        signal,
        arrived: task.progress.arrived,
        onArrived: (uploadId, arrived) => task.note({ ...task.progress, uploadId, arrived }),
        acquire: (bytes, until) => this.#sending.acquire(bytes, until),
        renew: async (uploadId) => {
          const outcome = await this.#begin(task, prepared, uploadId);
          if (outcome.status !== "granted") throw new AlreadyThere(outcome);
          grant = outcome;
          return grant;
        },
        isOutdated: ({ grantedAtMs }) => grantedAtMs < this.#outdatedBeforeMs,
        report: async (refusal) => {
          const reported = await this.options.server.reportRefusal(refusal);
          if (reported.isRenewable) this.#outdatedBeforeMs = retryContext.clock.now();
          return reported;
        },
        onProgress: (bytes) => {
          if (this.#sending.isSaturated) this.#parallelism.moved(Math.max(0, bytes - sentBytes));
          else this.#parallelism.restart();
          sentBytes = bytes;
          show();
        },
        onWait: (wait) => {
          if (wait?.code === "bucket_busy") this.#parallelism.slowDown();
          if (wait === null) show();
          else task.show({ ...wait, sentBytes, totalBytes });
        },
      });
      return { status: "sent", uploadId: grant.uploadId };
    } catch (error) {
      this.#giveUp(task, grant.uploadId);
      if (error instanceof AlreadyThere) return error.ending;
      throw error;
    } finally {
      release();
      isSent();
    }
  }

  async #confirm(task: UploadTask, uploadId: string): Promise<Ending> {
    const waiting = onWaitFor(task, 1, 1);
    const confirming = () => task.show({ status: "confirming" });
    confirming();
    try {
      const outcome = await this.options.server.confirm(uploadId, task.signal, (wait) =>
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
    void this.options.server.abandon(uploadId);
  }
}

function isUnexplained(error: unknown): boolean {
  return error instanceof AppError && (error.code === "worker_died" || error.code === "not_prepared");
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
  throw AppError.of(outcome.error);
}

function onWaitFor({ show }: UploadTask, sentBytes: number, totalBytes: number): (wait: Wait | null) => void {
  return (wait) => show(wait === null ? { status: "waiting" } : { ...wait, sentBytes, totalBytes });
}
