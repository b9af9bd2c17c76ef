import { AppError, bucketRefusal, plainFailure } from "@/lib/errors";
import { byKind } from "@/lib/images/variants";
import {
  type ObjectKind,
  objectKinds,
  type PartsGrant,
  type PostForm,
  type Refusal,
} from "@/lib/uploads/contract";
import type { Clock } from "../clock";
import type { PreparedImage } from "../prepare/prepared-image";
import { type RetryContext, retrying, TransientError, type Wait } from "./retry";
import type { SendFailure, SendObject, SendOptions, SendOutcome, SendTarget } from "./send-object";
import { sendParts } from "./send-parts";

/** What the server allowed: a form per object, and URLs where the original goes in parts. */
export interface Grant {
  status: "granted";
  uploadId: string;
  forms: Record<ObjectKind, PostForm>;
  parts?: PartsGrant;
  grantedAtMs: number;
  expiresInSeconds: number;
}

export interface SendUploadOptions {
  image: PreparedImage;
  grant: Grant;
  /** objects of this grant's upload that are in the bucket already */
  arrived: readonly ObjectKind[];
  onArrived(uploadId: string, arrived: ObjectKind[]): void;
  /** Asks for fresh forms; the server may answer with another upload where the first has ended. */
  renew(uploadId: string): Promise<Grant>;
  /** Tells the server what the bucket refused; resolves to the number that its log has the reason under. */
  report(refusal: Refusal): Promise<string | null>;
  /** Asks for one more place among what is sent at a time; resolves to what gives it back. */
  acquire(bytes: number, signal: AbortSignal): Promise<() => void>;
  send: SendObject;
  retryContext: RetryContext;
  signal: AbortSignal;
  onProgress(sentBytes: number): void;
  onWait(wait: Wait | null): void;
}

/** The part of a form's life in which sending is begun: one that is nearly over is not worth the bytes. */
const usableLife = 14 / 15;

/** Whether it is early enough to send something by these forms. */
export const isEarlyFor = (
  { grantedAtMs, expiresInSeconds }: Pick<Grant, "grantedAtMs" | "expiresInSeconds">,
  nowMs: number,
): boolean => nowMs - grantedAtMs < expiresInSeconds * 1000 * usableLife;

const stallMs = 30_000;

/** Sends the objects of a picture one after another, and again what failed in passing. */
export async function sendUpload(options: SendUploadOptions): Promise<void> {
  const { image, renew, report, send, retryContext, signal, onProgress, onArrived, onWait } = options;
  const sentBytes = byKind(objectKinds, () => 0);
  const arrived = new Set<ObjectKind>(options.arrived);
  let grant = options.grant;
  let isExpired = false;

  const progress = (kind: ObjectKind, bytes: number) => {
    sentBytes[kind] = bytes;
    onProgress(objectKinds.reduce((sum, one) => sum + sentBytes[one], 0));
  };

  const isFresh = () => !isExpired && isEarlyFor(grant, retryContext.clock.now());

  const renewGrant = async () => {
    const renewed = await renew(grant.uploadId);
    if (renewed.uploadId !== grant.uploadId) arrived.clear();
    grant = renewed;
    isExpired = false;
  };

  const sendTo = async (
    kind: ObjectKind,
    target: SendTarget,
    blob: Blob,
    { signal, onProgress }: SendOptions,
  ) => {
    const { uploadId } = grant;
    const outcome = await withStallWatch(retryContext.clock, signal, (watched, moved) =>
      send(target, blob, {
        signal: watched,
        onProgress: (bytes) => {
          moved();
          onProgress(Math.min(bytes, blob.size));
        },
      }),
    );
    if (outcome.status === "sent") return;
    onProgress(0);
    if (outcome.httpStatus === 0 && !(await isReadable(blob))) {
      throw new AppError("file_changed");
    }
    isExpired = isExpiredForm(outcome);
    const passing = passingErrorOf(outcome);
    if (passing !== null) throw passing;
    const { httpStatus, code, requestId } = outcome;
    const fields = "fields" in target ? target.fields : {};
    const sent = { bytes: blob.size, type: blob.type, fields };
    const incident = await report({ uploadId, kind, status: httpStatus, code, requestId, ...sent });
    throw AppError.of(bucketRefusal(code, incident));
  };

  const sendOnce = async (kind: ObjectKind) => {
    if (!isFresh()) await renewGrant();
    const { parts, forms } = grant;
    if (kind !== "original" || parts === undefined) {
      const toForm = { signal, onProgress: (bytes: number) => progress(kind, bytes) };
      return sendTo(kind, forms[kind], image[kind].blob, toForm);
    }
    const outcome = await sendParts(image.original.blob, parts, {
      isFresh,
      acquire: options.acquire,
      retryContext,
      signal,
      onWait,
      send: (...part) => sendTo("original", ...part),
      onProgress: (bytes) => progress("original", bytes),
    });
    if (outcome.status === "sent" && !parts.hasMore) return;
    if (isExpired) throw new TransientError(plainFailure("form_expired"), { isImmediate: true });
    await renewGrant();
    await sendOnce(kind);
  };

  for (const kind of arrived) progress(kind, image[kind].bytes);
  for (let kind = nextOf(arrived); kind !== undefined; kind = nextOf(arrived)) {
    const current = kind;
    await retrying(() => sendOnce(current), retryContext, signal, onWait);
    arrived.add(current);
    onArrived(grant.uploadId, [...arrived]);
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
  const stall = () => watched.abort(new TransientError(plainFailure("stalled")));
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

/** A file that was changed or deleted while it was sent looks like a cut connection. */
async function isReadable(blob: Blob): Promise<boolean> {
  try {
    await blob.slice(0, 1).arrayBuffer();
    return true;
  } catch (error) {
    if (error instanceof DOMException) return false;
    throw error;
  }
}

/** Its policy has expired, or the credentials that signed it. */
export function isExpiredForm({ httpStatus, code, message }: SendFailure): boolean {
  return code === "ExpiredToken" || (httpStatus === 403 && /expired/i.test(message));
}

/** Some failures pass by themselves; the others are final: null. */
export function passingErrorOf(failure: SendFailure): TransientError | null {
  const { httpStatus, code, message, retryAfterSeconds } = failure;
  const cause = new Error(`${httpStatus} ${code}: ${message}`);
  const retryAfterMs = retryAfterSeconds === null ? undefined : retryAfterSeconds * 1000;
  if (isExpiredForm(failure))
    return new TransientError(plainFailure("form_expired"), { cause, isImmediate: true });
  if (httpStatus === 0) return new TransientError(plainFailure("network"), { cause });
  // A store that does not know forms, or is full, says the same the next time.
  const isBroken = httpStatus >= 500 && httpStatus !== 501 && httpStatus !== 507 && code !== "QuotaExceeded";
  const isPassing = isBroken || httpStatus === 429 || code === "SlowDown" || code === "RequestTimeout";
  return isPassing ? new TransientError(plainFailure("bucket_busy"), { cause, retryAfterMs }) : null;
}
