import { type ErrorCode, retryOf } from "@/lib/error-codes";
import { AppError, type Failure } from "@/lib/errors";
import { type Clock, sleep } from "../clock";
import type { Connection } from "./connection";

export const maxTries = 6;
/** The server says when there is too much of us; that is no failure, but it must not go on for ever either. */
const maxRateLimits = 20;
const firstWaitMs = 500;
const maxWaitMs = 30_000;
const maxRetryAfterMs = 300_000;
/** What it waits for may be there without a sign, so one tries now and then. */
const blockedWaitMs = 30_000;
/** Most pages are gone by then. */
const leavingWaitMs = 1000;

interface TransientOptions {
  cause?: unknown;
  retryAfterMs?: number | undefined;
  /** Nothing is wrong with the network: try again at once. */
  isImmediate?: boolean;
}

/** Something that may be over in a moment. `failure` is what the person reads when it is not. */
export class TransientError extends Error {
  override readonly name = "TransientError";

  constructor(
    readonly failure: Failure,
    readonly options: TransientOptions = {},
  ) {
    super(failure.message, { cause: options.cause });
  }
}

export interface Wait {
  /** `retrying` passes by itself; the others wait for a network, or for the person: uncounted, as long as it takes. */
  status: "retrying" | Blocked;
  /** of the failure behind it */
  code: ErrorCode;
}

export type Blocked = "offline" | "signed_out" | "outdated";

export interface RetryContext {
  clock: Clock;
  random: () => number;
  connection: Connection;
}

/** Tries `work` until it is done, fails for good, or has failed in passing for the sixth time. See "Retries" in lib/uploads/README.md. */
export async function retrying<T>(
  work: () => Promise<T>,
  { clock, random, connection }: RetryContext,
  signal: AbortSignal,
  onWait: (wait: Wait | null) => void,
): Promise<T> {
  let tries = 0;
  let rateLimits = 0;
  for (;;) {
    signal.throwIfAborted();
    const outcome = await tryOnce(work);
    if (outcome.status === "done") return outcome.value;
    signal.throwIfAborted();
    if (connection.isLeaving()) {
      await sleep(clock, leavingWaitMs, signal);
      continue;
    }
    if (outcome.status === "lost") throw outcome.error;
    const { failure, options } = outcome.error;

    const blocked = await blockedBy(failure, connection);
    if (blocked !== null) {
      onWait(blocked);
      const isOffline = blocked.status === "offline";
      await sleep(clock, blockedWaitMs, signal, (wakeUp) =>
        isOffline ? connection.onOnline(wakeUp) : connection.onReturn(wakeUp),
      );
    } else {
      const isRateLimit = failure.code === "rate_limited";
      if (isRateLimit) rateLimits += 1;
      else tries += 1;
      if (tries >= maxTries || rateLimits >= maxRateLimits) {
        throw AppError.of(failure, { cause: outcome.error });
      }
      onWait({ status: "retrying", code: failure.code });
      await sleep(clock, waitMs(isRateLimit ? maxTries - 1 : tries, options, random), signal);
    }
    onWait(null);
  }
}

async function blockedBy({ code }: Failure, connection: Connection): Promise<Wait | null> {
  switch (retryOf(code)) {
    case "connection":
      return (await connection.isOnline()) ? null : { status: "offline", code: "offline" };
    case "sign_in":
      return { status: "signed_out", code };
    case "reload":
      return { status: "outdated", code };
    default:
      return null;
  }
}

type Tried<T> =
  | { status: "done"; value: T }
  | { status: "failed"; error: TransientError }
  /** The file cannot be read: for good, but in a page that is being left. */
  | { status: "lost"; error: AppError };

async function tryOnce<T>(work: () => Promise<T>): Promise<Tried<T>> {
  try {
    return { status: "done", value: await work() };
  } catch (error) {
    if (error instanceof TransientError) return { status: "failed", error };
    if (error instanceof AppError && error.code === "file_changed") return { status: "lost", error };
    throw error;
  }
}

function waitMs(
  tries: number,
  { isImmediate, retryAfterMs = 0 }: TransientOptions,
  random: () => number,
): number {
  if (isImmediate && tries === 1) return 0;
  return Math.max(backoffMs(tries, random), Math.min(retryAfterMs, maxRetryAfterMs));
}

/** Full jitter: anything up to a bound that grows from half a second to 30 seconds over the tries there are. */
export function backoffMs(tries: number, random: () => number): number {
  const growth = (maxWaitMs / firstWaitMs) ** (1 / (maxTries - 2));
  return random() * Math.min(maxWaitMs, firstWaitMs * growth ** (tries - 1));
}
