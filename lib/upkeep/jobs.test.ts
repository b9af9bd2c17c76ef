import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { setClock } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { jobs } from "@/lib/db/schema";
import { bucketClient } from "@/lib/storage/bucket-client";
import { startTestPail } from "@/lib/testing/test-pail";
import { runDueJobs } from "./jobs";

let pail: Awaited<ReturnType<typeof startTestPail>>;
beforeAll(async () => {
  pail = await startTestPail();
});
afterAll(() => pail.stop());
afterEach(() => setClock(null));

const later = (hours: number) => setClock(new Date(Date.now() + hours * 3_600_000));

test("of several instances one does a job that is due, and nobody does it again before its time", async () => {
  await database().orm.delete(jobs);
  const all = await Promise.all([runDueJobs(), runDueJobs(), runDueJobs()]);
  expect(all.flatMap((reports) => Object.keys(reports)).sort()).toEqual([
    "backup",
    "journal",
    "journal merge",
    "reconcile",
    "sweep",
  ]);
  expect(await runDueJobs()).toEqual({});
  later(0.1);
  expect(Object.keys(await runDueJobs())).toEqual(["journal", "sweep"]);
  later(25);
  expect(Object.keys(await runDueJobs())).toEqual([
    "journal",
    "journal merge",
    "sweep",
    "reconcile",
    "backup",
  ]);
  // One whose instance died is taken over once its time is up.
  const notBefore = new Date(Date.now() + 26 * 3_600_000);
  await database().orm.update(jobs).set({ notBefore });
  expect(await runDueJobs()).toEqual({});
  later(26.1);
  expect(Object.keys(await runDueJobs())).toEqual([
    "journal",
    "journal merge",
    "sweep",
    "reconcile",
    "backup",
  ]);
});

test("a job that fails keeps no other from its turn, and is tried again five minutes later", async () => {
  await database().orm.delete(jobs);
  const send = vi.spyOn(bucketClient().s3, "send").mockRejectedValue(new Error("no bucket") as never);
  expect(await runDueJobs()).toEqual({
    journal: { changes: 0 },
    "journal merge": { told: 0, deleted: 0 },
    sweep: null,
    reconcile: null,
    backup: null,
  });
  send.mockRestore();
  expect(await runDueJobs()).toEqual({});
  later(0.1);
  expect(await runDueJobs()).toMatchObject({ sweep: { expired: 0 }, reconcile: { orphans: 0 } });
});
