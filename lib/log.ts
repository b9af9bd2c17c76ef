import "server-only";
import { trace } from "@opentelemetry/api";
import pino from "pino";
import { findRequestId } from "./request-context";
import { withoutSecrets } from "./without-secrets";

/** Structured lines on standard error. Never a URL with its query, a cookie, a form field or a secret. */
export const log = pino(
  {
    name: "pail",
    base: null,
    mixin: () => {
      const request = findRequestId();
      const traced = trace.getActiveSpan()?.spanContext().traceId;
      return { ...(request !== null && { request }), ...(traced !== undefined && { trace: traced }) };
    },
    serializers: { err: describe, error: describe, cause: describe },
    hooks: { streamWrite: withoutSecrets },
  },
  pino.destination({ dest: 2, sync: true }),
);

/** What an error says for itself: what libraries hang onto errors (requests, headers, answers) is not for a log. */
function describe(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message, stack, cause } = error;
  const { code, digest } = error as { code?: unknown; digest?: unknown };
  const known = { name, code, digest, message, stack };
  return { ...known, ...(cause !== undefined && { cause: describe(cause) }) };
}
