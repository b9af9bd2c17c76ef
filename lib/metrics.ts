import "server-only";
import { SpanKind, trace } from "@opentelemetry/api";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { now } from "./clock";

/** Seconds, from what a local SQLite takes to what a person gives up at. */
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

function makeMetrics() {
  const registry = new Registry();
  const about = (name: string, help: string) => ({ name: `pail_${name}`, help, registers: [registry] });
  const counter = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
    new Counter({ ...about(name, help), labelNames });
  const gauge = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
    new Gauge({ ...about(name, help), labelNames });
  const histogram = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
    new Histogram({ ...about(name, help), labelNames, buckets });
  return {
    registry,
    uploads: counter("uploads_total", "Uploads that have ended, by how.", "outcome"),
    uploadedBytes: counter("uploaded_bytes_total", "Bytes of originals that became pictures."),
    confirms: histogram(
      "confirm_seconds",
      "From the confirm of an upload to its picture, or to its refusal.",
    ),
    requests: histogram(
      "request_seconds",
      "Requests answered by the pages and the API, by status.",
      "status",
    ),
    bucketErrors: counter(
      "s3_errors_total",
      "What the bucket, or the way to it, refused the server, in S3's words.",
      "operation",
      "code",
    ),
    bucketCalls: histogram("s3_seconds", "Requests of the server to the bucket.", "operation"),
    queries: histogram("database_seconds", "Statements, or batches of them, in the database.", "outcome"),
    swept: counter("swept_total", "What the sweep has ended or deleted.", "what"),
    reconciled: gauge("reconcile_found", "What the last comparison of bucket and database found.", "what"),
    jobs: counter("jobs_total", "Scheduled jobs that have run, by how they ended.", "job", "outcome"),
    jobsDone: gauge("job_done_timestamp_seconds", "When a scheduled job was last done here.", "job"),
  };
}

const key = Symbol.for("pail.metrics");
const shared = globalThis as { [key]?: ReturnType<typeof makeMetrics> };

/** One in the process: the pages are built apart from the server that serves them. */
shared[key] ??= makeMetrics();
const metrics = shared[key];

export type UploadOutcome = "ready" | "duplicate" | "rejected" | "expired" | "abandoned";

/** What happens, for `/metrics`. Times are in milliseconds, as they are everywhere else in Pail. Each process counts its own. */
export const observe = {
  upload: (outcome: UploadOutcome, count = 1): void => metrics.uploads.inc({ outcome }, count),
  uploadedBytes: (bytes: number): void => metrics.uploadedBytes.inc(bytes),
  confirm: (ms: number): void => metrics.confirms.observe(ms / 1000),
  request: (status: number, ms: number): void =>
    metrics.requests.observe({ status: `${Math.floor(status / 100)}xx` }, ms / 1000),
  bucketCall: (operation: string, ms: number): void => {
    metrics.bucketCalls.observe({ operation }, ms / 1000);
    addSpan(`S3 ${operation}`, ms);
  },
  /** A code that is no word of S3's kind, as a store may make one up for each answer, counts as `other`. */
  bucketError: (operation: string, code: string): void =>
    metrics.bucketErrors.inc({ operation, code: /^\w{1,50}$/.test(code) ? code : "other" }),
  query: (outcome: "done" | "failed", ms: number): void => {
    metrics.queries.observe({ outcome }, ms / 1000);
    addSpan("database", ms);
  },
  /** a report of the sweep: how many of each */
  swept: (report: object): void => {
    for (const [what, count] of countsIn(report)) metrics.swept.inc({ what }, count);
  },
  reconciled: (report: object): void => {
    for (const [what, count] of countsIn(report)) metrics.reconciled.set({ what }, count);
  },
  job: (job: string, outcome: "done" | "failed"): void => {
    metrics.jobs.inc({ job, outcome });
    if (outcome === "done") metrics.jobsDone.set({ job }, now().getTime() / 1000);
  },
};

/** Of what has just ended, in the trace of the request; nothing where nobody traces. */
function addSpan(name: string, ms: number): void {
  const endTime = now().getTime();
  trace
    .getTracer("pail")
    .startSpan(name, { kind: SpanKind.CLIENT, startTime: endTime - ms })
    .end(endTime);
}

const countsIn = (report: object): [string, number][] =>
  Object.entries(report).filter((entry): entry is [string, number] => typeof entry[1] === "number");

/** All that was observed in this process, as Prometheus reads it, with what Node says of the process itself. */
export async function metricsText(): Promise<{ type: string; text: string }> {
  const { registry } = metrics;
  if (registry.getSingleMetric("process_cpu_seconds_total") === undefined)
    collectDefaultMetrics({ register: registry });
  return { type: registry.contentType, text: await registry.metrics() };
}
