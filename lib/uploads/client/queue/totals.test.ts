import { expect, it } from "vitest";
import { SimulatedClock } from "@/lib/testing/simulated-clock";
import { SpeedMeter, totalsOf } from "./totals";
import type { UploadItem } from "./upload-item";

async function meterAfter(bytesOfEachSecond: number[]): Promise<SpeedMeter> {
  const clock = new SimulatedClock();
  const meter = new SpeedMeter(clock);
  for (const bytes of bytesOfEachSecond) {
    await clock.advance(1000);
    meter.moved(bytes);
    meter.bytesPerSecond();
  }
  return meter;
}

const sending = { state: { status: "sending", sentBytes: 1, totalBytes: 4 }, bytes: 8_000_000 } as UploadItem;
const steady = Array<number>(10).fill(1_000_000);

it("the speed is right from the first second, and one fast second hardly moves it", async () => {
  for (const seconds of [1, 2, 10])
    expect((await meterAfter(steady.slice(0, seconds))).bytesPerSecond()).toBeCloseTo(1_000_000);
  const after = (await meterAfter([...steady, 5_000_000])).bytesPerSecond();
  expect(after).toBeGreaterThan(1_000_000);
  expect(after).toBeLessThan(2_000_000);
});

it("while a file waits for the connection there is none either", async () => {
  const offline = {
    ...sending,
    state: { ...sending.state, status: "offline", code: "offline" },
  } as UploadItem;
  expect(totalsOf([sending, offline], await meterAfter(steady))).toMatchObject({
    bytesPerSecond: 0,
    secondsLeft: null,
    sentBytes: 4_000_000,
  });
});

it("where nothing moves there is no speed, and no time left to tell", async () => {
  const meter = await meterAfter(steady);
  expect(totalsOf([sending], meter)).toMatchObject({ sentBytes: 2_000_000, secondsLeft: 6 });
  const stuck = await meterAfter([...steady, ...Array<number>(60).fill(0)]);
  expect(totalsOf([sending], stuck)).toMatchObject({ bytesPerSecond: 0, secondsLeft: null });
});
