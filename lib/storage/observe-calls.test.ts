import { afterAll, beforeAll, expect, test } from "vitest";
import { env } from "@/lib/env";
import { metricsText } from "@/lib/metrics";
import { requestContexts } from "@/lib/request-context";
import { type Conduct, refuse, startStoreDouble } from "@/lib/testing/store-double";
import { startTestPail } from "@/lib/testing/test-pail";
import { bucketClient, connectBucket } from "./bucket-client";
import { Storage } from "./storage";

let pail: Awaited<ReturnType<typeof startTestPail>>;
beforeAll(async () => {
  pail = await startTestPail();
});
afterAll(() => pail.stop());

/** The value of one line of /metrics; 0 where there is none. */
async function metric(line: string): Promise<number> {
  const { text } = await metricsText();
  return Number(
    text
      .split("\n")
      .find((one) => one.startsWith(`${line} `))
      ?.slice(line.length + 1) ?? 0,
  );
}

test("what the bucket refused is counted by S3's code, what it did is measured, and it is told who asked", async () => {
  const agents: string[] = [];
  let code = "SlowDown";
  const conduct: Conduct = (request, response, pass) => {
    agents.push(request.headers["user-agent"] ?? "");
    if (request.method === "GET") refuse(request, response, 403, code);
    else pass();
  };
  const double = await startStoreDouble(bucketClient().publicUrl, conduct);
  const credentials = await bucketClient().s3.config.credentials();
  const addresses = { endpoint: double.url, publicEndpoint: double.url };
  const bucket = connectBucket({ ...env().bucket, ...addresses, credentials } as never);
  const storage = new Storage(bucket, "observed");
  try {
    const puts = await metric('pail_s3_seconds_count{operation="PutObject"}');
    await requestContexts.run({ id: "the-request" }, () =>
      storage.save("a.txt", "text", { type: "text/plain" }),
    );
    expect(agents).toHaveLength(1);
    expect(agents[0]).toMatch(/^aws-sdk-js.* pail-request\/the-request$/);
    expect(await metric('pail_s3_seconds_count{operation="PutObject"}')).toBe(puts + 1);
    for (code of ["AccessDenied", "AccessDenied", 'made"up\n']) {
      await expect(storage.read("a.txt")).rejects.toMatchObject({ name: "AppError" });
    }
    expect(agents.slice(1).filter((agent) => agent.includes("pail-request"))).toEqual([]);
    expect(await metric('pail_s3_errors_total{operation="GetObject",code="AccessDenied"}')).toBe(2);
    expect(await metric('pail_s3_errors_total{operation="GetObject",code="other"}')).toBe(1);
  } finally {
    bucket.s3.destroy();
    await double.close();
  }
});
