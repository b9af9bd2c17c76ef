/** Decompresses what zlib has compressed, up to `maxBytes` of it; as much as can be had of what is damaged or cut. */
export async function inflate(compressed: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  const reader = new Blob([compressed.slice()])
    .stream()
    .pipeThrough(new DecompressionStream("deflate"))
    .getReader();
  const inflated = new Uint8Array(maxBytes);
  let bytes = 0;
  try {
    for (
      let { value } = await reader.read();
      value !== undefined && bytes < maxBytes;
      { value } = await reader.read()
    ) {
      const some = value.subarray(0, maxBytes - bytes);
      inflated.set(some, bytes);
      bytes += some.length;
    }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  await reader.cancel().catch(() => undefined);
  return inflated.subarray(0, bytes);
}
