import type { ObjectRecord } from "./records";
import type { Store } from "./store";

/** Bytes of one blob. */
export interface Piece {
  id: string;
  start: number;
  length: number;
}

/** Where the bytes of a range lie. */
export function piecesOf(
  store: Store,
  { blobIds, size }: ObjectRecord,
  range: { start: number; length: number },
): Piece[] {
  const pieces: Piece[] = [];
  const rangeEnd = range.start + range.length;
  let blobStart = 0;
  for (const id of blobIds) {
    const blobSize = blobIds.length === 1 ? size : store.registry.get(id).size;
    const start = Math.max(0, range.start - blobStart);
    const length = Math.min(blobSize, rangeEnd - blobStart) - start;
    if (length > 0) pieces.push({ id, start, length });
    blobStart += blobSize;
  }
  return pieces;
}

export async function* readPieces(store: Store, pieces: readonly Piece[]): AsyncGenerator<Buffer> {
  for (const { id, start, length } of pieces) yield* store.blobs.read(id, start, length);
}
