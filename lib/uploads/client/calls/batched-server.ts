import { maxImagesPerAction } from "@/lib/images/contract";
import {
  type BeginOutcome,
  type ConfirmOutcome,
  type ImageOffer,
  maxFilesPerBegin,
  maxFilesPerConfirm,
  type Refusal,
  type Reported,
} from "@/lib/uploads/contract";
import { type RetryContext, retrying, TransientError, type Wait } from "../send/retry";
import { Batcher } from "./batcher";
import { withCallTimeout } from "./call-timeout";
import { type AlbumGoal, call, callForAll, type UploadServer } from "./upload-server";

const nothing = { ok: true, value: undefined } as const;

type OnWait = (wait: Wait | null) => void;

interface BatchedServerOptions {
  server: UploadServer;
  retryContext: RetryContext;
  parallelSends(): number;
}

/** Where files go with what they ask of the server, and are asked for together: few calls, and none too late. */
export class BatchedServer {
  readonly #begins: Batcher<{ offer: ImageOffer; onWait: OnWait }, BeginOutcome>;
  readonly #confirms: Batcher<{ uploadId: string; onWait: OnWait }, ConfirmOutcome>;
  readonly #abandons: Batcher<string, unknown>;
  readonly #additions: Batcher<{ goal: AlbumGoal; imageId: string; onWait: OnWait }, unknown>;
  readonly #server: UploadServer;
  readonly #retryContext: RetryContext;
  readonly #counts = { preparing: 0, beginning: 0, sending: 0 };

  constructor({ server, retryContext, parallelSends }: BatchedServerOptions) {
    this.#server = server;
    this.#retryContext = retryContext;
    const { clock } = retryContext;
    const counts = this.#counts;
    const withRetries = <I extends { onWait: OnWait }, O>(
      inputs: I[],
      signal: AbortSignal,
      work: () => Promise<O>,
    ) =>
      retrying(
        () => this.#inTime(work),
        retryContext,
        signal,
        (wait) => {
          for (const { onWait } of inputs) onWait(wait);
        },
      );

    this.#begins = new Batcher({
      maxSize: maxFilesPerBegin,
      // What has not begun may keep the network idle; what is not yet confirmed, nothing.
      maxGatherMs: 1600,
      clock,
      shouldWait: () => {
        if (counts.preparing === 0) return "no";
        return counts.sending > parallelSends() ? "must" : "may";
      },
      run: (inputs, signal) =>
        withRetries(inputs, signal, () =>
          callForAll(inputs.length, () => server.begin(inputs.map(({ offer }) => offer))),
        ),
    });
    this.#confirms = new Batcher({
      maxSize: maxFilesPerConfirm,
      maxGatherMs: 5000,
      clock,
      shouldWait: () => (counts.preparing + counts.beginning + counts.sending === 0 ? "no" : "may"),
      run: (inputs, signal) =>
        withRetries(inputs, signal, () =>
          callForAll(inputs.length, () => server.confirm(inputs.map(({ uploadId }) => uploadId))),
        ),
    });
    this.#abandons = new Batcher({
      maxSize: maxFilesPerConfirm,
      maxGatherMs: 1600,
      clock,
      shouldWait: () => "may",
      run: async (uploadIds) => {
        await this.#inTime(async () => server.abandon?.(uploadIds));
        return uploadIds;
      },
    });
    this.#additions = new Batcher({
      maxSize: maxImagesPerAction,
      maxGatherMs: 1600,
      clock,
      shouldWait: () => "may",
      run: (inputs, signal) =>
        withRetries(inputs, signal, async () => {
          const byGoal = Map.groupBy(inputs, ({ goal: { id, name } }) => id ?? `name ${name}`);
          for (const some of byGoal.values()) {
            const [first] = some;
            if (first === undefined) continue;
            const addition = { ...first.goal, imageIds: some.map(({ imageId }) => imageId) };
            await call(async () => (await server.addToAlbum?.(addition)) ?? nothing);
          }
          return inputs;
        }),
    });
  }

  /** Resolves once the picture is in the album. */
  async addToAlbum({ id, name }: AlbumGoal, imageId: string, signal: AbortSignal): Promise<void> {
    const goal = { name, ...(id !== undefined && { id }) };
    await this.#additions.add({ goal, imageId, onWait: () => {} }, signal);
  }

  async begin(offer: ImageOffer, signal: AbortSignal, onWait: OnWait): Promise<BeginOutcome> {
    const done = this.count("beginning");
    try {
      return await this.#begins.add({ offer, onWait }, signal);
    } finally {
      done();
    }
  }

  confirm(uploadId: string, signal: AbortSignal, onWait: OnWait): Promise<ConfirmOutcome> {
    return this.#confirms.add({ uploadId, onWait }, signal);
  }

  /** Frees what the upload reserved. Where that fails, the server frees it when the upload's time is over. */
  async abandon(uploadId: string): Promise<void> {
    try {
      await this.#abandons.add(uploadId, new AbortController().signal);
    } catch (error) {
      console.warn("an upload could not be abandoned; it expires by itself", error);
    }
  }

  /** Where the server does not take the report, there is no number, and nothing to go on with. */
  async reportRefusal(refusal: Refusal): Promise<Reported> {
    const untold = { incident: null, isRenewable: false };
    try {
      const result = await this.#inTime(async () => this.#server.reportRefusal?.(refusal));
      return result?.ok === true ? result.value : untold;
    } catch (error) {
      console.warn("the server could not be told what the bucket refused", error);
      return untold;
    }
  }

  /**
   * Resolves where a call gets an answer, whatever it is. Throws TransientError where none gets through: without a connection,
   * signed out, or in a page of an earlier build.
   */
  async ping(): Promise<void> {
    try {
      await this.#inTime(() => call(() => this.#server.ping()));
    } catch (error) {
      if (error instanceof TransientError) throw error;
    }
  }

  /** Notes that a file is at this stage, until the returned function is called: it tells how long waiting pays. */
  count(stage: "preparing" | "beginning" | "sending"): () => void {
    let isOver = false;
    this.#counts[stage] += 1;
    this.#reconsider();
    return () => {
      if (isOver) return;
      isOver = true;
      this.#counts[stage] -= 1;
      this.#reconsider();
    };
  }

  #inTime<T>(call: () => Promise<T>): Promise<T> {
    return withCallTimeout(call, this.#retryContext, () => this.#server.abortCalls?.());
  }

  #reconsider(): void {
    this.#begins.reconsider();
    this.#confirms.reconsider();
  }
}
