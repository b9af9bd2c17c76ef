import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { database } from "@/lib/db/client";
import { DatabaseError } from "@/lib/db/failure";
import { jobs } from "@/lib/db/schema";
import { newId } from "@/lib/ids";
import { startTestPail } from "@/lib/testing/test-pail";
import { Endings, ending } from "./endings";

let pail: Awaited<ReturnType<typeof startTestPail>>;
beforeAll(async () => {
  pail = await startTestPail();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});
afterAll(() => pail.stop());

const insert = (name: string) =>
  database()
    .orm.insert(jobs)
    .values({ name, notBefore: new Date(0) });
const named = (name: string) =>
  ending(
    [insert(name).returning({ name: jobs.name }), database().orm.select().from(jobs)] as const,
    async ([[row]]) => row?.name,
  );
const isThere = async (name: string) =>
  (await database().orm.select().from(jobs).where(eq(jobs.name, name))).length === 1;

test("many are written at once, and each hears of its own", async () => {
  const atomic = vi.spyOn(database(), "atomic");
  const endings = new Endings<string | undefined>();
  const names = Array.from({ length: 60 }, () => newId());
  const outcomes = names.map((name) => endings.add(named(name)));
  await endings.write();
  expect(
    (await Promise.all(outcomes)).map((outcome) => outcome.status === "fulfilled" && outcome.value),
  ).toEqual(names);
  expect(atomic).toHaveBeenCalledTimes(3);
});

test("what is wrong with one keeps no other, and is told to that one", async () => {
  const endings = new Endings<string | undefined>();
  const [first, taken, last] = [newId(), newId(), newId()];
  await insert(taken);
  const outcomes = [first, taken, last].map((name) => endings.add(named(name)));
  await endings.write();
  expect((await Promise.all(outcomes)).map(({ status }) => status)).toEqual([
    "fulfilled",
    "rejected",
    "fulfilled",
  ]);
  expect([await isThere(first), await isThere(last)]).toEqual([true, true]);
});

test("where the database is not to be had, all hear it, and nothing is asked again", async () => {
  const gone = new DatabaseError("unreachable", "It is gone.");
  const atomic = vi.spyOn(database(), "atomic").mockRejectedValue(gone);
  const endings = new Endings<string | undefined>();
  const outcomes = [newId(), newId()].map((name) => endings.add(named(name)));
  await endings.write();
  for (const outcome of await Promise.all(outcomes))
    expect(outcome).toEqual({ status: "rejected", reason: gone });
  expect(atomic).toHaveBeenCalledTimes(1);
});

test("what has waited long is written though nothing follows it", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const endings = new Endings<string | undefined>();
  const name = newId();
  const outcome = endings.add(named(name));
  await vi.advanceTimersByTimeAsync(9000);
  expect(await isThere(name)).toBe(false);
  await vi.advanceTimersByTimeAsync(2000);
  expect(await outcome).toEqual({ status: "fulfilled", value: name });
});
