import type { images } from "@/lib/db/schema";
import type { ImageType } from "./formats/table";
import { largestFirst, type VariantKind } from "./variants";

type Stored = Pick<typeof images.$inferSelect, "keys" | "variantTypes" | "type">;

/**
 * What is shown where this kind is wanted. A picture of an earlier Pail lacks the kinds that have come since: then it is the
 * next larger one that it has, else the next smaller one, else the original.
 */
export function variantOf({ keys, variantTypes, type }: Stored, kind: VariantKind): StoredObject {
  const place = largestFirst.indexOf(kind);
  const [larger, smaller] = [largestFirst.slice(0, place), largestFirst.slice(place + 1)];
  for (const candidate of [kind, ...larger.reverse(), ...smaller]) {
    const [key, variantType] = [keys[candidate], variantTypes[candidate]];
    if (key !== undefined && variantType !== undefined) return { key, type: variantType };
  }
  return { key: keys.original, type };
}

interface StoredObject {
  key: string;
  type: ImageType;
}
