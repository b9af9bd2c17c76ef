import type { Place } from "../facts";
import type { DateNote } from "./date-note";
import { placeOf, signedDegrees } from "./place";

const dateProperties = {
  DateTimeOriginal: "taken",
  DateCreated: "taken",
  DateTimeDigitized: "digitized",
  CreateDate: "digitized",
  ModifyDate: "changed",
  DateTime: "changed",
} as const;

const placeProperties = ["GPSLatitude", "GPSLongitude", "GPSAltitudeRef", "GPSAltitude"] as const;

/** An attribute or an element, under whatever prefix. Its parts are bounded: a hostile packet must not take long. */
const property = new RegExp(
  `:(${[...Object.keys(dateProperties), ...placeProperties].join("|")})(?:\\s{0,20}=\\s{0,20}["']|(?:\\s[^<>]{0,200})?>)\\s{0,200}([^<>"']{1,64})`,
  "g",
);

/** What an XMP packet notes, or its beginning. It is searched, not parsed: dates and the place are all that is wanted. */
export function readXmp(packet: Uint8Array): { dates: DateNote[]; place: Place | undefined } {
  // Whatever its encoding, ASCII is left when the zeros are gone.
  const text = new TextDecoder().decode(packet).replaceAll("\0", "");
  const found = Array.from(text.matchAll(property), ([, name = "", value = ""]) => ({ name, value }));
  const dates = Object.entries(dateProperties).flatMap(([wanted, of]) =>
    found.filter(({ name }) => name === wanted).map(({ value }) => ({ of, text: value })),
  );
  const first = (wanted: (typeof placeProperties)[number]) =>
    found.find(({ name }) => name === wanted)?.value.trim() ?? "";
  const sign = first("GPSAltitudeRef") === "1" ? -1 : 1;
  const place = placeOf(
    readDegrees(first("GPSLatitude")),
    readDegrees(first("GPSLongitude")),
    sign * readFraction(first("GPSAltitude")),
  );
  return { dates, place };
}

/** “48,51.507N” or “48,51,30N”. */
function readDegrees(text: string): number {
  const [, numbers = "", side = ""] = /^([\d.,]+)([NESW])$/i.exec(text) ?? [];
  return signedDegrees(numbers === "" ? [] : numbers.split(",").map(Number), side);
}

/** “3500/100” or “35”. */
function readFraction(text: string): number {
  const [, above, below = "1"] = /^(\d{1,12})(?:\/(\d{1,12}))?$/.exec(text) ?? [];
  return Number(above) / Number(below);
}
