import type { ExifFacts, Place } from "../facts";
import { cleanText } from "../names";
import type { DateNote } from "./date-note";
import { placeOf, signedDegrees } from "./place";
import { Tiff } from "./tiff";

/** EXIF's eight ways to hold a camera; 1 is upright, 5 to 8 lie on their side. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

export interface Exif {
  orientation: Orientation;
  facts: ExifFacts;
  dates: DateNote[];
}

const maxTextLength = 100;

const tags = {
  orientation: 0x0112,
  make: 0x010f,
  model: 0x0110,
  exposureSeconds: 0x829a,
  fNumber: 0x829d,
  iso: 0x8827,
  focalLengthMm: 0x920a,
  lensMake: 0xa433,
  lensModel: 0xa434,
} satisfies Record<Exclude<keyof ExifFacts, "place"> | "orientation", number>;

/** In the directory of the place. */
const placeTags = {
  latitudeSide: 1,
  latitude: 2,
  longitudeSide: 3,
  longitude: 4,
  altitudeSide: 5,
  altitude: 6,
} as const;

const dateTags = [
  { of: "taken", date: 0x9003, fraction: 0x9291, zone: 0x9011 },
  { of: "digitized", date: 0x9004, fraction: 0x9292, zone: 0x9012 },
  { of: "changed", date: 0x0132, fraction: 0x9290, zone: 0x9010 },
] as const;

/** Reads an EXIF (TIFF) block; null where it says nothing. A broken one is no reason to refuse a picture: what cannot be read is left out. */
export function readExif(block: DataView): Exif | null {
  const tiff = new Tiff(block);
  if (tiff.isEmpty) return null;
  return {
    orientation: toOrientation(tiff.mainShort(tags.orientation)),
    facts: readFacts(tiff),
    dates: readDates(tiff),
  };
}

function readFacts(tiff: Tiff): Required<ExifFacts> {
  const text = (tag: number) => cleanText(tiff.texts(tag)[0] ?? "", maxTextLength) || undefined;
  const positive = (tag: number) => {
    const value = tiff.number(tag) ?? 0;
    return Number.isFinite(value) && value > 0 ? value : undefined;
  };
  return {
    make: text(tags.make),
    model: text(tags.model),
    lensMake: text(tags.lensMake),
    lensModel: text(tags.lensModel),
    exposureSeconds: positive(tags.exposureSeconds),
    fNumber: positive(tags.fNumber),
    iso: positive(tags.iso),
    focalLengthMm: positive(tags.focalLengthMm),
    place: readPlace(tiff),
  };
}

function readPlace(tiff: Tiff): Place | undefined {
  const degrees = (side: number, tag: number) =>
    signedDegrees(tiff.placeNumbers(tag, 3), tiff.placeText(side) ?? "");
  const [metres] = tiff.placeNumbers(placeTags.altitude, 1);
  // 1 is below the sea, 3 below the ellipsoid.
  const isBelow = ((tiff.placeByte(placeTags.altitudeSide) ?? 0) & 1) === 1;
  return placeOf(
    degrees(placeTags.latitudeSide, placeTags.latitude),
    degrees(placeTags.longitudeSide, placeTags.longitude),
    metres === undefined || !isBelow ? metres : -metres,
  );
}

function readDates(tiff: Tiff): DateNote[] {
  const first = (tag: number): string | undefined => tiff.texts(tag)[0];
  // A zone whose own date is missing is noted for the camera.
  const anyZone = dateTags.filter(({ date }) => first(date) === undefined).map(({ zone }) => first(zone));
  return dateTags.flatMap(({ of, date, fraction, zone }) => {
    const beside = {
      fraction: first(fraction),
      zone: first(zone) ?? anyZone.find((noted) => noted !== undefined),
    };
    return tiff.texts(date).map((text) => ({ of, text, beside }));
  });
}

function toOrientation(value = 1): Orientation {
  return value >= 1 && value <= 8 ? (value as Orientation) : 1;
}
