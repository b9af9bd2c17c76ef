import { dateFormat, numberFormat } from "./intl";
import type { AnyLanguage } from "./languages";

/** `kB` below a megabyte, then `MB` with one digit behind the point: 12 kB, 3.4 MB. */
export function formatBytes(language: AnyLanguage, bytes: number): string {
  if (bytes < 1_000_000) return inUnit(language, "kilobyte", Math.max(1, Math.round(bytes / 1000)));
  return formatMegabytes(language, bytes / 1_000_000, 1);
}

/**
 * What is on its way: in megabytes, so that little of it changes while it moves, but in `kB` what is too small for that.
 *
 * @param among what it is a part of, which says the unit
 */
export function formatProgress(language: AnyLanguage, bytes: number, among = bytes): string {
  if (among < 100_000) return bytes === 0 ? inUnit(language, "kilobyte", 0) : formatBytes(language, bytes);
  const megabytes = bytes / 1_000_000;
  return formatMegabytes(language, megabytes, megabytes < 10 ? 1 : 0);
}

/** @param digits behind the point, always so many */
export const formatMegabytes = (language: AnyLanguage, megabytes: number, digits: 0 | 1): string =>
  inUnit(language, "megabyte", megabytes, digits);

/** What is stored, and of how much: 0 MB, 12 kB, 3.4 MB, 5.6 GB, 50 GB. Both by thousands, so that the one can reach the other. */
export function formatStored(language: AnyLanguage, bytes: number): string {
  if (bytes === 0) return inUnit(language, "megabyte", 0);
  if (bytes < 1_000_000_000) return formatBytes(language, bytes);
  return inUnit(language, "gigabyte", bytes / 1_000_000_000, 0, 1);
}

const GiB = 1024 ** 3;
const MiB = 1024 ** 2;

/** A limit as it is said: 50 MB for 50 MB and for 50 MiB alike, since in either reading what is no larger is taken. */
export function unitsOfLimit(bytes: number): { value: number; unit: "gigabyte" | "megabyte" } {
  if (bytes % GiB === 0) return { value: bytes / GiB, unit: "gigabyte" };
  return { value: bytes % MiB === 0 ? bytes / MiB : Math.floor(bytes / 100_000) / 10, unit: "megabyte" };
}

/** The same in words. */
export function formatLimit(language: AnyLanguage, bytes: number): string {
  const { value, unit } = unitsOfLimit(bytes);
  return inUnit(language, unit, value, 0, 1);
}

/** JPEG, PNG or HEIC: without a comma before “or”, as in Pail's other sentences. */
export const formatAlternatives = (language: AnyLanguage, names: string[]): string =>
  new Intl.ListFormat(language === "en" ? "en-GB" : language, { type: "disjunction" }).format(names);

/** A day as one writes it in a sentence: November 29, 2026. */
export const formatDay = (language: AnyLanguage, timeZone: string, when: Date | number): string =>
  dateFormat(language, { dateStyle: "long", timeZone }).format(when);

/** The same, short enough for a list: Nov 29, 2026. */
export const formatShortDay = (language: AnyLanguage, timeZone: string, when: Date | number): string =>
  dateFormat(language, { year: "numeric", month: "short", day: "numeric", timeZone }).format(when);

/** November 29, 2026 at 3:04 PM. */
export const formatMoment = (language: AnyLanguage, timeZone: string, when: Date | number): string =>
  dateFormat(language, { dateStyle: "long", timeStyle: "short", timeZone }).format(when);

/** November 2026. In UTC, as a camera's clock is kept. */
export const formatMonth = (language: AnyLanguage, when: Date | number): string =>
  dateFormat(language, { month: "long", year: "numeric", timeZone: "UTC" }).format(when);

/** Nov 2026: the same where there is little room. */
export const formatShortMonth = (language: AnyLanguage, when: Date | number): string =>
  dateFormat(language, { month: "short", year: "numeric", timeZone: "UTC" }).format(when);

/** November. @param month from 0 */
export const formatMonthName = (language: AnyLanguage, month: number): string =>
  dateFormat(language, { month: "long", timeZone: "UTC" }).format(Date.UTC(2000, month, 1));

function inUnit(
  language: AnyLanguage,
  unit: "kilobyte" | "megabyte" | "gigabyte",
  value: number,
  minimumFractionDigits = 0,
  maximumFractionDigits = minimumFractionDigits,
): string {
  const style = { style: "unit", unit, unitDisplay: "short" } as const;
  return numberFormat(language, { ...style, minimumFractionDigits, maximumFractionDigits }).format(value);
}
