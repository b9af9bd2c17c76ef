import { beforeEach, expect, it, vi } from "vitest";
import { plainFailure } from "@/lib/errors";
import { SimulatedClock } from "@/lib/testing/simulated-clock";
import { SimulatedWorld } from "@/lib/testing/simulated-world";
import { sleep } from "../clock";
import { withCallTimeout } from "./call-timeout";

const never = new AbortController().signal;
let clock: SimulatedClock;
let world: SimulatedWorld;
const abortCalls = vi.fn();

beforeEach(() => {
  clock = new SimulatedClock();
  world = new SimulatedWorld(clock);
  abortCalls.mockReset();
});

/** What comes of a call that takes so long, and when it is known. */
async function call(ms: number) {
  const retryContext = { clock, connection: world.connection, random: () => 0.5 };
  let outcome: unknown;
  const done = withCallTimeout(() => sleep(clock, ms, never).then(() => "answer"), retryContext, abortCalls)
    .then(
      (answer) => answer,
      (error) => error.failure,
    )
    .then((what) => {
      outcome = { what, atMs: clock.now() };
    });
  await clock.advance(1_000_000);
  await done;
  return outcome;
}

it("waits for minutes where Pail is there", async () => {
  expect(await call(299_000)).toEqual({ what: "answer", atMs: 299_000 });
  expect(abortCalls).not.toHaveBeenCalled();
});

it("aborts the calls after five minutes even then", async () => {
  expect(await call(301_000)).toEqual({ what: plainFailure("stalled"), atMs: 300_000 });
  expect(abortCalls).toHaveBeenCalledOnce();
});

it("aborts the calls after half a minute where Pail is not there", async () => {
  world.isOnline = false;
  expect(await call(29_000)).toEqual({ what: "answer", atMs: 29_000 });
  expect(abortCalls).not.toHaveBeenCalled();
  expect(await call(31_000)).toEqual({ what: plainFailure("stalled"), atMs: 1_030_000 });
  expect(abortCalls).toHaveBeenCalledOnce();
});

it("asks no more once there is an answer", async () => {
  const isOnline = vi.spyOn(world.connection, "isOnline");
  await call(45_000);
  expect(isOnline).toHaveBeenCalledTimes(1);
});
