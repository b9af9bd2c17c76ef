import { makeZip, predictLength } from "client-zip";
import type { Original, PictureSize } from "../contract";
import type { Gate } from "./gate";
import { originalBytes, Vanished } from "./original-bytes";
import { OriginalList } from "./original-list";
import { ZipNames } from "./zip-names";

/** A picture that is not in the zip, or whose end is not. */
export interface Missing {
  /** null of one that was gone before anybody could say what it is called */
  name: string | null;
  isCut: boolean;
}

/** Up to this size a picture is fetched whole, ahead of its turn: one that vanishes in the middle then leaves no trace in the zip. */
const maxAheadBytes = 16 * 1024 * 1024;
/** Of all that are ahead together: this is what a download keeps in memory, however large it is. */
const aheadBytes = 48 * 1024 * 1024;
const maxAhead = 4;

interface PicturesZipOptions {
  gate: Gate;
  onPicture(): void;
  /** What is written into the zip beside the pictures where some are missing. */
  note(missing: Missing[]): { name: string; text: string };
}

/** A zip of these pictures' originals, made as it is read: uncompressed, their names told apart, with the dates when they were taken. */
export function picturesZip(pictures: PictureSize[], options: PicturesZipOptions) {
  const missing: Missing[] = [];
  return { missing, stream: makeZip(entriesOf(pictures, missing, options)) };
}

/** About how long the zip will be, to the byte where every name has so many: the names come only while it is made. */
export function predictZipBytes(pictures: PictureSize[]): number {
  const name = "a name as a camera gives it.jpg";
  return Number(predictLength(pictures.map(({ bytes }) => ({ name, size: bytes }))));
}

interface Ahead {
  original: Original;
  /** null of one that is fetched when its turn comes */
  whole: Promise<Uint8Array[] | Vanished> | null;
}

async function* entriesOf(pictures: PictureSize[], missing: Missing[], options: PicturesZipOptions) {
  const { gate, onPicture, note } = options;
  const list = new OriginalList(pictures, gate);
  const names = new ZipNames();
  const miss = (name: string | null, isCut = false) => missing.push({ name, isCut });
  const ahead: Ahead[] = [];
  const bytesAhead = () => ahead.reduce((sum, { original, whole }) => sum + (whole ? original.bytes : 0), 0);
  const sourceOf = (original: Original) => ({
    bytes: original.bytes,
    url: (anew: boolean) => list.urlOf(original, anew),
  });
  let isMore = true;
  for (;;) {
    while (isMore && ahead.length < maxAhead && bytesAhead() < aheadBytes) {
      const original = await list.next();
      if (original === undefined) isMore = false;
      else if (original === null) miss(null);
      else ahead.push({ original, whole: wholeOf(original.bytes, originalBytes(sourceOf(original), gate)) });
    }
    const first = ahead.shift();
    if (first === undefined) break;
    const { original, whole } = first;
    const begun = whole === null ? await begin(originalBytes(sourceOf(original), gate)) : await whole;
    if (begun instanceof Vanished) {
      miss(original.name);
      continue;
    }
    const name = names.take(original.name);
    const input = Array.isArray(begun) ? from(begun) : untilVanished(begun, () => miss(name, true));
    yield { name, lastModified: localTimeOf(original.capturedAt), input };
    onPicture();
  }
  if (missing.length === 0) return;
  const { name, text } = note(missing);
  yield { name: names.take(name), lastModified: new Date(), input: text };
}

/** All of it, where that is little enough; a promise that does not reject before somebody waits for it. */
function wholeOf(bytes: number, chunks: AsyncIterable<Uint8Array>): Ahead["whole"] {
  if (bytes > maxAheadBytes) return null;
  const whole = (async () => {
    const all: Uint8Array[] = [];
    try {
      for await (const chunk of chunks) all.push(chunk);
    } catch (error) {
      if (error instanceof Vanished) return error;
      throw error;
    }
    return all;
  })();
  whole.catch(() => {});
  return whole;
}

/** Its first bytes are there before the zip says that it is in it. */
async function begin(chunks: AsyncGenerator<Uint8Array>): Promise<AsyncIterable<Uint8Array> | Vanished> {
  try {
    const first = await chunks.next();
    return (async function* () {
      if (!first.done) yield first.value;
      yield* chunks;
    })();
  } catch (error) {
    if (error instanceof Vanished) return error;
    throw error;
  }
}

async function* from(chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

/** A large picture that is deleted while it comes ends there, and the zip goes on. */
async function* untilVanished(chunks: AsyncIterable<Uint8Array>, onVanished: () => void) {
  try {
    yield* chunks;
  } catch (error) {
    if (!(error instanceof Vanished)) throw error;
    onVanished();
  }
}

/** What the camera's clock showed, on the clock of this device, within the years that a zip can write. */
function localTimeOf(capturedAt: number): Date {
  const shown = new Date(capturedAt);
  const year = Math.min(2107, Math.max(1980, shown.getUTCFullYear()));
  if (year !== shown.getUTCFullYear()) return new Date(year, year === 1980 ? 0 : 11, year === 1980 ? 1 : 31);
  return new Date(
    year,
    shown.getUTCMonth(),
    shown.getUTCDate(),
    shown.getUTCHours(),
    shown.getUTCMinutes(),
    shown.getUTCSeconds(),
  );
}
