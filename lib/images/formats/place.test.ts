import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { join, uint16, uint32 } from "@/lib/testing/corpus/bytes";
import { exifSegment, withSegments } from "@/lib/testing/corpus/jpeg";
import { jpegWithBoth, jpegWithXmp, xmpOf } from "@/lib/testing/dated-pictures";
import { inspect } from "../inspect";
import { blobSource } from "./byte-reader";

const limits = { maxBytes: 1_000_000, maxPixels: 1_000_000 };
const placeOf = async (bytes: Uint8Array) =>
  (await inspect(blobSource(new Blob([Uint8Array.from(bytes)])), limits)).facts.place;

const picture = () => sharp({ create: { width: 24, height: 16, channels: 3, background: "teal" } });
const baseline = await picture().jpeg().toBuffer();

type Rational = [above: number, below: number];
const degrees = (...parts: number[]): Rational[] => parts.map((part) => [Math.round(part * 100), 100]);

interface Noted {
  latitude?: Rational[];
  latitudeSide?: string;
  longitude?: Rational[];
  longitudeSide?: string;
  altitude?: Rational;
  altitudeSide?: number;
}
const seoul: Noted = {
  latitude: degrees(37, 33, 59.4),
  latitudeSide: "N",
  longitude: degrees(126, 58, 40.8),
  longitudeSide: "E",
};

/** An EXIF block with a directory of the place; where that stands, nothing else says. */
function block(noted: Noted, gpsAt?: number): Buffer {
  const main = 8;
  const gps = main + 2 + 12 + 4;
  const rationals = (parts: Rational[]) => join(...parts.flatMap((part) => part.map(uint32)));
  const wanted: [tag: number, type: number, count: number, value: Buffer][] = [];
  const text = (tag: number, value?: string) =>
    value !== undefined && wanted.push([tag, 2, value.length + 1, join(`${value}\0`)]);
  const numbers = (tag: number, value?: Rational[]) =>
    value !== undefined && wanted.push([tag, 5, value.length, rationals(value)]);
  text(1, noted.latitudeSide);
  numbers(2, noted.latitude);
  text(3, noted.longitudeSide);
  numbers(4, noted.longitude);
  if (noted.altitudeSide !== undefined) wanted.push([5, 1, 1, join([noted.altitudeSide])]);
  numbers(6, noted.altitude && [noted.altitude]);
  let free = gps + 2 + 12 * wanted.length + 4;
  const values: Buffer[] = [];
  const entries = wanted.map(([tag, type, count, value]) => {
    const head = join(uint16(tag), uint16(type), uint32(count));
    if (value.length <= 4) return join(head, value, Buffer.alloc(4 - value.length));
    values.push(value);
    free += value.length;
    return join(head, uint32(free - value.length));
  });
  return join(
    ...["MM", uint16(42), uint32(main), uint16(1)],
    ...[uint16(0x8825), uint16(4), uint32(1), uint32(gpsAt ?? gps), uint32(0)],
    ...[uint16(entries.length), ...entries, uint32(0), ...values],
  );
}
const noted = (place: Noted) => withSegments(baseline, exifSegment(block(place)));

