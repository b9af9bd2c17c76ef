import { AppError } from "@/lib/errors";
import { sha256Alone, type UploadLimits, type WantedDigests } from "@/lib/uploads/contract";
import { ConcurrencyLimiter } from "../concurrency-limiter";
import { askWorker } from "./ask-worker";
import { startCrossOriginWorker } from "./cross-origin-worker";
import type { PrepareNote, PrepareReply, PrepareRequest } from "./prepare.worker";
import type { PreparedImage } from "./prepared-image";
import type { TellPreparing } from "./preparing";
import { offerTurn } from "./turn";

export interface Preparer {
  /** How many pictures it prepares at the same time. */
  concurrency: number;
  prepare(file: File, signal: AbortSignal, options?: PrepareOptions): Promise<PreparedImage>;
}

export interface PrepareOptions {
  /** beside the SHA-256 of each object */
  digests: WantedDigests;
  /** what came of the file already, and only lacks digests */
  prepared?: PreparedImage | undefined;
  /** Called as often as it comes further. */
  tell?: TellPreparing;
}

interface PreparerOptions {
  limits: UploadLimits;
  concurrency?: number;
  createWorker?: () => Worker;
}

const maxPreparedByWorker = 100;

/** A small pool of workers. They start with the first picture, and stay for the next ones. */
export function createPreparer({
  limits,
  concurrency = Math.min(4, Math.max(1, navigator.hardwareConcurrency)),
  createWorker = () =>
    startCrossOriginWorker(
      () => new Worker(new URL("./prepare.worker.ts", import.meta.url), { type: "module" }),
    ),
}: PreparerOptions): Preparer & { close(): void } {
  const idle: Worker[] = [];
  const turns = new ConcurrencyLimiter({ maxConcurrent: () => 1 });
  /** how many pictures each has prepared */
  const prepared = new Map<Worker, number>();

  function take(): Worker {
    const worker = idle.pop() ?? createWorker();
    prepared.set(worker, prepared.get(worker) ?? 0);
    return worker;
  }

  function discard(worker: Worker): void {
    worker.terminate();
    prepared.delete(worker);
  }

  /** After many pictures a new one takes its place: what they leave behind is collected late. */
  function giveBack(worker: Worker): void {
    const count = (prepared.get(worker) ?? 0) + 1;
    prepared.set(worker, count);
    if (count < maxPreparedByWorker) idle.push(worker);
    else discard(worker);
  }

  /** A worker that died takes its picture with it; one whose picture was cancelled goes too, as it cannot be interrupted. */
  async function prepare(
    file: File,
    signal: AbortSignal,
    { tell, ...options }: PrepareOptions = { digests: sha256Alone },
  ): Promise<PreparedImage> {
    signal.throwIfAborted();
    const worker = take();
    const turn = offerTurn(turns, signal);
    try {
      const question = { file, limits, ...options, turn: turn.port };
      const hear = (said: PrepareReply | PrepareNote): said is PrepareNote => {
        if (said.status === "preparing") tell?.(said.preparing);
        return said.status === "preparing";
      };
      const asking = { signal, transfer: [turn.port], hear };
      const reply = await askWorker<PrepareRequest, PrepareReply, PrepareNote>(worker, question, asking);
      // One that could not do it may lack what it failed to load: it goes, and the next one loads it anew.
      const isSuspect = reply.status === "failed" && reply.error.code === "not_prepared";
      // What a large picture leaves behind goes with its worker, before the next one has its turn.
      if (!isSuspect && !turn.wasAskedFor()) giveBack(worker);
      else discard(worker);
      if (reply.status === "failed") throw AppError.of(reply.error);
      return reply.image;
    } catch (error) {
      if (prepared.has(worker) && !idle.includes(worker)) discard(worker);
      throw error;
    } finally {
      turn.end();
    }
  }

  function close(): void {
    for (const worker of prepared.keys()) worker.terminate();
    prepared.clear();
    idle.length = 0;
  }

  return { concurrency, prepare, close };
}
