import { crc32 } from "node:zlib";
import { join, uint16, uint32 } from "./bytes";

export interface PngChunk {
  type: string;
  content: Buffer;
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

export function chunksOf(file: Buffer): PngChunk[] {
  const chunks: PngChunk[] = [];
  for (let at = 8; at + 8 <= file.length; ) {
    const end = at + 8 + file.readUInt32BE(at);
    chunks.push({ type: file.toString("latin1", at + 4, at + 8), content: file.subarray(at + 8, end) });
    at = end + 4;
  }
  return chunks;
}

export const chunk = (type: string, ...content: Parameters<typeof join>): PngChunk => ({
  type,
  content: join(...content),
});

export const pngOf = (chunks: PngChunk[]): Buffer => join(signature, ...chunks.map(written));

function written({ type, content }: PngChunk): Buffer {
  const checked = join(type, content);
  return join(uint32(content.length), checked, uint32(crc32(checked)));
}

/** Of an animated PNG: how many frames there are, and one that fills the picture. */
export const animation = (frames: number): PngChunk => chunk("acTL", uint32(frames), uint32(0));
export const frame = (number: number, { width, height }: { width: number; height: number }): PngChunk =>
  chunk(
    "fcTL",
    uint32(number),
    uint32(width),
    uint32(height),
    uint32(0),
    uint32(0),
    uint16(30),
    uint16(100),
    [0, 0],
  );
