import { secretRoute } from "@/lib/api/secret-route";
import { metricsText } from "@/lib/metrics";

/** What this process has done, for Prometheus. */
export const GET = secretRoute("METRICS_TOKEN", async () => {
  const { type, text } = await metricsText();
  return new Response(text, { headers: { "content-type": type } });
});
