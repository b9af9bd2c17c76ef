import { AppError } from "@/lib/errors";

interface AskOptions<A, N> {
  signal?: AbortSignal;
  transfer?: Transferable[];
  /** For what it says before it answers: whether this is no answer yet. */
  hear?(said: A | N): said is N;
}

/** What the worker answers. One question at a time; rejects where the worker dies, or with the signal's reason. */
export function askWorker<Q, A, N = never>(
  worker: Worker,
  question: Q,
  { signal, transfer = [], hear }: AskOptions<A, N> = {},
): Promise<A> {
  const listening = new AbortController();
  const { signal: until } = listening;
  return new Promise<A>((resolve, reject) => {
    const died = () => reject(new AppError("worker_died"));
    const onMessage = ({ data }: MessageEvent<A | N>) => {
      if (hear === undefined || !hear(data)) resolve(data as A);
    };
    worker.addEventListener("message", onMessage, { signal: until });
    worker.addEventListener("error", died, { signal: until });
    worker.addEventListener("messageerror", died, { signal: until });
    signal?.addEventListener("abort", () => reject(signal.reason), { signal: until });
    worker.postMessage(question, transfer);
  }).finally(() => listening.abort());
}
