import { join, little32 } from "./bytes";

export interface RiffChunk {
  type: string;
  content: Buffer;
}

export function riffChunksOf(file: Buffer): RiffChunk[] {
  const chunks: RiffChunk[] = [];
  for (let at = 12; at + 8 <= file.length; ) {
    const bytes = file.readUInt32LE(at + 4);
    chunks.push({
      type: file.toString("latin1", at, at + 4),
      content: file.subarray(at + 8, at + 8 + bytes),
    });
    at += 8 + bytes + (bytes % 2);
  }
  return chunks;
}

/** @param moreBytes than there are: what its head claims */
export function webpOf(chunks: RiffChunk[], moreBytes = 0): Buffer {
  const body = join(
    "WEBP",
    ...chunks.flatMap(({ type, content }) => [
      ...[type, little32(content.length), content, content.length % 2 === 0 ? [] : [0]],
    ]),
  );
  return join("RIFF", little32(body.length + moreBytes), body);
}

export const flags = { animation: 2, xmp: 4, exif: 8, alpha: 16 } as const;

export const extended = (flag: number, { width, height }: { width: number; height: number }): RiffChunk => ({
  type: "VP8X",
  content: join([flag, 0, 0, 0], little32(width - 1).slice(0, 3), little32(height - 1).slice(0, 3)),
});
