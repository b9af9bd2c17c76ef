import type { DateNote } from "./date-note";

const dateProperties = {
  DateTimeOriginal: "taken",
  DateCreated: "taken",
  DateTimeDigitized: "digitized",
  CreateDate: "digitized",
  ModifyDate: "changed",
  DateTime: "changed",
} as const;

/** An attribute or an element, under whatever prefix. Its parts are bounded: a hostile packet must not take long. */
const dateProperty = new RegExp(
  `:(${Object.keys(dateProperties).join("|")})(?:\\s{0,20}=\\s{0,20}["']|(?:\\s[^<>]{0,200})?>)\\s{0,200}([^<>"']{1,64})`,
  "g",
);

/** Dates of an XMP packet, or of its beginning. What stands in it is searched, not parsed: dates are all that is wanted. */
export function readXmp(packet: Uint8Array): DateNote[] {
  // Whatever its encoding, ASCII is left when the zeros are gone.
  const text = new TextDecoder().decode(packet).replaceAll("\0", "");
  const found = Array.from(text.matchAll(dateProperty), ([, name = "", date = ""]) => ({ name, date }));
  return Object.entries(dateProperties).flatMap(([property, of]) =>
    found.filter(({ name }) => name === property).map(({ date }) => ({ of, text: date })),
  );
}
