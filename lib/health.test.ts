import { expect, test, vi } from "vitest";
import { database } from "./db/client";
import { checkHealth } from "./health";
import { bucketClient } from "./storage/bucket-client";
import { startTestPail } from "./testing/test-pail";

test("says which of database and bucket does not answer, and does not wait for one that says nothing", async () => {
  const pail = await startTestPail();
  expect(await checkHealth()).toEqual({ ok: true, database: "ok", bucket: "ok" });
  const send = vi.spyOn(bucketClient().s3, "send").mockImplementation(() => new Promise(() => {}));
  expect(await checkHealth()).toEqual({ ok: false, database: "ok", bucket: "down" });
  send.mockRestore();
  database().close();
  expect(await checkHealth()).toEqual({ ok: false, database: "down", bucket: "ok" });
  await pail.stop();
  expect(await checkHealth()).toEqual({ ok: false, database: "down", bucket: "down" });
});
