import { z } from "zod";
import { clockTimeOf, offsetOf, readClockTime } from "@/lib/images/clock-time";
import type { FileDate } from "@/lib/images/contract";

const isoMoment = z.iso.datetime({ offset: true, local: true });
const isMilliseconds = (text: string): boolean => /^-?\d{1,15}$/.test(text);
/** In an address a plus that nobody has escaped is a space. */
const withPlus = (text: string): string => text.replace(/ (?=\d\d:\d\d$)/, "+");

/** A moment as programs write it: ISO 8601 with or without an offset, or milliseconds. Null for one that no picture can be of. */
export const fileMoment = z
  .union(
    [
      z.int(),
      z.string().refine((text) => isMilliseconds(text) || isoMoment.safeParse(withPlus(text)).success),
    ],
    { error: "must be a moment in ISO 8601, like 2024-07-01T00:30:00+02:00, or in milliseconds since 1970" },
  )
  .transform((moment) => {
    const text = withPlus(String(moment));
    return isMilliseconds(text) ? clockTimeOf(Number(text), 0) : readClockTime(text);
  });

type Moment = z.output<typeof fileMoment>;

interface FileMoments {
  takenAt?: Moment | undefined;
  lastModified?: Moment | undefined;
}

/** What counts of them, where the picture says nothing itself. */
export function fileDateOf({ takenAt, lastModified }: FileMoments): FileDate | undefined {
  const [moment, source] = takenAt ? ([takenAt, "sidecar"] as const) : ([lastModified, "file"] as const);
  return moment ? { at: moment.at, zoneMinutes: moment.zoneMinutes, source } : undefined;
}

/** The same the other way round, as this API takes it. */
export function isoOf({ at, zoneMinutes }: Pick<FileDate, "at" | "zoneMinutes">): string {
  return new Date(at).toISOString().slice(0, -1) + (zoneMinutes === null ? "" : offsetOf(zoneMinutes));
}
