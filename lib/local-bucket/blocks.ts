const blockBytes = 512 * 1024;
const maxResting = 16;
const resting: Buffer[] = [];

/**
 * Gathers small chunks into big blocks of shared memory, which one write takes to the disk and other threads can read.
 * A block is used again: whoever takes one must be done with it before asking for the next.
 */
export async function* inBlocks(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const block = resting.pop() ?? Buffer.from(new SharedArrayBuffer(blockBytes));
  let filled = 0;
  for await (const chunk of chunks) {
    for (let taken = 0; taken < chunk.length; ) {
      const bytes = chunk.copy(block, filled, taken);
      taken += bytes;
      filled += bytes;
      if (filled < blockBytes) continue;
      yield block;
      filled = 0;
    }
  }
  if (filled > 0) yield block.subarray(0, filled);
  // Not after a failure: somebody may still be reading it.
  if (resting.length < maxResting) resting.push(block);
}

/** A block that is not full is the last one. */
export function isFullBlock(block: Buffer): boolean {
  return block.length === blockBytes;
}