describe("of EXIF", () => {
  const gps = {
    IFD3: {
      GPSLatitudeRef: "S",
      GPSLatitude: "33/1 51/1 2436/100",
      GPSLongitudeRef: "E",
      GPSLongitude: "151/1 12/1 5400/1000",
      GPSAltitudeRef: "0",
      GPSAltitude: "585/10",
    },
  };
  const sydney = { latitude: -33.856767, longitude: 151.2015, altitudeMetres: 58.5 };
  test.each(["jpeg", "png", "webp", "avif"] as const)("as libraries write it into %s", async (format) => {
    expect(await placeOf(await picture().toFormat(format).withExif(gps).toBuffer())).toEqual(sydney);
  });

  test("to a tenth of a metre, on either side", async () => {
    expect(await placeOf(noted(seoul))).toEqual({ latitude: 37.5665, longitude: 126.978 });
    expect(await placeOf(noted({ ...seoul, latitudeSide: "s", longitudeSide: "W" }))).toEqual({
      latitude: -37.5665,
      longitude: -126.978,
    });
  });

  test("in degrees and minutes, or degrees alone", async () => {
    const latitude: Rational[] = [
      [37, 1],
      [339_900, 10_000],
    ];
    expect(await placeOf(noted({ ...seoul, latitude, longitude: [[126_978, 1000]] }))).toEqual({
      latitude: 37.5665,
      longitude: 126.978,
    });
  });

  test("below the sea; no height that nobody has been at", async () => {
    const height = async (altitude: Rational, altitudeSide?: number) =>
      (await placeOf(noted({ ...seoul, altitude, ...(altitudeSide !== undefined && { altitudeSide }) })))
        ?.altitudeMetres;
    expect(await height([4301, 10])).toBe(430.1);
    expect(await height([4301, 10], 1)).toBe(-430.1);
    expect(await height([4_294_967_295, 1])).toBeUndefined();
    expect(await height([1, 0])).toBeUndefined();
    expect(await height([0, 0])).toBeUndefined();
  });

  test.each<[string, Noted]>([
    ["no side", { latitude: seoul.latitude ?? [], longitude: seoul.longitude ?? [], longitudeSide: "E" }],
    ["another side", { ...seoul, latitudeSide: "X" }],
    ["one of the two alone", { latitude: seoul.latitude ?? [], latitudeSide: "N" }],
    [
      "a denominator of zero",
      {
        ...seoul,
        longitude: [
          [126, 1],
          [58, 1],
          [0, 0],
        ],
      },
    ],
    [
      "infinity",
      {
        ...seoul,
        longitude: [
          [126, 0],
          [0, 1],
          [0, 1],
        ],
      },
    ],
    ["beyond the pole", { ...seoul, latitude: degrees(90, 0, 1) }],
    ["beyond the other side of the world", { ...seoul, longitude: degrees(180, 0, 1) }],
    ["sixty-one minutes", { ...seoul, latitude: degrees(37, 61, 0) }],
    ["nowhere yet", { ...seoul, latitude: degrees(0, 0, 0), longitude: degrees(0, 0, 0) }],
    ["nothing", {}],
  ])("is not said: %s", async (_, place) => {
    expect(await placeOf(noted(place))).toBeUndefined();
  });

  test("of a directory that is somewhere else, or another one, nothing is read", async () => {
    for (const at of [8, 0, 1, 0xffff_ffff, 30])
      expect(await placeOf(withSegments(baseline, exifSegment(block(seoul, at))))).toBeUndefined();
  });
});

describe("of XMP", () => {
  const attributes = (latitude: string, longitude: string, more = "") =>
    xmpOf("", ` exif:GPSLatitude="${latitude}" exif:GPSLongitude='${longitude}'${more}`);

  test("in minutes or in seconds, as an attribute or an element", async () => {
    const below = ' exif:GPSAltitude="3500/100" exif:GPSAltitudeRef="1"';
    expect(await placeOf(jpegWithXmp(attributes("37,33.99N", "126,58,40.8W", below)))).toEqual({
      ...{ latitude: 37.5665, longitude: -126.978, altitudeMetres: -35 },
    });
    const elements =
      "<exif:GPSLatitude>37,33.99N</exif:GPSLatitude><exif:GPSLongitude>126,58.68E</exif:GPSLongitude>";
    expect(await placeOf(jpegWithXmp(xmpOf(elements)))).toEqual({ latitude: 37.5665, longitude: 126.978 });
  });

  test("only where EXIF says nothing", async () => {
    const xmp = attributes("1,0N", "2,0E");
    expect(await placeOf(jpegWithBoth(block(seoul), xmp))).toMatchObject({ latitude: 37.5665 });
    expect(await placeOf(jpegWithBoth(block({}), xmp))).toEqual({ latitude: 1, longitude: 2 });
  });

  test.each([
    ["91,0N", "0,0E"],
    ["37.5", "126.9"],
    ["N", "E"],
    ["1,2,3,4,5N", "2,.,E"],
    ["NaN,0N", "2,0E"],
    ["0,0N", "0,0E"],
  ])("is not said: %s %s", async (latitude, longitude) => {
    expect(await placeOf(jpegWithXmp(attributes(latitude, longitude)))).toBeUndefined();
  });
});
