import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { expect, test } from "./fixtures";
import { PailServer } from "./support/pail-server";

const token = "what a Prometheus shows";

test("Prometheus reads what happened by its token; without one there is no such door", async ({
  request,
  pail,
}) => {
  expect((await request.get(`${pail.origin}/metrics`)).status()).toBe(404);
  const watched = await PailServer.start({ env: { METRICS_TOKEN: token, CRON_SECRET: token } });
  try {
    const url = `${watched.origin}/metrics`;
    const headers = { authorization: `Bearer ${token}` };
    expect((await request.get(url)).status()).toBe(401);
    await request.get(`${watched.origin}/sign-in`);
    await request.post(`${watched.origin}/cron`, { headers });
    const answer = await request.get(url, { headers });
    expect(answer.headers()["content-type"]).toContain("version=0.0.4");
    const said = await answer.text();
    for (const line of [
      'pail_jobs_total{job="sweep",outcome="done"} 1',
      'pail_reconcile_found{what="orphans"} 0',
      'pail_request_seconds_count{status="4xx"} 1',
      /^pail_s3_seconds_count\{operation="ListObjectsV2"\} [1-9]/m,
      /^pail_database_seconds_count\{outcome="done"\} [1-9]/m,
      /^process_resident_memory_bytes \d{8}/m,
    ])
      expect(said).toMatch(line);
    expect(watched.output).not.toContain(token);
  } finally {
    await watched.stop();
  }
});

test("an answer, its line in the log and its trace have one number; traces go to the collector that is named", async ({
  request,
}) => {
  const sent: string[] = [];
  const collector = createServer(async (incoming, response) => {
    sent.push(`${incoming.url} ${await text(incoming)}`);
    response.end("{}");
  });
  await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
  const { port } = collector.address() as AddressInfo;
  const watched = await PailServer.start({
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, OTEL_BSP_SCHEDULE_DELAY: "100" },
  });
  try {
    const answer = await request.get(`${watched.origin}/sign-in?from=a-secret`);
    expect(answer.headers()["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
    await expect.poll(() => sent.join("\n")).toContain("/v1/traces");
    await expect.poll(() => sent.join("\n")).toContain("/sign-in");
    const traces = sent.join("\n");
    expect(traces).toContain('"key":"service.name","value":{"stringValue":"pail"}');
    // A set-up link and a signed URL have their secrets there.
    expect(traces.includes("a-secret")).toBe(false);
  } finally {
    await watched.stop();
    collector.closeAllConnections();
    collector.close();
  }
});
