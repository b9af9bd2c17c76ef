import { type PartGrant, type PartsGrant, partsOf, uploadPartBytes } from "@/lib/uploads/contract";
import { type RetryContext, retrying, TransientError, type Wait } from "./retry";
import type { SendOptions } from "./send-object";

export interface SendPartsOptions {
  /** Throws what is final, and TransientError for what may pass. */
  send(part: PartGrant, blob: Blob, options: SendOptions): Promise<void>;
  /** Can the URLs still be used? */
  isFresh(): boolean;
  /** Asks for one more place among what is sent at a time; resolves to what gives it back. */
  acquire(bytes: number, signal: AbortSignal): Promise<() => void>;
  retryContext: RetryContext;
  signal: AbortSignal;
  /** of the whole file, with what had arrived before */
  onProgress(sentBytes: number): void;
  onWait(wait: Wait | null): void;
}

/** The file has a place among what is sent; so many more it takes where they are free. */
const maxMorePlaces = 2;

export type SendPartsOutcome =
  /** all that were missing of the grant */
  | { status: "sent" }
  /** The URLs' time was over before all had been sent. */
  | { status: "expired" };

/**
 * Sends parts of a file, a few at a time, each tried again by itself. Throws what is final, once nothing is under way any more. See
 * "Large files" in lib/uploads/README.md.
 */
export async function sendParts(
  file: Blob,
  { missing, arrivedBytes }: PartsGrant,
  { send, isFresh, acquire, retryContext, signal, onProgress, onWait }: SendPartsOptions,
): Promise<SendPartsOutcome> {
  const queue = [...missing];
  const ranges = new Map(partsOf(file.size).map((range) => [range.number, range]));
  const sentBytes = new Map<number, number>();
  const all = new AbortController();
  const helping = new AbortController();
  let failure: { error: unknown } | null = null;

  const progress = (number: number, bytes: number) => {
    sentBytes.set(number, bytes);
    onProgress([...sentBytes.values()].reduce((sum, sent) => sum + sent, arrivedBytes));
  };

  const sendPart = async (part: PartGrant) => {
    const { start = 0, end = 0 } = ranges.get(part.number) ?? {};
    const options = { signal: all.signal, onProgress: (bytes: number) => progress(part.number, bytes) };
    const work = async () => {
      if (!isFresh()) throw new UrlsExpired();
      try {
        await send(part, file.slice(start, end), options);
      } catch (error) {
        throw error instanceof TransientError && !isFresh() ? new UrlsExpired() : error;
      }
    };
    await retrying(work, retryContext, all.signal, onWait);
    progress(part.number, end - start);
  };

  /** Its place is given back after each part: other files want one too. */
  const sendWhile = async (acquirePlace: () => Promise<() => void>) => {
    try {
      while (queue.length > 0) {
        const release = await acquirePlace();
        try {
          const part = queue.shift();
          if (part !== undefined) await sendPart(part);
        } finally {
          release();
        }
      }
    } catch (error) {
      if (helping.signal.aborted && error === helping.signal.reason) return;
      failure ??= { error };
      queue.length = 0;
      if (!(error instanceof UrlsExpired)) all.abort(error);
    }
    helping.abort();
  };

  const abort = () => all.abort(signal.reason);
  signal.throwIfAborted();
  signal.addEventListener("abort", abort);
  onProgress(arrivedBytes);
  const help = () => sendWhile(() => acquire(uploadPartBytes, helping.signal));
  try {
    await Promise.all([sendWhile(async () => () => {}), ...Array.from({ length: maxMorePlaces }, help)]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
  return outcomeOf(failure);
}

/** The URLs' time is over. */
class UrlsExpired extends Error {}

function outcomeOf(failure: { error: unknown } | null): SendPartsOutcome {
  if (failure === null) return { status: "sent" };
  if (failure.error instanceof UrlsExpired) return { status: "expired" };
  throw failure.error;
}
