import { join, little16 } from "./bytes";

const table = [220, 40, 40, 40, 200, 60, 40, 60, 220, 200, 180, 80];

interface Size {
  width: number;
  height: number;
}

export const gifOf = (screen: Size, ...blocks: Parameters<typeof join>): Buffer =>
  join("GIF89a", little16(screen.width), little16(screen.height), [0x91, 0, 0], table, ...blocks);

export const trailer = [0x3b];
export const loop = join([0x21, 0xff, 11], "NETSCAPE2.0", [3, 1, 0, 0, 0]);
export const delay = [0x21, 0xf9, 4, 0, 30, 0, 0, 0];
export const xmp = (packet: Uint8Array): Buffer =>
  // What follows leads readers of blocks to its end, wherever they come from.
  join(
    [0x21, 0xff, 11],
    "XMP DataXMP",
    packet,
    [1],
    Array.from({ length: 256 }, (_, n) => 255 - n),
    [0],
  );

/** The quadrants, each pixel a code of three bits. */
export function image({ width, height }: Size, { left = 0, top = 0 } = {}): Buffer {
  const [clear, end] = [4, 5];
  const codes: number[] = [];
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      // Before codes would need a fourth bit, they begin anew.
      if (x % 2 === 0) codes.push(clear);
      codes.push((y < height / 2 ? 0 : 2) + (x < width / 2 ? 0 : 1));
    }
  }
  const head = join([0x2c], little16(left), little16(top), little16(width), little16(height), [0, 2]);
  return join(head, inBlocks(packed([...codes, end])), [0]);
}

function packed(codes: number[]): Buffer {
  const bytes: number[] = [];
  let [bits, count] = [0, 0];
  for (const code of codes) {
    bits |= code << count;
    count += 3;
    if (count < 8) continue;
    bytes.push(bits & 255);
    bits >>= 8;
    count -= 8;
  }
  return Buffer.from([...bytes, bits]);
}

function inBlocks(bytes: Buffer): Buffer {
  const blocks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 255) {
    const block = bytes.subarray(at, at + 255);
    blocks.push(join([block.length], block));
  }
  return join(...blocks);
}
