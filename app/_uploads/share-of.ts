import type { Totals } from "@/lib/uploads/client/queue/totals";

/** The share of the bytes that are sent, 0 to 1. */
export function shareOf({ sentBytes, totalBytes, active, done }: Totals): number {
  if (active === 0) return done === 0 ? 0 : 1;
  return totalBytes === 0 ? 0 : sentBytes / totalBytes;
}
