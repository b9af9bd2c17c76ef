import type { RequestListener } from "node:http";
import { log } from "@/lib/log";
import { requestContexts } from "@/lib/request-context";

const sayEveryMs = 60_000;
let refused = 0;
let saidAt = Number.NEGATIVE_INFINITY;

/**
 * An action that cannot be read is the mistake of whoever sent it, and anyone can send one. Next answers 500 and logs an error
 * for each; here it is 400, and what the log says of them is one line a minute.
 */
export const refusingMalformedActions =
  (handle: RequestListener): RequestListener =>
  (request, response) => {
    const context = requestContexts.getStore();
    if (request.method !== "POST" || context === undefined) return handle(request, response);
    const action = { isReached: false };
    context.action = action;
    const { writeHead } = response;
    response.writeHead = ((status: number, ...others: []) => {
      const isMalformed = status === 500 && !action.isReached;
      return writeHead.call(response, isMalformed ? 400 : status, ...others);
    }) as typeof writeHead;
    return handle(request, response);
  };

/** Whether what is said now is said of an action that could not be read. */
export const isOfMalformedAction = (): boolean => requestContexts.getStore()?.action?.isReached === false;

/** Instead of what Next has to say of it. */
export function countMalformedAction(error: unknown): void {
  refused += 1;
  if (performance.now() - saidAt < sayEveryMs) return;
  log.warn(
    { refused, last: error instanceof Error ? error.name : typeof error },
    "actions that cannot be read",
  );
  saidAt = performance.now();
  refused = 0;
}
