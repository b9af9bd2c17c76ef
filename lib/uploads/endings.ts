import "server-only";
import type { BatchResponse } from "drizzle-orm/batch";
import { atLeastOne, database, type Statement } from "@/lib/db/client";
import { DatabaseError } from "@/lib/db/failure";

/** So many of them are written at once. */
const mostAtOnce = 25;
/** A host may end a request that takes long: what was done by then should be kept. */
const longestWaitMs = 10_000;

/** What is written once an upload has been looked at: statements that happen together, and what came of them. */
export interface Ending<T> {
  statements: readonly [Statement, ...Statement[]];
  outcomeOf(results: unknown[]): Promise<T>;
}

export function ending<S extends readonly [Statement, ...Statement[]], T>(
  statements: S,
  outcomeOf: (results: BatchResponse<S>) => Promise<T>,
): Ending<T> {
  return { statements, outcomeOf: (results) => outcomeOf(results as BatchResponse<S>) };
}

type Outcome<T> = Promise<PromiseSettledResult<T>>;

interface Waiting<T> extends Ending<T> {
  resolve(outcome: Promise<T>): void;
}

/** Writes endings in groups: a round trip, and a wait for the disk, for many of them. */
export class Endings<T> {
  #waiting: Waiting<T>[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** Its outcome, or what went wrong, once it is written: with those that come after it, or by `write`. */
  async add(ended: Ending<T>): Outcome<T> {
    this.#timer ??= setTimeout(() => void this.write(), longestWaitMs);
    const { promise, resolve } = Promise.withResolvers<T>();
    this.#waiting.push({ ...ended, resolve });
    if (this.#waiting.length >= mostAtOnce) void this.write();
    const [outcome] = await Promise.allSettled([promise]);
    return outcome;
  }

  /** Writes all that wait. What goes wrong is told to whoever has added it. */
  async write(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const group = this.#waiting;
    this.#waiting = [];
    if (group.length === 0) return;
    try {
      const results: unknown[] = await database().atomic(atLeastOne(group.flatMap((one) => one.statements)));
      for (const one of group) one.resolve(one.outcomeOf(results.splice(0, one.statements.length)));
    } catch (error) {
      const isOfOne = group.length > 1 && !(error instanceof DatabaseError);
      if (isOfOne) await this.#writeEach(group);
      else for (const { resolve } of group) resolve(Promise.reject(error));
    }
  }

  /** What is wrong with one of them must not keep the others. */
  async #writeEach(group: Waiting<T>[]): Promise<void> {
    for (const one of group) {
      const alone = new Endings<T>();
      alone.#waiting = [one];
      await alone.write();
    }
  }
}
