import "server-only";
import { context, propagation, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from "@opentelemetry/resources";
import { BatchSpanProcessor, type SpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { withoutSecrets } from "./without-secrets";

/** Sends Next's spans, and ours within them, to where the variables of OpenTelemetry say. */
export function startTracing(): void {
  const resource = defaultResource()
    .merge(resourceFromAttributes({ "service.name": "pail" }))
    .merge(detectResources({ detectors: [envDetector] }));
  const exporter = new OTLPTraceExporter();
  const spanProcessors = [cleaning, new BatchSpanProcessor({ exporter })];
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(new TracerProvider({ resource, spanProcessors }));
}

/** Next says what was asked for whole, with a set-up link's token or a share's. */
const cleaning: SpanProcessor = {
  onStart: () => {},
  onEnding(span) {
    for (const attributes of [span.attributes, ...span.events.map((event) => event.attributes ?? {})])
      Object.assign(attributes, cleaned(attributes));
  },
  onEnd: () => {},
  forceFlush: async () => {},
  shutdown: async () => {},
};

const cleaned = (attributes: object): object =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name,
      typeof value === "string" ? withoutSecrets(value) : value,
    ]),
  );
