import { createHash } from "node:crypto";

/**
 * A Bloom filter: it knows every password that was added to it, and takes one in two thousand others for one that was. See
 * "Common passwords" in ../README.md.
 */
export const filterBytes = 400 * 1024;
const probes = 11;

export function isInFilter(filter: Uint8Array, password: string): boolean {
  return bitsOf(password).every((bit) => ((filter[bit >> 3] ?? 0) >> (bit & 7)) & 1);
}

export function addToFilter(filter: Uint8Array, password: string): void {
  for (const bit of bitsOf(password)) filter[bit >> 3] = (filter[bit >> 3] ?? 0) | (1 << (bit & 7));
}

/** Capitals make no difference: whoever guesses tries them too. */
function bitsOf(password: string): number[] {
  const digest = createHash("sha256").update(password.toLowerCase()).digest();
  const [start, step] = [digest.readUInt32LE(0), digest.readUInt32LE(4) | 1];
  return Array.from({ length: probes }, (_, n) => (start + n * (step >>> 0)) % (filterBytes * 8));
}
