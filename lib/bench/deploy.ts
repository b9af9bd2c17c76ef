import { countRoundTrips } from "@/lib/testing/round-trips";
import { sayPackedStart } from "./packed-start";

/** Of a database in the same region as the app. */
const delayMs = 10;

/** What matters where Pail runs on other machines than its database and its bucket; each part prints its own figures. */
const parts: (() => Promise<void>)[] = [sayRoundTrips, sayPackedStart];

export async function benchDeploy(): Promise<void> {
  for (const part of parts) await part();
}

async function sayRoundTrips(): Promise<void> {
  console.log(`round trips to a database ${delayMs} ms away, with the session's`);
  for (const { what, trips, most, ms } of await countRoundTrips(delayMs)) {
    const mark = trips > most ? `MISSED: at most ${most}` : `at most ${most}`;
    console.log(`  ${what.padEnd(34)} ${String(trips).padStart(3)}  (${mark})  ${ms.toFixed(0)} ms`);
  }
}
