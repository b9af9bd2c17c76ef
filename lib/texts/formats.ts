import type { AnyLanguage } from "./languages";

/** `kB` below a megabyte, then `MB` with one digit behind the point: 12 kB, 3.4 MB. */
export function formatBytes(language: AnyLanguage, bytes: number): string {
  if (bytes < 1_000_000) return kilobytes(language).format(Math.max(1, Math.round(bytes / 1000)));
  return formatMegabytes(language, bytes / 1_000_000, 1);
}

/** @param digits behind the point, always so many */
export function formatMegabytes(language: AnyLanguage, megabytes: number, digits: 0 | 1): string {
  return (digits === 0 ? wholeMegabytes : tenthMegabytes)(language).format(megabytes);
}

const GiB = 1024 ** 3;
const MiB = 1024 ** 2;

/** As `sayBytes` in lib/images/limits.ts says it: what is no larger is taken, whichever way one counts. */
export function formatLimit(language: AnyLanguage, bytes: number): string {
  if (bytes % GiB === 0) return gigabytes(language).format(bytes / GiB);
  return limits(language).format(bytes % MiB === 0 ? bytes / MiB : Math.floor(bytes / 100_000) / 10);
}

/** A day as one writes it in a sentence: November 29, 2026. */
export const formatDay = (language: AnyLanguage, zone: string, when: Date | number): string =>
  days(language, zone).format(when);

/** The same, short enough for a list: Nov 29, 2026. */
export const formatShortDay = (language: AnyLanguage, zone: string, when: Date | number): string =>
  shortDays(language, zone).format(when);

/** November 29, 2026 at 3:04 PM. */
export const formatMoment = (language: AnyLanguage, zone: string, when: Date | number): string =>
  moments(language, zone).format(when);

/**
 * November 2026. In UTC, as a camera's clock is kept: see “A month in UTC” in the README.
 */
export const formatMonth = (language: AnyLanguage, when: Date | number): string =>
  months(language).format(when);

const kilobytes = remembered((language: string) => unit(language, "kilobyte", 0));
const wholeMegabytes = remembered((language: string) => unit(language, "megabyte", 0));
const tenthMegabytes = remembered((language: string) => unit(language, "megabyte", 1));
const limits = remembered((language: string) => unit(language, "megabyte", 0, 1));
const gigabytes = remembered((language: string) => unit(language, "gigabyte", 0));
const days = remembered((language: string, timeZone: string) =>
  dates(language, { dateStyle: "long", timeZone }),
);
const shortDays = remembered((language: string, timeZone: string) =>
  dates(language, { year: "numeric", month: "short", day: "numeric", timeZone }),
);
const moments = remembered((language: string, timeZone: string) =>
  dates(language, { dateStyle: "long", timeStyle: "short", timeZone }),
);
const months = remembered((language: string) =>
  dates(language, { month: "long", year: "numeric", timeZone: "UTC" }),
);

const dates = (language: string, options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat(language, options);

function unit(
  language: string,
  name: "kilobyte" | "megabyte" | "gigabyte",
  minimumFractionDigits: number,
  maximumFractionDigits = minimumFractionDigits,
): Intl.NumberFormat {
  return new Intl.NumberFormat(language, {
    ...{ style: "unit", unit: name, unitDisplay: "short" },
    ...{ minimumFractionDigits, maximumFractionDigits },
  });
}

/** Making a formatter takes a hundred times as long as using it. */
export function remembered<A extends unknown[], T>(make: (...args: A) => T): (...args: A) => T {
  const known = new Map<string, T>();
  return (...args) => {
    const key = JSON.stringify(args);
    const value = known.get(key) ?? make(...args);
    known.set(key, value);
    return value;
  };
}
