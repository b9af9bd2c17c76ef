import { type ByteReader, latin1, viewOf } from "./byte-reader";
import type { DateNote } from "./date-note";
import { inflate } from "./inflate";
import { findIptc } from "./iptc";
import type { Metadata } from "./metadata";
import { type Chunk, findTrailing, isIntact } from "./png-chunks";

const noteTypes = ["eXIf", "tEXt", "zTXt", "iTXt", "tIME"];
const maxNoteBytes = 256 * 1024;
/** PNG allows 79, and a zero ends it. */
const maxKeywordBytes = 80;
/** Adds what a chunk notes, if it does. Browsers turn a picture by what stands before its pixels only. */
export async function addNote(
  reader: ByteReader,
  chunk: Chunk,
  metadata: Metadata,
  { turns }: { turns: boolean },
): Promise<void> {
  const { type, start, bytes } = chunk;
  if (!noteTypes.includes(type)) return;
  const content = () => reader.take(start, Math.min(bytes, maxNoteBytes));
  if (type === "eXIf") {
    const isHeeded = turns && (bytes > maxNoteBytes || (await isIntact(reader, chunk)));
    metadata.addExif(viewOf(await content()), { turns: isHeeded });
  } else if (type === "tIME") addTime(await content(), metadata);
  else {
    const beginning = await reader.take(start, Math.min(bytes, maxKeywordBytes));
    const keyword = latin1(upToZero(beginning)).toLowerCase();
    const add = meaningOf(keyword);
    const behind = keyword.length + 1;
    if (add !== null) add(await textOf(type, (await content()).subarray(behind)), metadata);
  }
}

/** Adds what is noted behind the pixels. */
export async function addTrailingNotes(
  reader: ByteReader,
  firstPixels: Chunk,
  metadata: Metadata,
): Promise<void> {
  for (const chunk of await findTrailing(reader, firstPixels))
    await addNote(reader, chunk, metadata, { turns: false });
}

const dateKeywords: Record<string, DateNote["of"]> = {
  datetimeoriginal: "taken",
  creationtime: "digitized",
  createdate: "digitized",
  datetimedigitized: "digitized",
  datetime: "changed",
  modifydate: "changed",
};

/** What a text of this keyword is for; null for what nothing is read of. "exif:" and "Raw profile" are ImageMagick's. */
function meaningOf(keyword: string): ((text: Uint8Array, metadata: Metadata) => void) | null {
  if (keyword === "xml:com.adobe.xmp") return (text, metadata) => metadata.addXmp(text);
  const profile = /^raw profile type (exif|app1|xmp|iptc|8bim)$/.exec(keyword)?.[1];
  if (profile !== undefined) return (text, metadata) => addProfile(readProfile(text), metadata);
  const of = dateKeywords[keyword.replace(/^exif:/, "").replaceAll(/[ _-]/g, "")];
  return of === undefined
    ? null
    : (text, metadata) => metadata.addDate({ of, text: latin1(text.subarray(0, 100)) });
}

/** The text behind the keyword and its zero. */
async function textOf(type: string, content: Uint8Array): Promise<Uint8Array> {
  if (type === "tEXt") return content;
  if (type === "zTXt") return inflate(content.subarray(1), maxNoteBytes);
  const [isCompressed] = content;
  const language = content.subarray(2);
  const translated = language.subarray(upToZero(language).length + 1);
  const text = translated.subarray(upToZero(translated).length + 1);
  return isCompressed === 1 ? inflate(text, maxNoteBytes) : text;
}

/** In UTC, as PNG wants it. */
function addTime(content: Uint8Array, metadata: Metadata): void {
  if (content.length < 7) return;
  const view = viewOf(content);
  const [month, day, hour, minute, second] = Array.from(content.subarray(2, 7), (value) =>
    String(value).padStart(2, "0"),
  );
  const year = String(view.getUint16(0)).padStart(4, "0");
  metadata.addDate({ of: "changed", text: `${year}-${month}-${day}T${hour}:${minute}:${second}Z` });
}

/** A profile's bytes are written in hex, below its name and its length. */
function readProfile(text: Uint8Array): Uint8Array {
  const hex = /^\s*\S+\s+\d+\s+([0-9a-f\s]*)/i.exec(latinText(text))?.[1]?.replaceAll(/\s/g, "") ?? "";
  return Uint8Array.from({ length: hex.length >> 1 }, (_, n) =>
    Number.parseInt(hex.slice(2 * n, 2 * n + 2), 16),
  );
}

function addProfile(profile: Uint8Array, metadata: Metadata): void {
  const beginning = latin1(profile.subarray(0, 6));
  if (beginning.startsWith("Exif\0")) metadata.addExif(viewOf(profile.subarray(6)), { turns: false });
  else if (/^(II|MM)/.test(beginning)) metadata.addExif(viewOf(profile), { turns: false });
  else if (beginning.startsWith("8BIM")) metadata.addIptc(findIptc(profile) ?? new Uint8Array(0));
  else if (beginning.startsWith("\x1c")) metadata.addIptc(profile);
  else metadata.addXmp(profile);
}

const upToZero = (bytes: Uint8Array): Uint8Array => {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
};

/** `latin1` takes no more than some ten thousands at once. */
const latinText = (bytes: Uint8Array): string => new TextDecoder("windows-1252").decode(bytes);
