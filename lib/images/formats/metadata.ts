import { type ClockTime, readClockTime } from "../clock-time";
import type { Facts, Place } from "../facts";
import { type DateNote, dateKinds } from "./date-note";
import { type Orientation, readExif } from "./exif";
import { readIptc } from "./iptc";
import { readXmp } from "./xmp";

/** What the notes in a file say. Every format hands it on whole. */
export interface Noted {
  /** ms since the epoch, as if the camera's clock had shown UTC; null where the file has no date */
  capturedAt: number | null;
  /** what follows the millisecond */
  capturedMicroseconds: number;
  /** minutes by which the clock was ahead of UTC; null where that is not noted */
  capturedZoneMinutes: number | null;
  facts: Facts;
}

/** Gathers the notes of a file, of all kinds: each format gives it what it finds, in any order. */
export class Metadata {
  #orientation: Orientation | null = null;
  #facts: Facts | null = null;
  #placeInXmp: Place | undefined;
  readonly #dates: DateNote[][] = [[], [], [], []];

  /** EXIF's, which not every format is turned by. */
  get orientation(): Orientation {
    return this.#orientation ?? 1;
  }

  /** An EXIF block. The first one counts for the facts, and for the orientation where browsers go by it. */
  addExif(block: DataView, { turns = true } = {}): void {
    const exif = readExif(block);
    if (exif === null) return;
    if (turns) this.#orientation ??= exif.orientation;
    this.#facts ??= exif.facts;
    this.#dates[0]?.push(...exif.dates);
  }

  /** An XMP packet, or its beginning. */
  addXmp(packet: Uint8Array): void {
    const { dates, place } = readXmp(packet);
    this.#dates[1]?.push(...dates);
    this.#placeInXmp ??= place;
  }

  /** Records of IPTC. */
  addIptc(records: Uint8Array): void {
    this.#dates[2]?.push(...readIptc(records));
  }

  /** A date that the format itself has a place for. */
  addDate(note: DateNote): void {
    this.#dates[3]?.push(note);
  }

  read(): Noted {
    const clock = this.#clockTime();
    const place = this.#facts?.place ?? this.#placeInXmp;
    return {
      capturedAt: clock?.at ?? null,
      capturedMicroseconds: clock?.microseconds ?? 0,
      capturedZoneMinutes: clock?.zoneMinutes ?? null,
      facts: { ...this.#facts, ...(place && { place }) },
    };
  }

  #clockTime(): ClockTime | null {
    const notes = this.#dates.flat();
    const times = dateKinds
      .flatMap((kind) => notes.filter(({ of }) => of === kind))
      .map(({ text, beside }) => readClockTime(text, beside))
      .filter((time) => time !== null);
    const [first] = times;
    if (first === undefined) return null;
    // The same moment may be noted twice, and the zone beside one of them only.
    const same = times.find(({ at, zoneMinutes }) => isSameSecond(at, first.at) && zoneMinutes !== null);
    return { ...first, zoneMinutes: first.zoneMinutes ?? same?.zoneMinutes ?? null };
  }
}

const isSameSecond = (one: number, other: number): boolean =>
  Math.floor(one / 1000) === Math.floor(other / 1000);
