import { AppError } from "@/lib/errors";
import { type ObjectKind, objectKinds, type PostForm } from "@/lib/uploads/contract";
import type { Clock } from "./clock";
import { bucketRefusal, messages } from "./messages";
import type { PreparedImage } from "./prepared-image";
import { type Patience, retrying, TransientError, type Wait } from "./retry";
import type { SendFailure, SendObject, SendOutcome } from "./send-object";

/** What the server allowed: a form per object. */
export interface Grant {
  uploadId: string;
  forms: Record<ObjectKind, PostForm>;
  grantedAtMs: number;
}

export interface SendUploadOptions {
  image: PreparedImage;
  grant: Grant;
  /** Asks for fresh forms; the server may answer with another upload where the first has ended. */
  renew(uploadId: string): Promise<Grant>;
  send: SendObject;
  patience: Patience;
  signal: AbortSignal;
  onProgress(sentBytes: number): void;
  onWait(wait: Wait | null): void;
}

/** A form lives 15 minutes; one that is nearly over is not worth the bytes. */
const formLifeMs = 14 * 60_000;
const stallMs = 30_000;

/** Sends the three objects of a picture one after another, and again what failed in passing. */
export async function sendUpload(options: SendUploadOptions): Promise<void> {
  const { image, renew, send, patience, signal, onProgress, onWait } = options;
  const sentBytes = { original: 0, thumb: 0, display: 0 };
  const arrived = new Set<ObjectKind>();
  let grant = options.grant;
  let isExpired = false;

  const progress = (kind: ObjectKind, bytes: number) => {
    sentBytes[kind] = bytes;
    onProgress(sentBytes.original + sentBytes.thumb + sentBytes.display);
  };

  const requireFreshForms = async () => {
    if (!isExpired && patience.clock.now() - grant.grantedAtMs < formLifeMs) return;
    const renewed = await renew(grant.uploadId);
    if (renewed.uploadId !== grant.uploadId) arrived.clear();
    grant = renewed;
    isExpired = false;
  };

  const sendOnce = async (kind: ObjectKind) => {
    await requireFreshForms();
    const outcome = await withStallWatch(patience.clock, signal, (watched, moved) =>
      send(grant.forms[kind], image[kind].blob, {
        signal: watched,
        onProgress: (bytes) => {
          moved();
          progress(kind, Math.min(bytes, image[kind].bytes));
        },
      }),
    );
    if (outcome.ok) return;
    progress(kind, 0);
    isExpired = isExpiredPolicy(outcome);
    throw errorOf(outcome);
  };

  for (let kind = nextOf(arrived); kind !== undefined; kind = nextOf(arrived)) {
    const current = kind;
    await retrying(() => sendOnce(current), patience, signal, onWait);
    arrived.add(current);
    progress(current, image[current].bytes);
  }
}

function nextOf(arrived: Set<ObjectKind>): ObjectKind | undefined {
  return objectKinds.find((kind) => !arrived.has(kind));
}

/** Gives up on a socket that has not moved for half a minute. */
async function withStallWatch(
  clock: Clock,
  signal: AbortSignal,
  run: (signal: AbortSignal, moved: () => void) => Promise<SendOutcome>,
): Promise<SendOutcome> {
  const watched = new AbortController();
  const abort = () => watched.abort(signal.reason);
  const stall = () => watched.abort(new TransientError(messages.stalled));
  signal.throwIfAborted();
  signal.addEventListener("abort", abort);
  let timer = clock.setTimeout(stall, stallMs);
  try {
    return await run(watched.signal, () => {
      clock.clearTimeout(timer);
      timer = clock.setTimeout(stall, stallMs);
    });
  } finally {
    clock.clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
}

function isExpiredPolicy({ status, message }: SendFailure): boolean {
  return status === 403 && /expired/i.test(message);
}

/** Some failures pass by themselves; the others are final, and say so in a sentence. */
function errorOf(failure: SendFailure): Error {
  const { status, code, message, retryAfterSeconds } = failure;
  const cause = new Error(`${status} ${code}: ${message}`);
  const retryAfterMs = retryAfterSeconds === null ? undefined : retryAfterSeconds * 1000;
  if (isExpiredPolicy(failure)) return new TransientError(messages.formExpired, { cause, isImmediate: true });
  if (status === 0) return new TransientError(messages.network, { cause });
  const isPassing = status >= 500 || status === 429 || code === "SlowDown" || code === "RequestTimeout";
  if (isPassing) return new TransientError(messages.bucketBusy, { cause, retryAfterMs });
  const { code: refusalCode, message: sentence } = bucketRefusal(code);
  return new AppError(refusalCode, sentence, { cause });
}
