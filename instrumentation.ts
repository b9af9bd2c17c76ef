import type { Instrumentation } from "next";

/** Called by Next once, before the first request. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { answerFailedPagesPlainly } = await import("./lib/plain-refusals");
  answerFailedPagesPlainly();
  if (!process.env.OTEL_EXPORTER_OTLP_ENDPOINT) return;
  const { startTracing } = await import("./lib/traces");
  startTracing();
}

/** Called by Next for whatever fails while it answers, before it has written anything. */
export const onRequestError: Instrumentation.onRequestError = async (error, { headers }) => {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { notePageFailure } = await import("./lib/plain-refusals");
  notePageFailure(error, headers);
};
