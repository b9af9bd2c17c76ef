import { expect, test } from "vitest";
import { database } from "./db/client";
import { checkHealth } from "./health";
import { bucketClient } from "./storage/bucket-client";
import { startTestPail } from "./test-pail";

test("does not wait for a bucket that says nothing", async () => {
  const pail = await startTestPail();
  bucketClient().s3.middlewareStack.add(() => () => new Promise(() => {}), { step: "initialize" });
  expect(await checkHealth()).toEqual({ ok: false, database: "ok", bucket: "down" });
  await pail.stop();
});

test("says which of database and bucket does not answer", async () => {
  const pail = await startTestPail();
  expect(await checkHealth()).toEqual({ ok: true, database: "ok", bucket: "ok" });
  database().close();
  expect(await checkHealth()).toEqual({ ok: false, database: "down", bucket: "ok" });
  await pail.stop();
  expect(await checkHealth()).toEqual({ ok: false, database: "down", bucket: "down" });
});
