/** Files as nobody means them: changed at random, but always alike for the same seed. */

/** A small seeded generator (mulberry32): the same seed gives the same numbers from 0 to 1. */
export function makeRandom(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b9) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Most of what can go wrong sits in the headers. */
const headBytes = 700;
const telling = [0, 1, 2, 7, 8, 0x7f, 0x80, 0xfe, 0xff];

/** @param other of the same format: parts of it can get into the file */
export function mutate(file: Uint8Array, other: Uint8Array, random: () => number): Buffer {
  let bytes = Buffer.from(file);
  const upTo = (end: number) => Math.floor(random() * end);
  const place = () => upTo(random() < 0.8 ? Math.min(bytes.length, headBytes) : bytes.length);
  const length = () => upTo(random() < 0.8 ? 16 : 600);
  const noise = (count: number) => Buffer.from(Array.from({ length: count }, () => upTo(256)));
  const cutOut = (from: number, count: number, instead: Uint8Array) =>
    Buffer.concat([bytes.subarray(0, from), instead, bytes.subarray(from + count)]);
  const changes: (() => Buffer)[] = [
    () => cutOut(place(), 1, noise(1)),
    () => cutOut(place(), 1, Buffer.from([telling[upTo(telling.length)] ?? 0])),
    () => {
      const at = place();
      return cutOut(at, 1, Buffer.from([(bytes[at] ?? 0) ^ (1 << upTo(8))]));
    },
    () => cutOut(place(), 2, Buffer.from([0, upTo(256)])),
    () => cutOut(place(), 4, Buffer.from([0, 0, upTo(4), upTo(256)])),
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
    () => Buffer.concat([bytes, noise(length())]),
    () => Buffer.concat([bytes.subarray(0, place()), other.subarray(upTo(other.length))]),
  ];
  for (let count = 1 + upTo(3); count > 0; count -= 1)
    bytes = Buffer.from(changes[upTo(changes.length)]?.() ?? bytes);
  return bytes;
}
