import { AppError } from "@/lib/errors";

/** What the worker answers. One question at a time; rejects where the worker dies, or with the signal's reason. */
export function askWorker<Q, A>(
  worker: Worker,
  question: Q,
  signal?: AbortSignal,
  transfer: Transferable[] = [],
): Promise<A> {
  const listening = new AbortController();
  const { signal: until } = listening;
  return new Promise<A>((resolve, reject) => {
    const died = () => reject(new AppError("worker_died"));
    worker.addEventListener("message", ({ data }: MessageEvent<A>) => resolve(data), { signal: until });
    worker.addEventListener("error", died, { signal: until });
    worker.addEventListener("messageerror", died, { signal: until });
    signal?.addEventListener("abort", () => reject(signal.reason), { signal: until });
    worker.postMessage(question, transfer);
  }).finally(() => listening.abort());
}
