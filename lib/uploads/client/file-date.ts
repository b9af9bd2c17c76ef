import { clockTimeOf, isPlausible } from "@/lib/images/clock-time";
import type { FileDate } from "@/lib/images/contract";

/** What a clock of this device's zone showed at a moment; null where a file says nothing by it: 0 is how nothing is kept. */
export function fileDateAt(momentMs: number, source: FileDate["source"]): FileDate | null {
  if (momentMs === 0 || !Number.isFinite(momentMs)) return null;
  const { at, zoneMinutes } = clockTimeOf(momentMs, 0 - Math.round(new Date(momentMs).getTimezoneOffset()));
  return isPlausible(at) ? { at, zoneMinutes, source } : null;
}
