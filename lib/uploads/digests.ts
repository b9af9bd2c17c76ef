import "server-only";
import { type Failure, plainFailure } from "@/lib/errors";
import type { Traits } from "@/lib/storage/stores/traits";
import type { ImageOffer, ObjectKind, ObjectOffer, WantedDigests } from "./contract";

/** Which digests offers must have, as the store is: see “Digests” in README.md. A form has the SHA-256, and needs no other. */
export const wantedDigests = ({ upload, objectDigest, partDigest }: Traits): WantedDigests => ({
  object: upload === "put" && objectDigest === "md5" ? "md5" : "sha256",
  part: partDigest,
});

/** Why nothing that was offered so can be granted, as the store is; null where it can. */
export function storeRefusal(
  offer: Partial<Pick<ImageOffer, ObjectKind>>,
  kinds: readonly ObjectKind[],
  traits: Traits,
): Failure | null {
  if (traits.upload === "none") return plainFailure("store_unfit");
  const wanted = wantedDigests(traits);
  const lacksMd5 = wanted.object === "md5" && kinds.some((kind) => offer[kind]?.md5 === undefined);
  const { original } = offer;
  const hasOthers = original?.parts !== undefined && partDigestOf(original) !== wanted.part;
  return lacksMd5 || hasOthers ? { ...plainFailure("digest_missing"), values: wanted } : null;
}

export const partDigestOf = ({ partDigest = "sha256" }: ObjectOffer) => partDigest;

/** The same original to go at once. */
export function withoutParts<T extends ObjectOffer>({ parts: _, partDigest: __, ...original }: T) {
  return original;
}
