import { join } from "./bytes";
import { number, type Part, partsOf } from "./parts";

// Files as nobody means them: changed at random, but always alike for the same seed.

type Random = () => number;

/** A small seeded generator (mulberry32): the same seed gives the same numbers from 0 to 1. */
export function makeRandom(seed: number): Random {
  let state = Math.imul(seed + 1, 0x9e3779b9) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** @param other of the same format: parts of it can get into the file */
export function mutate(file: Buffer, other: Buffer, random: Random): Buffer {
  const isByParts = random() < 0.7;
  return (isByParts && mutateParts(file, other, random)) || mutateBytes(file, other, random);
}

const upTo = (end: number, random: Random): number => Math.floor(random() * end);

/** Pieces go, come twice or elsewhere, or are changed, and the file around them is put right: so deep nobody looks by chance. */
function mutateParts(file: Buffer, other: Buffer, random: Random): Buffer | null {
  const [own, others] = [partsOf(file), partsOf(other)];
  if (own === null || others === null) return null;
  let { parts } = own;
  for (let count = 1 + upTo(2, random); count > 0; count -= 1) parts = changed(parts, others.parts, random);
  return own.file(parts);
}

function changed(parts: Part[], others: Part[], random: Random): Part[] {
  const at = upTo(parts.length, random);
  const part = parts[at];
  if (part === undefined) return parts;
  const put = (index: number, removed: number, ...added: Part[]) => parts.toSpliced(index, removed, ...added);
  if (part.inner !== undefined && random() < 0.8) {
    const inside = others.find(({ name }) => name === part.name)?.inner ?? part.inner;
    return put(at, 1, { ...part, inner: changed(part.inner, inside, random) });
  }
  const foreign = others[upTo(others.length, random)] ?? part;
  const changes: (() => Part[])[] = [
    () => put(at, 1),
    () => put(at, 0, part),
    () => put(upTo(parts.length, random), 0, part),
    () => put(upTo(parts.length + 1, random), 0, foreign),
    () => put(at, 0, { name: part.name, content: between[upTo(between.length, random)] ?? Buffer.alloc(0) }),
    () => put(at, 1, { ...part, content: withNumber(part.content, random) }),
    () => put(at, 1, { ...part, content: withNumber(part.content, random) }),
    () => put(at, 1, { ...part, content: withNumber(withNumber(part.content, random), random) }),
    () => put(at, 0, { ...part, content: withNumber(part.content, random) }),
  ];
  return changes[upTo(changes.length, random)]?.() ?? parts;
}

/** What stands between the segments of a JPEG, and confuses who reads it as one. */
const between = [
  [0, 0],
  [0xff],
  [0xff, 0x01],
  [0xff, 0xd3],
  [0xff, 0x00],
  [0xff, 0x02, 0, 2],
  [0x21, 0xfe, 0],
].map((bytes) => Buffer.from(bytes));
const tellingNumbers = [0, 1, 2, 3, 6, 8, 10, 63, 64, 95, 96, 97, 128, 200, 255, 256, 640, 1000];

/** With another number where there was one, mostly near its beginning, where sizes are. */
function withNumber(content: Buffer, random: Random): Buffer {
  const bytes = ([1, 2, 4] as const)[upTo(3, random)] ?? 1;
  const at = upTo(random() < 0.8 ? Math.min(content.length, 24) : content.length, random);
  const value = tellingNumbers[upTo(tellingNumbers.length, random)] ?? 0;
  const put = number(value, bytes, random() < 0.5);
  return join(content.subarray(0, at), put, content.subarray(at + bytes)).subarray(
    0,
    Math.max(content.length, at + bytes),
  );
}

/** Most of what can go wrong sits in the headers. */
const headBytes = 700;
const tellingBytes = [0, 1, 2, 7, 8, 0x7f, 0x80, 0xfe, 0xff];

function mutateBytes(file: Buffer, other: Buffer, random: Random): Buffer {
  let bytes = file;
  const below = (end: number) => upTo(end, random);
  const place = () => below(random() < 0.8 ? Math.min(bytes.length, headBytes) : bytes.length);
  const length = () => below(random() < 0.8 ? 16 : 600);
  const noise = (count: number) => Buffer.from(Array.from({ length: count }, () => below(256)));
  const cutOut = (from: number, count: number, instead: Uint8Array) =>
    join(bytes.subarray(0, from), instead, bytes.subarray(from + count));
  const changes: (() => Buffer)[] = [
    () => cutOut(place(), 1, noise(1)),
    () => cutOut(place(), 1, Buffer.from([tellingBytes[below(tellingBytes.length)] ?? 0])),
    () => {
      const at = place();
      return cutOut(at, 1, Buffer.from([(bytes[at] ?? 0) ^ (1 << below(8))]));
    },
    () => withNumber(bytes, random),
    () => cutOut(place(), length(), Buffer.alloc(0)),
    () => cutOut(place(), 0, noise(length())),
    () => {
      const [from, count] = [place(), length()];
      return cutOut(place(), 0, bytes.subarray(from, from + count));
    },
    () => {
      const from = Math.min(place(), other.length);
      return cutOut(from, length(), other.subarray(from, from + length()));
    },
    () => bytes.subarray(0, Math.ceil(bytes.length * random())),
    () => join(bytes, noise(length())),
    () => join(bytes.subarray(0, place()), other.subarray(below(other.length))),
  ];
  for (let count = 1 + below(3); count > 0; count -= 1) bytes = changes[below(changes.length)]?.() ?? bytes;
  return bytes;
}
