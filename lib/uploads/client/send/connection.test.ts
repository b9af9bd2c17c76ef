import { beforeEach, expect, it } from "vitest";
import { plainFailure } from "@/lib/errors";
import { SimulatedClock } from "@/lib/testing/simulated-clock";
import { AppConnection } from "./connection";
import { maxTries, retrying, TransientError } from "./retry";

const never = new AbortController().signal;
let clock: SimulatedClock;
let isUp: boolean;
/** Moments at which Pail was asked. */
let asked: number[];
let networkListeners: Set<() => void>;
let connection: AppConnection;

beforeEach(() => {
  clock = new SimulatedClock();
  isUp = false;
  asked = [];
  networkListeners = new Set();
  connection = new AppConnection({
    clock,
    random: () => 1,
    doesPailAnswer: async () => {
      asked.push(clock.now());
      return isUp;
    },
    onNetwork: (listener) => {
      networkListeners.add(listener);
      return () => networkListeners.delete(listener);
    },
    onReturn: () => () => {},
    isLeaving: () => false,
  });
});

it("asks once for all who want to know at the same time", async () => {
  expect(await Promise.all([connection.isOnline(), connection.isOnline()])).toEqual([false, false]);
  expect(asked).toEqual([0]);
  isUp = true;
  expect(await connection.isOnline()).toBe(true);
});

it("asks ever more seldom while somebody waits, at once when the network is back, and never without a reason", async () => {
  let told = 0;
  const stop = connection.onOnline(() => {
    told += 1;
    stop();
  });
  await clock.advance(120_000);
  expect(asked.map((ms) => ms / 1000)).toEqual([1, 3, 7, 15, 31, 61, 91]);
  isUp = true;
  for (const listener of networkListeners) listener();
  await clock.advance(0);
  expect([told, asked.length]).toEqual([1, 8]);
  await clock.advance(Infinity);
  expect(asked).toHaveLength(8);
});

it("watches again for whoever waits later", async () => {
  connection.onOnline(() => {})();
  await clock.advance(Infinity);
  expect(asked).toEqual([]);
  let isTold = false;
  connection.onOnline(() => {
    isTold = true;
  });
  isUp = true;
  await clock.advance(1000);
  expect(isTold).toBe(true);
});

it.each(["network", "no_answer", "stalled"] as const)(
  "counts no try while Pail cannot be reached: %s",
  async (code) => {
    let isCut = true;
    let tries = 0;
    const statuses = new Set<string>();
    const done = retrying(
      async () => {
        tries += 1;
        if (isCut) throw new TransientError(plainFailure(code));
        return "done";
      },
      { clock, random: () => 0, connection },
      never,
      (wait) => wait && statuses.add(wait.status),
    );
    await clock.advance(3_600_000);
    expect([...statuses]).toEqual(["offline"]);
    expect(tries).toBeGreaterThan(maxTries);
    [isUp, isCut] = [true, false];
    await clock.advance(30_000);
    await expect(done).resolves.toBe("done");
  },
);

it("counts them while Pail answers: then it is the bucket that cannot be reached", async () => {
  isUp = true;
  let tries = 0;
  const done = retrying(
    async () => {
      tries += 1;
      throw new TransientError(plainFailure("network"));
    },
    { clock, random: () => 0, connection },
    never,
    () => {},
  );
  await Promise.all([expect(done).rejects.toThrow(plainFailure("network").message), clock.advance(Infinity)]);
  expect(tries).toBe(maxTries);
});
