import "server-only";
import { AsyncLocalStorage } from "node:async_hooks";
import type { Client } from "@libsql/client";
import { databaseErrorOf, tooSlow } from "./failure";
import { observed } from "./observe-queries";

/** A page is to have its answer within five seconds, also where that is that there is none. */
const answerWithinMs = 4000;
/** Making an index of a million rows takes a while. */
const migrateWithinMs = 110_000;

/** The most requests at a time: each has a connection. */
export const mostRequests = 20;

/** Ends the request at hand. */
const ends = new AsyncLocalStorage<AbortSignal>();

/** The `fetch` of a client that `boundedClient` is given. */
export function boundedFetch(request: Request): Promise<Response> {
  const signal = ends.getStore();
  return fetch(request, signal === undefined ? {} : { signal });
}

/**
 * The client of a remote SQLite with an end to every call: of itself it waits for ever. What fails because the database is not to
 * be had throws DatabaseError; what waited in vain for the calls before it was not sent, and never will be.
 */
export function boundedClient(client: Client, host: string): Client {
  let running = 0;
  const waiting = new Set<() => void>();

  async function bounded<T>(call: () => Promise<T>, withinMs = answerWithinMs): Promise<T> {
    const began = performance.now();
    if (running < mostRequests) running += 1;
    else await turn(withinMs);
    try {
      return await observed(() => endingAfter(withinMs - (performance.now() - began), call));
    } catch (error) {
      throw databaseErrorOf(error, host) ?? error;
    } finally {
      const [next] = waiting;
      if (next === undefined) running -= 1;
      else next();
    }
  }

  /** Whether or not the request can be ended; AbortSignal.timeout() may be collected before its time. */
  function endingAfter<T>(ms: number, call: () => Promise<T>): Promise<T> {
    const controller = new AbortController();
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const timer = setTimeout(() => {
      reject(tooSlow(host));
      controller.abort();
    }, ms);
    ends.run(controller.signal, call).then(resolve, reject);
    return promise.finally(() => clearTimeout(timer));
  }

  /** The place of whoever is ready first, in the order in which they came. */
  function turn(withinMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(take);
        reject(tooSlow(host));
      }, withinMs);
      const take = () => {
        clearTimeout(timer);
        waiting.delete(take);
        resolve();
      };
      waiting.add(take);
    });
  }

  return {
    execute: (...args: [never]) => bounded(() => client.execute(...args)),
    batch: (...args) => bounded(() => client.batch(...args)),
    migrate: (...args) => bounded(() => client.migrate(...args), migrateWithinMs),
    transaction: (...args: [never?]) => bounded(() => client.transaction(...args)),
    executeMultiple: (...args) => bounded(() => client.executeMultiple(...args)),
    sync: () => client.sync(),
    reconnect: () => client.reconnect(),
    close: () => client.close(),
    protocol: client.protocol,
    get closed() {
      return client.closed;
    },
  };
}
