import { z } from "zod";
import { isPlausible } from "./clock-time";
import { type CapturedSource, capturedSources, type FileDate } from "./contract";
import type { Noted } from "./formats/metadata";

/** The columns of a picture that say when it was taken. */
export interface Captured {
  capturedAt: Date;
  capturedZoneMinutes: number | null;
  capturedOrder: string;
  capturedSource: CapturedSource;
}

interface Known {
  /** what the picture says, as the server read it */
  noted: Noted;
  /** what was said of its file */
  fileDate: FileDate | null;
  addedAt: Date;
  /** of its file */
  name: string;
}

/** When a picture was taken: by what it says itself, else by what is said of its file, else it counts as of when it was added. */
export function capturedOf({ noted, fileDate, addedAt, name }: Known): Captured {
  const { capturedAt, capturedZoneMinutes, capturedMicroseconds } = noted;
  if (capturedAt !== null) {
    return {
      capturedAt: new Date(capturedAt),
      capturedZoneMinutes,
      capturedOrder: orderWithin(capturedMicroseconds, name),
      capturedSource: "picture",
    };
  }
  const capturedOrder = orderWithin(0, name);
  if (fileDate !== null && isPlausible(fileDate.at)) {
    const { at, zoneMinutes, source } = fileDate;
    return {
      capturedAt: new Date(at),
      capturedZoneMinutes: zoneMinutes,
      capturedOrder,
      capturedSource: source,
    };
  }
  return { capturedAt: addedAt, capturedZoneMinutes: 0, capturedOrder, capturedSource: "added" };
}

/**
 * What a date was before a person set it. It is kept in the column of the facts, under `unedited`, as what was said of a file is
 * said nowhere else: see “Dates that a person set” in README.md.
 */
const uneditedShape = z.object({
  at: z.number(),
  zoneMinutes: z.number().nullable(),
  order: z.string(),
  source: z.enum(capturedSources),
});
export type UneditedDate = z.infer<typeof uneditedShape>;

/** @param facts `images.facts`, as the database has it; null where nobody has set the date */
export const readUnedited = (facts: unknown): UneditedDate | null =>
  z.object({ unedited: uneditedShape }).safeParse(facts).data?.unedited ?? null;

export const uneditedOf = ({
  capturedAt,
  capturedZoneMinutes: zoneMinutes,
  capturedOrder: order,
  capturedSource: source,
}: Captured): UneditedDate => ({ at: capturedAt.getTime(), zoneMinutes, order, source });

/**
 * Orders pictures of the same millisecond when compared by code points: by what is left of the second, then by the names of
 * their files as people sort them, 2 before 10.
 */
export const orderWithin = (microseconds: number, name: string): string =>
  `${String(microseconds).padStart(3, "0")} ${naturalOrder(name)}`;

function naturalOrder(name: string): string {
  const [, stem = "", extension = ""] = /^(.+?)(?:\.([^.]*))?$/.exec(name) ?? [];
  // A tab stands before all that a name can hold: "a" before "a (1)", whatever their extensions.
  return `${alike(stem)}\t${alike(extension)}`;
}

/** Without what people do not sort by: case, accents, widths. Each number is preceded by the count of its digits. */
const alike = (text: string): string =>
  text
    .normalize("NFKD")
    .replaceAll(/\p{Mn}+/gu, "")
    .toLowerCase()
    .normalize("NFC")
    .replaceAll(/\d+/g, (digits) => {
      const significant = digits.replace(/^0+(?=.)/, "");
      return "9".repeat(Math.floor(significant.length / 9)) + (significant.length % 9) + significant;
    });
