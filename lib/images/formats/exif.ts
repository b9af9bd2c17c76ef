import type { Facts } from "../facts";
import { cleanText } from "../names";

/** EXIF's eight ways to hold a camera; 1 is upright, 5 to 8 lie on their side. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** What EXIF says. Every format hands it on whole. */
export interface Exif {
  orientation: Orientation;
  /** ms since the epoch: when it was taken, where the picture says so */
  capturedAt: number | null;
  facts: Facts;
}

export const withoutExif: Exif = Object.freeze({ orientation: 1, capturedAt: null, facts: {} });

const maxTextLength = 100;

/** The oldest photograph that is left was taken in 1826. */
const oldestMs = Date.UTC(1826, 0, 1);
const dayMs = 86_400_000;

/** Reads an EXIF (TIFF) block. A broken block is no reason to refuse a picture: what cannot be read is left out. */
export async function readExif(tiff: DataView): Promise<Exif> {
  // Apart, so that a broken tag costs only those that are read with it.
  const orientation = await readTags(tiff, ["Orientation"], false);
  const dates = await readTags(tiff, ["ExifIFD"], ["DateTimeOriginal", "OffsetTimeOriginal"]);
  const facts = await readTags(tiff, ["ExifIFD", "Make", "Model"], exposureTags);
  return {
    orientation: toOrientation(orientation.Orientation),
    capturedAt: toTime(dates.DateTimeOriginal, dates.OffsetTimeOriginal),
    facts: toFacts(facts),
  };
}

const exposureTags = ["LensMake", "LensModel", "ExposureTime", "FNumber", "ISO", "FocalLength"] as const;
type FactTag = "Make" | "Model" | (typeof exposureTags)[number];

function toFacts(tags: Partial<Record<FactTag, unknown>>): Required<Facts> {
  return {
    make: toText(tags.Make),
    model: toText(tags.Model),
    lensMake: toText(tags.LensMake),
    lensModel: toText(tags.LensModel),
    exposureSeconds: toPositive(tags.ExposureTime),
    fNumber: toPositive(tags.FNumber),
    iso: toPositive(tags.ISO),
    focalLengthMm: toPositive(tags.FocalLength),
  };
}

const toText = (value: unknown): string | undefined =>
  (typeof value === "string" && cleanText(value, maxTextLength)) || undefined;

const toPositive = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isFinite(value) && value > 0 ? value : undefined;

const nothingElse = {
  ifd1: false,
  gps: false,
  interop: false,
  makerNote: false,
  userComment: false,
  xmp: false,
  icc: false,
  iptc: false,
  jfif: false,
  ihdr: false,
  translateValues: false,
  reviveValues: false,
} as const;

async function readTags<Tag extends string>(
  tiff: DataView,
  ifd0: readonly Tag[],
  exif: readonly Tag[] | false,
): Promise<Partial<Record<Tag, unknown>>> {
  const { default: exifr } = await import("exifr");
  try {
    const tags = await exifr.parse(new Uint8Array(tiff.buffer, tiff.byteOffset, tiff.byteLength), {
      ifd0: { pick: [...ifd0] },
      exif: exif && { pick: [...exif] },
      ...nothingElse,
    });
    return tags ?? {};
  } catch {
    return {};
  }
}

function toOrientation(value: unknown): Orientation {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 8
    ? (value as Orientation)
    : 1;
}

/**
 * EXIF's "2024:07:31 18:05:09" is the camera's wall clock. Where its offset is not noted, it is taken for UTC: see “Dates and
 * time zones” in ../README.md.
 */
function toTime(date: unknown, offset: unknown): number | null {
  const parts = typeof date === "string" ? /^(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)/.exec(date) : null;
  if (parts === null) return null;
  const [, year, month, day, hour, minute, second] = parts;
  const zone = typeof offset === "string" && /^[+-](0\d|1[0-4]):[0-5]\d/.exec(offset)?.[0];
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone || "Z"}`);
  const isPlausible = time >= oldestMs && time <= Date.now() + dayMs;
  return isPlausible ? time : null;
}
