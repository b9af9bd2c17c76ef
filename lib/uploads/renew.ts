import "server-only";
import { isDeepStrictEqual } from "node:util";
import { and, eq, inArray, isNull } from "drizzle-orm";
import type { Viewer } from "@/lib/accounts/viewer";
import { database } from "@/lib/db/client";
import { uploads } from "@/lib/db/schema";
import { variantKinds } from "@/lib/images/variants";
import type { ObjectKind, ObjectOffer } from "./contract";
import { partDigestOf } from "./digests";
import { endOfPolicy } from "./grants";
import type { Offer, Upload } from "./objects";
import { leaveParts } from "./parts";

/** Lengthens the life of the viewer's open uploads that are offered again with the same bytes. */
export async function renewUploads(
  viewer: Viewer,
  offers: Offer[],
  kinds: readonly ObjectKind[],
): Promise<Map<Offer, Upload>> {
  const again = new Map(offers.flatMap((offer) => (offer.uploadId ? [[offer.uploadId, offer]] : [])));
  if (again.size === 0) return new Map();
  const rows = await database()
    .orm.update(uploads)
    .set({ expiresAt: endOfPolicy() })
    .where(
      and(
        inArray(uploads.id, [...again.keys()]),
        eq(uploads.ownerId, viewer.id),
        eq(uploads.state, "pending"),
      ),
    )
    .returning();
  const renewed = await Promise.all(
    rows.map(async (row): Promise<[Offer, Upload][]> => {
      const offer = again.get(row.id);
      if (offer === undefined || !kinds.every((kind) => isSame(offer[kind], row.objects[kind]))) return [];
      const upload = await takeDigests(row, offer);
      return upload === null ? [] : [[offer, upload]];
    }),
  );
  return new Map(renewed.flat());
}

/**
 * The same upload with the digests that are offered now: the store may want others than when it was begun. What has come of its
 * parts was held to the earlier ones, and begins anew. Null where the upload was ended or begun anew meanwhile.
 */
async function takeDigests(upload: Upload, offer: Offer): Promise<Upload | null> {
  const { original, ...variants } = upload.objects;
  const areOtherParts =
    partDigestOf(offer.original) !== partDigestOf(original) ||
    (offer.original.parts === undefined) !== (original.parts === undefined);
  const withMd5 = <T extends ObjectOffer>(object: T, { md5 }: Pick<ObjectOffer, "md5"> = {}): T =>
    md5 === undefined ? object : { ...object, md5 };
  const objects = {
    original: withMd5(areOtherParts ? offer.original : original, offer.original),
    ...Object.fromEntries(
      variantKinds.flatMap((kind) => {
        const variant = variants[kind];
        return variant === undefined ? [] : [[kind, withMd5(variant, offer[kind])]];
      }),
    ),
  };
  if (isDeepStrictEqual(objects, upload.objects)) return upload;
  const { id, multipartId } = upload;
  const [changed] = await database()
    .orm.update(uploads)
    .set({ objects, ...(areOtherParts && { multipartId: null }) })
    .where(
      and(
        eq(uploads.id, id),
        eq(uploads.state, "pending"),
        multipartId === null ? isNull(uploads.multipartId) : eq(uploads.multipartId, multipartId),
      ),
    )
    .returning();
  if (changed !== undefined && areOtherParts) await leaveParts([upload]);
  return changed ?? null;
}

function isSame(one?: ObjectOffer, other?: ObjectOffer): boolean {
  return one?.sha256 === other?.sha256 && one?.bytes === other?.bytes && one?.type === other?.type;
}
