import { join, little32, uint32 } from "./bytes";
import { takeApart } from "./jpeg";
import { chunksOf, pngOf } from "./png";
import { riffChunksOf, webpOf } from "./webp";

/** A piece of a file: what says what it is, and what is in it. Those of HEIF may hold others. */
export interface Part {
  name: string;
  content: Buffer;
  inner?: Part[];
}

/** The pieces that a file is made of, and the way back, which puts lengths and checksums right. */
export interface Parts {
  parts: Part[];
  file(parts: Part[]): Buffer;
}

/** null where it is cut off. */
export function partsOf(file: Buffer): Parts | null {
  try {
    return find(file);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function find(file: Buffer): Parts | null {
  if (file[0] === 0xff) return jpegParts(file);
  if (file[0] === 0x89) {
    const parts = chunksOf(file).map(({ type, content }) => ({ name: type, content }));
    return { parts, file: (changed) => pngOf(changed.map(({ name, content }) => ({ type: name, content }))) };
  }
  if (file.toString("latin1", 0, 4) === "RIFF") {
    const parts = riffChunksOf(file).map(({ type, content }) => ({ name: type, content }));
    return {
      parts,
      file: (changed) => webpOf(changed.map(({ name, content }) => ({ type: name, content }))),
    };
  }
  return file.toString("latin1", 0, 3) === "GIF" ? gifParts(file) : { parts: boxParts(file), file: boxesOf };
}

function jpegParts(file: Buffer): Parts {
  const { segments, rest } = takeApart(file);
  const parts = segments.map(({ code, bytes }) => ({ name: `${code}`, content: bytes }));
  return {
    parts: [...parts, { name: "rest", content: rest }],
    file: (changed) => join([0xff, 0xd8], ...changed.map(({ content }) => content)),
  };
}

function gifParts(file: Buffer): Parts {
  const flags = file.readUInt8(10);
  const start = 13 + (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0);
  const parts: Part[] = [{ name: "screen", content: file.subarray(0, start) }];
  for (let at = start; at < file.length; ) {
    const isImage = file[at] === 0x2c;
    let end = at + (isImage ? 11 : 2);
    if (file[at] === 0x3b) end = file.length;
    else {
      while (file.readUInt8(end) !== 0) end += file.readUInt8(end) + 1;
      end += 1;
    }
    parts.push({ name: "block", content: file.subarray(at, end) });
    at = end;
  }
  return { parts, file: (changed) => join(...changed.map(({ content }) => content)) };
}

/** Those that hold others, and how many bytes precede these. */
const containers: Record<string, number> = { meta: 4, iprp: 0, ipco: 0, iref: 4 };

function boxParts(bytes: Buffer): Part[] {
  const parts: Part[] = [];
  for (let at = 0; at + 8 <= bytes.length; ) {
    const end = Math.min(at + (bytes.readUInt32BE(at) || bytes.length), bytes.length);
    if (end < at + 8) throw new RangeError("it is no box");
    const [name, content] = [bytes.toString("latin1", at + 4, at + 8), bytes.subarray(at + 8, end)];
    const head = containers[name];
    parts.push(
      head === undefined
        ? { name, content }
        : { name, content: content.subarray(0, head), inner: boxParts(content.subarray(head)) },
    );
    at = end;
  }
  return parts;
}

const boxesOf = (parts: Part[]): Buffer =>
  join(
    ...parts.map(({ name, content, inner = [] }) => {
      const inside = join(content, boxesOf(inner));
      return join(uint32(inside.length + 8), name, inside);
    }),
  );

/** A number as files write it, whichever way round. */
export const number = (value: number, bytes: 1 | 2 | 4, isLittle: boolean): Buffer =>
  Buffer.from(isLittle ? little32(value).slice(0, bytes) : uint32(value).slice(4 - bytes));
