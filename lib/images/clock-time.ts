/** What a clock showed, never shifted by its zone: see “Dates and time zones” in README.md. */
export interface ClockTime {
  /** ms since the epoch, as if the clock had shown UTC */
  at: number;
  /** what follows the millisecond, 0 to 999 */
  microseconds: number;
  /** minutes by which the clock was ahead of UTC; null where that is not noted */
  zoneMinutes: number | null;
}

/** The oldest photograph that is left was taken in 1826. */
export const oldestMs = Date.UTC(1826, 0, 1);
const dayMs = 86_400_000;
const maxZoneMinutes = 15 * 60;

/** Whether a picture can be of that time: a clock may be ahead of this one, by its zone and a little more. */
export const isPlausible = (at: number): boolean => at >= oldestMs && at <= newestMs();
export const newestMs = (): number => Date.now() + dayMs;

/** What a clock in that zone showed at a moment, in ms since the epoch. */
export const clockTimeOf = (momentMs: number, zoneMinutes: number): ClockTime => ({
  at: Math.floor(momentMs) + zoneMinutes * 60_000,
  microseconds: 0,
  zoneMinutes,
});

/** Like “+02:00”. */
export function offsetOf(zoneMinutes: number): string {
  const minutes = Math.abs(zoneMinutes);
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, "0"));
  return `${zoneMinutes < 0 ? "-" : "+"}${hours}:${rest}`;
}

export interface NotedBeside {
  /** like “+02:00” */
  zone?: string | undefined;
  /** the digits behind the second */
  fraction?: string | undefined;
}

/**
 * Reads a date as cameras and programs spell it: with colons, dashes, slashes, a T, without seconds, with an offset. What its text
 * says goes before what is noted beside it. A day without a time is its midnight. Null for what is no date, or none that can be.
 */
export function readClockTime(text: string, beside: NotedBeside = {}): ClockTime | null {
  const day = readDay(text.trim());
  if (day === null) return null;
  const time = readTime(day.rest);
  if (time === null) return null;
  const { hour, minute, second, fraction = beside.fraction, zone } = time;
  const digits = /^\s*(\d+)/.exec(fraction ?? "")?.[1] ?? "";
  const [milliseconds, microseconds] = [digits.slice(0, 3), digits.slice(3, 6)].map((three) =>
    Number(three.padEnd(3, "0")),
  );
  const at = Date.UTC(day.year, day.month - 1, day.day, hour, minute, second, milliseconds);
  if (!isPlausible(at)) return null;
  return { at, microseconds: microseconds ?? 0, zoneMinutes: zone ?? readZone(beside.zone ?? "") };
}

interface Day {
  year: number;
  month: number;
  day: number;
  /** what follows it */
  rest: string;
}

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

function readDay(text: string): Day | null {
  // Some cameras write " 5" for "05".
  const numbers =
    /^(?<year>\d{4})([:\-/.]) ?(?<month>\d{1,2})\2 ?(?<day>\d{1,2})(?!\d)/.exec(text) ??
    /^(?<year>\d{4})(?<month>\d\d)(?<day>\d\d)(?!\d)/.exec(text) ??
    // XMP may leave out what is not known.
    /^(?<year>\d{4})(?:-(?<month>\d\d))?$/.exec(text);
  // E-mail's spelling, which PNG recommends: "Tue, 03 Feb 2009 04:05:06 +0000"; and C's: "Tue Feb  3 04:05:06 2009".
  const words =
    /^(?:[a-z]{3,9},? )?(?<day>\d{1,2})[ -](?<name>[a-z]{3})[a-z]{0,6}[ -](?<year>\d{4})(?!\d)/i.exec(text) ??
    /^(?:[a-z]{3} )?(?<name>[a-z]{3}) {1,2}(?<day>\d{1,2})(?<time> [\d:]{5,8}) (?<year>\d{4})$/i.exec(text);
  const found = numbers ?? words;
  if (!found?.groups) return null;
  const { year, month = "1", day = "1", name, time } = found.groups;
  const date = {
    year: Number(year),
    month: name === undefined ? Number(month) : months.indexOf(name.toLowerCase()) + 1,
    day: Number(day),
  };
  // JavaScript takes a year below 100 for one of the twentieth century.
  const isDay =
    date.year >= 100 && date.month >= 1 && date.month <= 12 && date.day >= 1 && date.day <= lengthOf(date);
  return isDay ? { ...date, rest: time ?? text.slice(found[0].length) } : null;
}

const lengthOf = ({ year, month }: { year: number; month: number }) =>
  new Date(Date.UTC(year, month, 0)).getUTCDate();

interface Time {
  hour: number;
  minute: number;
  second: number;
  fraction?: string | undefined;
  zone: number | null;
}

const midnight: Time = { hour: 0, minute: 0, second: 0, zone: null };

/** Null for a time that cannot be. What is blank, or no number, is a time that nobody noted. */
function readTime(rest: string): Time | null {
  if (!/^[T\s:]*\d/.test(rest)) return midnight;
  const found =
    /^[T\s]\s*(?<hour>\d{1,2})[:.] ?(?<minute>\d{1,2})(?:[:.] ?(?<second>\d{1,2})(?:[.,](?<fraction>\d+))?)?(?!\d)/i.exec(
      rest,
    ) ?? /^[T\s]\s*(?<hour>\d\d)(?<minute>\d\d)(?<second>\d\d)?(?:[.,](?<fraction>\d+))?(?!\d)/i.exec(rest);
  if (!found?.groups) return null;
  const { hour, minute, second = "0", fraction } = found.groups;
  const behind = rest.slice(found[0].length).trimStart();
  const half = /^[ap]m\b/i.exec(behind)?.[0].toLowerCase();
  const time = {
    hour: half === undefined ? Number(hour) : (Number(hour) % 12) + (half === "pm" ? 12 : 0),
    minute: Number(minute),
    second: Number(second),
    fraction,
    zone: readZone(half === undefined ? behind : behind.slice(half.length)),
  };
  const isTime = Number(hour) < 24 && time.hour < 24 && time.minute < 60 && time.second < 60;
  return isTime ? time : null;
}

/** Minutes ahead of UTC, of “+02:00”, “-0330”, “+9”, “Z”; null for what is none. */
function readZone(text: string): number | null {
  if (/^\s*(Z|UTC|GMT)\b(?![+-])/i.test(text)) return 0;
  const found = /^\s*(?:UTC|GMT)?\s*([+-])(\d{1,2})(?::?([0-5]\d))?(?!\d)/i.exec(text);
  if (found === null) return null;
  const minutes = Number(found[2]) * 60 + Number(found[3] ?? 0);
  if (minutes >= maxZoneMinutes) return null;
  return found[1] === "-" ? 0 - minutes : minutes;
}
