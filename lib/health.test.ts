import { expect, test } from "vitest";
import { database } from "./db/client";
import { checkHealth } from "./health";
import { startTestPail } from "./test-pail";

test("says which of database and bucket does not answer", async () => {
  const pail = await startTestPail();
  expect(await checkHealth()).toEqual({ ok: true, database: "ok", bucket: "ok" });
  database().close();
  expect(await checkHealth()).toEqual({ ok: false, database: "down", bucket: "ok" });
  await pail.stop();
  expect(await checkHealth()).toEqual({ ok: false, database: "down", bucket: "down" });
});
