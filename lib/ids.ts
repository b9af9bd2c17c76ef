import { v7 } from "uuid";
import { now } from "@/lib/clock";

/** A new UUIDv7: its order is the order of making, so that new rows go to the end of an index. */
export function newId(madeAt = now()): string {
  return v7({ msecs: madeAt.getTime() });
}
