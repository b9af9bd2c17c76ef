import { join, uint16 } from "./bytes";

interface Segment {
  code: number;
  bytes: Buffer;
}

/** A JPEG in pieces: its segments up to the first scan's, and all that follows. */
interface Pieces {
  segments: Segment[];
  rest: Buffer;
}

export function takeApart(file: Buffer): Pieces {
  const segments: Segment[] = [];
  let at = 2;
  do {
    const end = at + 2 + file.readUInt16BE(at + 2);
    segments.push({ code: file[at + 1] ?? 0, bytes: file.subarray(at, end) });
    at = end;
  } while (segments.at(-1)?.code !== 0xda);
  return { segments, rest: file.subarray(at) };
}

/** @param between what stands before each segment but the first, by which browsers know a JPEG */
export const putTogether = ({ segments, rest }: Pieces, between: readonly number[] = []): Buffer =>
  join([0xff, 0xd8], ...segments.flatMap(({ bytes }, index) => [index === 0 ? [] : between, bytes]), rest);

export const segment = (code: number, content: Uint8Array): Buffer =>
  join([0xff, code], uint16(content.length + 2), content);

export const withSegments = (file: Buffer, ...segments: Buffer[]): Buffer =>
  join(file.subarray(0, 2), ...segments, file.subarray(2));

export const exifSegment = (block: Buffer): Buffer => segment(0xe1, join("Exif\0\0", block));

/** The same file with another segment where there was this one. */
export function withChanged(file: Buffer, code: number, change: (segment: Buffer) => void): Buffer {
  const { segments, rest } = takeApart(file);
  const changed = segments.map((each) => ({ ...each, bytes: Buffer.from(each.bytes) }));
  for (const each of changed) if (each.code === code) change(each.bytes);
  return putTogether({ segments: changed, rest });
}
