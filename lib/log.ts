import "server-only";
import pino from "pino";

/** Structured lines on standard error. Never a URL with its query, a cookie, a form field or a secret. */
export const log = pino(
  { name: "pail", base: null, serializers: { err: describe, error: describe, cause: describe } },
  pino.destination({ dest: 2, sync: true }),
);

/** What an error says for itself: what libraries hang onto errors (requests, headers, answers) is not for a log. */
function describe(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message, stack, cause } = error;
  const { code } = error as { code?: unknown };
  return { name, code, message, stack, ...(cause !== undefined && { cause: describe(cause) }) };
}
