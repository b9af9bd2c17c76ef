import "server-only";
import { and, eq, inArray, sql } from "drizzle-orm";
import { countUse } from "@/lib/accounts/rate-limit";
import type { Viewer } from "@/lib/accounts/viewer";
import { now } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { insertWhere } from "@/lib/db/insert-where";
import { uploads, users } from "@/lib/db/schema";
import { env } from "@/lib/env";
import type { Failure } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { findImagesByContent } from "@/lib/images/gallery";
import { cleanName } from "@/lib/images/names";
import { incoming } from "@/lib/storage/locations";
import {
  type BeginOutcome,
  type ImageOffer,
  maxNameLength,
  maxVariantBytes,
  type ObjectKind,
  objectKinds,
  type PostForm,
} from "./contract";
import { incomingName, totalBytes, type Upload } from "./objects";

/** How long a form can be used. */
export const policySeconds = 15 * 60;
/** Uploads that one user may have under way. */
const maxOpenUploads = 1000;
const beginRate = { max: 120, windowSeconds: 60 };

/**
 * Grants uploads: for each offer, in its order, a form per object; or the picture that the viewer already has; or a
 * refusal. Room in the quota is reserved in the statement that inserts the upload. Throws AppError `rate_limited`.
 */
export async function beginUploads(viewer: Viewer, offers: ImageOffer[]): Promise<BeginOutcome[]> {
  await countUse(`begin:${viewer.id}`, beginRate);
  const [owned, renewed] = await Promise.all([
    findImagesByContent(
      viewer,
      offers.map((offer) => offer.original.sha256),
    ),
    renewUploads(viewer, offers),
  ]);
  const fresh = offers.filter(
    (offer) => !owned.has(offer.original.sha256) && !renewed.has(offer) && refusalOf(offer) === null,
  );
  const inserted = await insertUploads(viewer, fresh);
  return Promise.all(
    offers.map(async (offer): Promise<BeginOutcome> => {
      const image = owned.get(offer.original.sha256);
      if (image !== undefined) return { status: "duplicate", image };
      const upload = renewed.get(offer) ?? inserted.get(offer);
      if (upload !== undefined)
        return { status: "granted", uploadId: upload.id, forms: await formsOf(upload) };
      return { status: "refused", error: refusalOf(offer) ?? noRoom };
    }),
  );
}

/** Gives up uploads that have not become images: frees what they reserved. */
export async function abandonUploads(viewer: Viewer, uploadIds: string[]): Promise<string[]> {
  const rows = await database()
    .orm.update(uploads)
    .set({ state: "abandoned", reservedBytes: 0 })
    .where(and(inArray(uploads.id, uploadIds), eq(uploads.ownerId, viewer.id), eq(uploads.state, "pending")))
    .returning({ id: uploads.id });
  return rows.map((row) => row.id);
}

const noRoom: Failure = {
  code: "quota_full",
  message:
    "There is no room for it: your space is full, or too many uploads are under way. Delete pictures or wait.",
};

function refusalOf({ original, thumb, display }: ImageOffer): Failure | null {
  const { maxBytes } = env().limits;
  if (original.bytes > maxBytes) {
    const max = Math.floor(maxBytes / 1_000_000);
    return {
      code: "too_large",
      message: `It is larger than ${max} MB, the most that Pail takes. Choose a smaller one.`,
    };
  }
  if (thumb.bytes > maxVariantBytes.thumb || display.bytes > maxVariantBytes.display) {
    return {
      code: "variant_too_large",
      message: "Its smaller versions are too large. Reload the page and try again.",
    };
  }
  return null;
}

/** Lengthens the life of the viewer's open uploads that are offered again with the same bytes. */
async function renewUploads(viewer: Viewer, offers: ImageOffer[]): Promise<Map<ImageOffer, Upload>> {
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
  return new Map(
    rows.flatMap((row) => {
      const offer = again.get(row.id);
      return offer !== undefined && sameObjects(offer, row) ? [[offer, row] as const] : [];
    }),
  );
}

function sameObjects(offer: ImageOffer, { objects }: Upload): boolean {
  return objectKinds.every(
    (kind) =>
      offer[kind].sha256 === objects[kind].sha256 &&
      offer[kind].bytes === objects[kind].bytes &&
      offer[kind].type === objects[kind].type,
  );
}

async function insertUploads(viewer: Viewer, offers: ImageOffer[]): Promise<Map<ImageOffer, Upload>> {
  const db = database();
  const rows = offers.map((offer): [ImageOffer, Upload] => [offer, newUpload(viewer, offer)]);
  const [first, ...others] = rows.map(([, row]) =>
    insertWhere(db, uploads, row, hasRoomFor(row)).returning({ id: uploads.id }),
  );
  if (first === undefined) return new Map();
  const inserted = await db.atomic([first, ...others]);
  return new Map(rows.filter((_, index) => (inserted[index]?.length ?? 0) > 0));
}

function newUpload(viewer: Viewer, offer: ImageOffer): Upload {
  const objects = { original: offer.original, thumb: offer.thumb, display: offer.display };
  return {
    id: newId(),
    ownerId: viewer.id,
    imageId: newId(),
    name: cleanName(offer.name, maxNameLength),
    objects,
    thumbhash: offer.thumbhash,
    reservedBytes: totalBytes(objects),
    state: "pending",
    errorCode: null,
    errorMessage: null,
    createdAt: now(),
    expiresAt: endOfPolicy(),
  };
}

const hasRoomFor = ({ ownerId, reservedBytes }: Upload) => sql`
  (select ${users.usedBytes} from ${users} where ${users.id} = ${ownerId}) + ${reservedBytes} <= ${env().userQuotaBytes}
  and (select count(*) from ${uploads}
       where ${uploads.ownerId} = ${ownerId} and ${uploads.state} in ('pending', 'verifying')) < ${maxOpenUploads}`;

async function formsOf(upload: Upload): Promise<Record<ObjectKind, PostForm>> {
  const form = (kind: ObjectKind) =>
    incoming().postForm(incomingName(upload.id, kind), {
      ...upload.objects[kind],
      metadata: { upload: upload.id },
      expiresAt: upload.expiresAt,
    });
  const [original, thumb, display] = await Promise.all([form("original"), form("thumb"), form("display")]);
  return { original, thumb, display };
}

const endOfPolicy = (): Date => new Date(now().getTime() + policySeconds * 1000);
