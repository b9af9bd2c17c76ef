import { expect, test, vi } from "vitest";
import { newId } from "@/lib/ids";
import { inBatches, isWorking, workNow } from "./batches";

const ids = (count: number) => Array.from({ length: count }, newId);
const say = (done: number, total: number) => `${done} of ${total}`;
const wentWell = async (batch: string[]) => ({ ok: true as const, value: batch.length });

test("so many a request as an action takes, one after another, in their order", async () => {
  const all = ids(1201);
  const asked: string[][] = [];
  const done: number[] = [];
  let underWay = 0;
  const end = await inBatches(
    all,
    say,
    async (batch) => {
      underWay += 1;
      expect(underWay).toBe(1);
      asked.push(batch);
      await Promise.resolve();
      underWay -= 1;
      return wentWell(batch);
    },
    (count) => done.push(count),
  );
  expect(asked.flat()).toEqual(all);
  expect(done).toEqual([500, 500, 201]);
  expect(end).toEqual({ status: "done", done: all });
  expect(isWorking()).toBe(false);
});

test("a request that fails is asked again once somebody goes on, and what was done is not", async () => {
  const all = ids(1000);
  let tries = 0;
  const asked: number[] = [];
  const ending = inBatches(
    all,
    say,
    async (batch) => {
      tries += 1;
      asked.push(all.indexOf(batch[0] ?? ""));
      if (tries === 2) throw new TypeError("Failed to fetch");
      return wentWell(batch);
    },
    () => {},
  );
  await vi.waitFor(() => expect(workNow()?.state).toMatchObject({ failure: { code: "no_answer" } }));
  expect(workNow()).toMatchObject({ done: 500, total: 1000 });
  workNow()?.goOn();
  expect((await ending).status).toBe("done");
  expect(asked).toEqual([0, 500, 500]);
});

test("stopped after a failure or in the middle, it says what was done", async () => {
  const all = ids(1500);
  const refused = { ok: false as const, error: { code: "unavailable" as const, message: "" } };
  let requests = 0;
  const afterFailure = inBatches(
    all,
    say,
    async (batch) => (++requests === 2 ? refused : wentWell(batch)),
    () => {},
  );
  await vi.waitFor(() => expect(workNow()?.state).toMatchObject({ failure: { code: "unavailable" } }));
  workNow()?.stop();
  expect(await afterFailure).toEqual({ status: "stopped", done: all.slice(0, 500) });

  const inTheMiddle = inBatches(
    all,
    say,
    async (batch) => {
      workNow()?.stop();
      expect(workNow()?.state).toBe("stopping");
      return wentWell(batch);
    },
    () => {},
  );
  expect(await inTheMiddle).toEqual({ status: "stopped", done: all.slice(0, 500) });
});

test("of two at once the second waits, also where the first has failed for good", async () => {
  const order: string[] = [];
  const first = inBatches(ids(1), say, wentWell, () => {
    throw new Error("a fault of ours");
  });
  const second = inBatches(ids(1), say, wentWell, () => order.push("second"));
  await expect(first).rejects.toThrow("a fault of ours");
  await second;
  expect(order).toEqual(["second"]);
  expect(isWorking()).toBe(false);
});
