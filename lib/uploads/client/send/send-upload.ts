import { AppError, bucketRefusal, plainFailure } from "@/lib/errors";
import { byKind } from "@/lib/images/variants";
import {
  type ObjectGrant,
  type ObjectKind,
  objectKinds,
  type PartGrant,
  type PartsGrant,
  type Refusal,
  type Reported,
} from "@/lib/uploads/contract";
import { type Clock, sleep } from "../clock";
import type { PreparedImage } from "../prepare/prepared-image";
import { type RetryContext, retrying, TransientError, type Wait } from "./retry";
import { isConditional, isExpiredForm, passingErrorOf } from "./send-failure";
import type { SendObject, SendOptions, SendOutcome } from "./send-object";
import { sendParts } from "./send-parts";

/** What the server allowed: a form or a PUT per object, and URLs where the original goes in parts. */
export interface Grant {
  status: "granted";
  uploadId: string;
  grants: Record<ObjectKind, ObjectGrant>;
  parts?: PartsGrant;
  /** objects that are in the bucket already, as the server sees it */
  arrived?: readonly ObjectKind[];
  grantedAtMs: number;
  expiresInSeconds: number;
}

export interface SendUploadOptions {
  image: PreparedImage;
  grant: Grant;
  /** objects of this grant's upload that are in the bucket already */
  arrived: readonly ObjectKind[];
  onArrived(uploadId: string, arrived: ObjectKind[]): void;
  /** Asks for fresh grants; the server may answer with another upload where the first has ended. */
  renew(uploadId: string): Promise<Grant>;
  /** Was it granted before the store was found to be another? Other pictures find that out too. */
  isOutdated(grant: Grant): boolean;
  /** Tells the server what the bucket refused. */
  report(refusal: Refusal): Promise<Reported>;
  /** Asks for one more place among what is sent at a time; resolves to what gives it back. */
  acquire(bytes: number, signal: AbortSignal): Promise<() => void>;
  send: SendObject;
  retryContext: RetryContext;
  signal: AbortSignal;
  onProgress(sentBytes: number): void;
  onWait(wait: Wait | null): void;
}

/** The part of a grant's life in which sending is begun: one that is nearly over is not worth the bytes. */
const usableLife = 14 / 15;

/** Whether it is early enough to send something by it. */
export const isEarlyFor = (
  { grantedAtMs, expiresInSeconds }: Pick<Grant, "grantedAtMs" | "expiresInSeconds">,
  nowMs: number,
): boolean => nowMs - grantedAtMs < expiresInSeconds * 1000 * usableLife;

const stallMs = 30_000;
const readAgainAfterMs = 3000;

/** Sends the objects of a picture one after another, and again what failed in passing. */
export async function sendUpload(options: SendUploadOptions): Promise<void> {
  const { image, renew, report, send, retryContext, signal, onProgress, onArrived, onWait } = options;
  const sentBytes = byKind(objectKinds, () => 0);
  const arrived = new Set<ObjectKind>(options.arrived);
  /** kinds of which the bucket said that they are there, and the server is asked whether it is so */
  const saidToBeThere = new Set<ObjectKind>();
  let grant = options.grant;
  /** or for another reason of no use any more */
  let isExpired = false;

  const progress = (kind: ObjectKind, bytes: number) => {
    sentBytes[kind] = bytes;
    onProgress(objectKinds.reduce((sum, one) => sum + sentBytes[one], 0));
  };

  const isFresh = () =>
    !isExpired && !options.isOutdated(grant) && isEarlyFor(grant, retryContext.clock.now());

  const arrive = (kind: ObjectKind) => {
    arrived.add(kind);
    onArrived(grant.uploadId, [...arrived]);
    progress(kind, image[kind].bytes);
  };

  const renewGrant = async () => {
    const renewed = await renew(grant.uploadId);
    if (renewed.uploadId !== grant.uploadId) for (const kinds of [arrived, saidToBeThere]) kinds.clear();
    grant = renewed;
    isExpired = false;
    if (renewed.arrived === undefined) return;
    // Parts that were held to a digest that the store no longer compares are gone.
    const there = new Set(renewed.arrived);
    if (renewed.parts?.missing.length === 0) there.add("original");
    for (const kind of objectKinds) {
      if (there.has(kind) && !arrived.has(kind)) arrive(kind);
      if (!there.has(kind) && arrived.delete(kind)) progress(kind, 0);
    }
  };

  /** Nothing is wrong with the network: with a fresh grant it goes on at once. */
  const outdated = () => {
    isExpired = true;
    return new TransientError(plainFailure("form_expired"), { isImmediate: true });
  };

  const sendTo = async (
    kind: ObjectKind,
    target: ObjectGrant | PartGrant,
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
    ).catch((error: unknown) => {
      isExpired ||= isConditional(target);
      throw error;
    });
    if (outcome.status === "sent") return;
    onProgress(0);
    const { httpStatus, code, requestId } = outcome;
    if (httpStatus === 0 && (await isGone(blob, retryContext, signal))) throw new AppError("file_changed");
    // It may have arrived unheard, and the bucket would refuse it for that: the server knows.
    isExpired ||= isExpiredForm(outcome) || (httpStatus === 0 && isConditional(target));
    const passing = passingErrorOf(outcome);
    if (passing !== null) throw passing;
    // Another part has found out meanwhile.
    if (isExpired) throw outdated();
    if (httpStatus === 412 && isConditional(target) && !saidToBeThere.has(kind)) {
      saidToBeThere.add(kind);
      throw outdated();
    }
    const said = { uploadId, kind, status: httpStatus, code, requestId, bytes: blob.size, type: blob.type };
    const { incident, isRenewable } = await report({ ...said, ...sentWith(target) });
    if (isRenewable) throw outdated();
    throw AppError.of(bucketRefusal(code, incident));
  };

  const sendOnce = async (kind: ObjectKind) => {
    if (!isFresh()) await renewGrant();
    if (arrived.has(kind)) return;
    const { parts, grants } = grant;
    if (kind !== "original" || parts === undefined) {
      const whole = { signal, onProgress: (bytes: number) => progress(kind, bytes) };
      return sendTo(kind, grants[kind], image[kind].blob, whole);
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
    if (isExpired) throw outdated();
    await renewGrant();
    await sendOnce(kind);
  };

  for (const kind of arrived) progress(kind, image[kind].bytes);
  for (let kind = nextOf(arrived); kind !== undefined; kind = nextOf(arrived)) {
    const current = kind;
    await retrying(() => sendOnce(current), retryContext, signal, onWait);
    if (!arrived.has(current)) arrive(current);
  }
}

function sentWith(target: ObjectGrant | PartGrant) {
  const { method } = target;
  if (method === "POST") return { method, fields: target.fields };
  const { headers } = target;
  return { method, headers, ...("number" in target && { part: target.number }) };
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

/**
 * A file that was changed or deleted while it was sent looks like a cut connection. What cannot be read in a page that is being left
 * may be there all the same; some phones do not say before that it is left.
 */
async function isGone(
  blob: Blob,
  { clock, connection }: RetryContext,
  signal: AbortSignal,
): Promise<boolean> {
  if (connection.isLeaving() || (await isReadable(blob))) return false;
  await sleep(clock, readAgainAfterMs, signal);
  return !(connection.isLeaving() || (await isReadable(blob)));
}

async function isReadable(blob: Blob): Promise<boolean> {
  try {
    await blob.slice(0, 1).arrayBuffer();
    return true;
  } catch (error) {
    if (error instanceof DOMException) return false;
    throw error;
  }
}
