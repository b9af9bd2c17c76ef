import "server-only";
import { AsyncLocalStorage } from "node:async_hooks";
import { newId } from "./ids";

/** The request that is being answered. */
export interface RequestContext {
  /** In the answer's `x-request-id`, in each line of the log about it, and in what it asks of the bucket. */
  id: string;
  /** Of a POST: whether it has turned out to be one of our actions. */
  action?: { isReached: boolean };
}

const key = Symbol.for("pail.request-context");
const shared = globalThis as { [key]?: AsyncLocalStorage<RequestContext> };

/** One in the process: the pages are built apart from the server that serves them. */
shared[key] ??= new AsyncLocalStorage<RequestContext>();
export const requestContexts: AsyncLocalStorage<RequestContext> = shared[key];

/** null where nobody asked, as in a command or a job, and on a host that serves the pages by itself. */
export const findRequestId = (): string | null => requestContexts.getStore()?.id ?? null;

/** The number that a person is told of something whose reason is in the log. */
export const incidentId = (): string => findRequestId() ?? newId();

/** To be called first by every action. */
export function reachAction(): void {
  const action = requestContexts.getStore()?.action;
  if (action !== undefined) action.isReached = true;
}
