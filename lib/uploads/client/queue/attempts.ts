import { AppError, plainFailure } from "@/lib/errors";
import { type Ending, pageClosed, type UploadTask } from "./file-uploader";
import type { Journal, Progress } from "./journal";
import type { QueueStore } from "./queue-store";
import { failed, imageOf, type UploadItemState } from "./upload-item";

interface AttemptsOptions {
  journal: Journal;
  store: QueueStore;
  upload(task: UploadTask): Promise<Ending>;
}

/** A file and its present attempt. Whoever holds an older one's controller has nothing to say any more. */
interface Attempt {
  file: File;
  progress: Progress;
  controller: AbortController;
}

/** The attempts to upload files: one for each file at a time, whose state and progress it shows and notes. */
export class Attempts {
  readonly #attempts = new Map<string, Attempt>();
  /** of what is prepared and under way */
  readonly #thumbs = new Map<string, Blob>();

  constructor(private readonly options: AttemptsOptions) {}

  start(id: string, file: File, progress: Progress): void {
    const attempt = { file, progress, controller: new AbortController() };
    this.#attempts.set(id, attempt);
    void this.#run(id, attempt);
  }

  /** From where the last attempt ended. */
  startAgain(id: string): void {
    const { store, journal } = this.options;
    const attempt = this.#attempts.get(id);
    if (attempt === undefined) return;
    if (store.get(id)?.state.status === "cancelled") journal.add(id, attempt.file, attempt.progress);
    store.setState(id, { status: "waiting" });
    this.start(id, attempt.file, attempt.progress);
  }

  abort(id: string): void {
    this.#attempts.get(id)?.controller.abort();
  }

  /** The page is closed: a later one may go on. */
  close(): void {
    for (const { controller } of this.#attempts.values()) controller.abort(pageClosed);
  }

  findThumb(id: string): Blob | null {
    return this.#thumbs.get(id) ?? null;
  }

  forget(id: string): void {
    this.#attempts.delete(id);
    this.#thumbs.delete(id);
  }

  note(id: string, progress: Partial<Progress>): void {
    const attempt = this.#attempts.get(id);
    if (attempt === undefined) return;
    attempt.progress = { ...attempt.progress, ...progress };
    this.options.journal.note(id, attempt.progress);
  }

  end(id: string, ending: UploadItemState): void {
    this.options.store.setState(id, ending);
    // What failed and may yet succeed is worth another attempt, in a later page too.
    if (ending.status !== "failed" || !ending.canRetry) this.options.journal.forget(id);
  }

  async #run(id: string, attempt: Attempt): Promise<void> {
    const { store, upload } = this.options;
    const { signal } = attempt.controller;
    const ending = await endingOf(upload(this.#taskOf(id, attempt)), signal);
    if (this.#attempts.get(id) !== attempt) return;
    this.#thumbs.delete(id);
    if (store.get(id)?.state.status === "held") return;
    if (signal.reason === pageClosed) return;
    // Of thousands, each file and its signal would be kept as long as its row.
    if (imageOf(ending) !== null) this.#attempts.delete(id);
    this.end(id, ending);
  }

  #taskOf(id: string, attempt: Attempt): UploadTask {
    const { store, journal } = this.options;
    const { signal } = attempt.controller;
    return {
      file: attempt.file,
      signal,
      get progress() {
        return attempt.progress;
      },
      note: (progress) => {
        attempt.progress = progress;
        if (!signal.aborted) journal.note(id, progress);
      },
      showThumb: (thumb) => {
        if (!signal.aborted) this.#thumbs.set(id, thumb);
      },
      show: (state) => {
        if (!signal.aborted) store.setState(id, state);
      },
    };
  }
}

/** What a file came to. Nothing that is thrown gets lost: at worst the file failed for an unknown reason. */
async function endingOf(upload: Promise<UploadItemState>, signal: AbortSignal): Promise<UploadItemState> {
  try {
    return await upload;
  } catch (error) {
    if (signal.aborted) return { status: "cancelled" };
    if (error instanceof AppError) return failed(error.toFailure());
    console.error("an upload failed unexpectedly", error);
    return failed(plainFailure("unexpected"));
  }
}
