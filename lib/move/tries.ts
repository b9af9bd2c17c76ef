import "server-only";
import { setTimeout as sleep } from "node:timers/promises";
import { type ErrorCode, retryOf } from "@/lib/error-codes";
import { AppError, type Failure } from "@/lib/errors";
import { StorageError } from "@/lib/storage/s3-failure";

const maxTries = 3;

/** Of a StorageError: with another object it may well go better. */
const ofOneObject = new Set<ErrorCode>(["no_object", "out_of_range", "precondition_failed", "store_refused"]);
/** Whatever is tried next fails alike. */
const ofAll = new Set<ErrorCode>(["unwritable", "usage"]);

/**
 * Does the work for one of many, again where that can help, and resolves to what went wrong with this one; null where nothing did.
 * What is no matter of this one, like a store that is not to be had or a full disk, is thrown.
 */
export async function failureOf(work: () => Promise<void>): Promise<Failure | null> {
  for (let tries = 1; ; tries += 1) {
    try {
      await work();
      return null;
    } catch (error) {
      if (!(error instanceof AppError) || ofAll.has(error.code)) throw error;
      const isPassing = error.code === "changed" || retryOf(error.code) === "soon";
      if (isPassing && tries < maxTries) await sleep(500 * tries);
      else if (error instanceof StorageError && !ofOneObject.has(error.code)) throw error;
      else return error.toFailure();
    }
  }
}

/** Once one fails nothing more is begun, and what was begun has ended when this rejects. */
export async function inParallel<T>(
  atOnce: number,
  items: Iterable<T>,
  work: (item: T) => Promise<void>,
): Promise<void> {
  // An error in one of the loops closes the generator, and so ends the others.
  const queue = (function* () {
    yield* items;
  })();
  const run = async () => {
    for (const item of queue) await work(item);
  };
  const outcomes = await Promise.allSettled(Array.from({ length: atOnce }, run));
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
}
