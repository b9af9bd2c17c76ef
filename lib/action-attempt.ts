import "server-only";
import { AsyncLocalStorage } from "node:async_hooks";

/** A request that says it is an action: whether it has turned out to be one of ours. */
export interface ActionAttempt {
  isReached: boolean;
}

const key = Symbol.for("pail.action-attempt");
const shared = globalThis as { [key]?: AsyncLocalStorage<ActionAttempt> };

/** One in the process: the pages are built apart from the server that serves them. */
shared[key] ??= new AsyncLocalStorage<ActionAttempt>();
export const actionAttempts: AsyncLocalStorage<ActionAttempt> = shared[key];

/** To be called first by every action. */
export function reachAction(): void {
  const attempt = actionAttempts.getStore();
  if (attempt !== undefined) attempt.isReached = true;
}
