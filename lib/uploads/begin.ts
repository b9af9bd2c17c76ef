import "server-only";
import { and, eq, inArray, type SQL, sql } from "drizzle-orm";
import { countUse } from "@/lib/accounts/rate-limit";
import type { Viewer } from "@/lib/accounts/viewer";
import { now } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { insertWhere } from "@/lib/db/insert-where";
import { uploads } from "@/lib/db/schema";
import { env } from "@/lib/env";
import { type Failure, plainFailure } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { findImagesByContent } from "@/lib/images/gallery";
import { cleanName } from "@/lib/images/names";
import { byKindAtOnce, variantKinds, variants } from "@/lib/images/variants";
import { log } from "@/lib/log";
import { bucketClient } from "@/lib/storage/bucket-client";
import { endOfSigned } from "@/lib/storage/credentials";
import { incoming } from "@/lib/storage/locations";
import {
  type BeginOutcome,
  type ImageOffer,
  maxNameLength,
  type ObjectKind,
  type ObjectOffer,
  type OriginalOffer,
  objectKinds,
  type PostForm,
} from "./contract";
import { hasRoomFor, mayOpenAnother, tooLarge } from "./limits";
import { incomingName, totalBytes, type Upload } from "./objects";
import { abortParts, grantParts } from "./parts";

/** How long a form can be used. */
export const policySeconds = 15 * 60;
const beginRate = { max: 120, windowSeconds: 60 };

/**
 * Grants uploads: for each offer, in its order, a form per object; or the picture that the viewer already has; or a
 * refusal. Room in the quota is reserved in the statement that inserts the upload. Throws AppError `rate_limited`.
 */
export function beginUploads(viewer: Viewer, offers: ImageOffer[]): Promise<BeginOutcome[]> {
  return grant(viewer, offers, objectKinds);
}

/** The same for originals alone, whose variants confirm makes. */
export function beginOriginals(viewer: Viewer, offers: OriginalOffer[]): Promise<BeginOutcome<"original">[]> {
  return grant(viewer, offers, ["original"]);
}

type Offer = OriginalOffer & Partial<ImageOffer>;

async function grant<K extends ObjectKind>(
  viewer: Viewer,
  offers: Offer[],
  kinds: readonly K[],
): Promise<BeginOutcome<K>[]> {
  await countUse(`begin:${viewer.id}`, beginRate);
  const [owned, renewed] = await Promise.all([
    findImagesByContent(
      viewer,
      offers.map((offer) => offer.original.sha256),
    ),
    renewUploads(viewer, offers, kinds),
  ]);
  const fresh = offers.filter(
    (offer) => !owned.has(offer.original.sha256) && !renewed.has(offer) && refusalOf(offer) === null,
  );
  const inserted = await insertUploads(viewer, fresh);
  const outcomes = Promise.all(
    offers.map(async (offer): Promise<BeginOutcome<K>> => {
      const image = owned.get(offer.original.sha256);
      if (image !== undefined) return { status: "duplicate", image };
      const upload = renewed.get(offer) ?? inserted.get(offer);
      if (upload !== undefined) {
        const [expiresInSeconds, forms, parts, arrived] = await Promise.all([
          secondsLeft(upload),
          formsOf(upload, kinds),
          grantParts(upload),
          renewed.has(offer) ? arrivedOf(upload, kinds) : undefined,
        ]);
        return {
          status: "granted",
          uploadId: upload.id,
          expiresInSeconds,
          forms,
          ...(parts && { parts }),
          ...(arrived && { arrived }),
        };
      }
      return { status: "refused", error: refusalOf(offer) ?? plainFailure("quota_full") };
    }),
  );
  try {
    return await outcomes;
  } catch (error) {
    // Whoever asks again does not know of these.
    const unknown = [...inserted.values()].map(({ id }) => id);
    await abandonUploads(viewer, unknown);
    throw error;
  }
}

/** Records an upload whose original lies under incoming/ already; false where there is no room, or an upload of this id. */
export async function recordArrived(viewer: Viewer, id: string, offer: OriginalOffer): Promise<boolean> {
  const row = newUpload(viewer, offer, id);
  const rows = await insertWhere(database(), uploads, row, mayBegin(row))
    .onConflictDoNothing()
    .returning({ id: uploads.id });
  return rows.length > 0;
}

/** Gives up uploads that have not become images: frees what they reserved. */
export async function abandonUploads(viewer: Viewer, uploadIds: string[]): Promise<string[]> {
  const rows = await database()
    .orm.update(uploads)
    .set({ state: "abandoned", reservedBytes: 0 })
    .where(and(inArray(uploads.id, uploadIds), eq(uploads.ownerId, viewer.id), eq(uploads.state, "pending")))
    .returning({ id: uploads.id, multipartId: uploads.multipartId });
  await abortParts(rows).catch((error: unknown) => log.warn({ error }, "parts are left to the sweep"));
  return rows.map((row) => row.id);
}

function refusalOf(offer: Offer): Failure | null {
  if (offer.original.bytes > env().limits.maxBytes) return tooLarge();
  if (variantKinds.some((kind) => (offer[kind]?.bytes ?? 0) > variants[kind].maxBytes)) {
    return plainFailure("variant_too_large");
  }
  return null;
}

/** Lengthens the life of the viewer's open uploads that are offered again with the same bytes. */
async function renewUploads(
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
  return new Map(
    rows.flatMap((row) => {
      const offer = again.get(row.id);
      return offer !== undefined && kinds.every((kind) => isSame(offer[kind], row.objects[kind]))
        ? [[offer, row] as const]
        : [];
    }),
  );
}

function isSame(one?: ObjectOffer, other?: ObjectOffer): boolean {
  return one?.sha256 === other?.sha256 && one?.bytes === other?.bytes && one?.type === other?.type;
}

async function insertUploads(viewer: Viewer, offers: Offer[]): Promise<Map<Offer, Upload>> {
  const db = database();
  const rows = offers.map((offer): [Offer, Upload] => [offer, newUpload(viewer, offer)]);
  const [first, ...others] = rows.map(([, row]) =>
    insertWhere(db, uploads, row, mayBegin(row)).returning({ id: uploads.id }),
  );
  if (first === undefined) return new Map();
  const inserted = await db.atomic([first, ...others]);
  return new Map(rows.filter((_, index) => (inserted[index]?.length ?? 0) > 0));
}

function newUpload(viewer: Viewer, offer: Offer, id = newId()): Upload {
  const { name, original, thumbhash = "", fileDate = null } = offer;
  const offered = variantKinds.flatMap((kind) => (offer[kind] ? [[kind, offer[kind]] as const] : []));
  const objects = { original, ...Object.fromEntries(offered) };
  return {
    id,
    ownerId: viewer.id,
    imageId: newId(),
    name: cleanName(name, maxNameLength),
    objects,
    thumbhash,
    fileDate,
    multipartId: null,
    reservedBytes: totalBytes(objects),
    state: "pending",
    errorCode: null,
    errorMessage: null,
    errorValues: null,
    createdAt: now(),
    expiresAt: endOfPolicy(),
  };
}

const mayBegin = ({ ownerId, reservedBytes }: Upload): SQL =>
  sql`${hasRoomFor(ownerId, reservedBytes)} and ${mayOpenAnother(ownerId)}`;

/** The page before this one may have been closed before it heard. What arrived is checked by confirm, as ever. */
async function arrivedOf<K extends ObjectKind>({ id, objects }: Upload, kinds: readonly K[]): Promise<K[]> {
  const found = await Promise.all(kinds.map((kind) => incoming().metadata(incomingName(id, kind))));
  return kinds.filter((kind, index) => {
    const { bytes, sha256 } = found[index] ?? {};
    const announced = objects[kind];
    return bytes === announced?.bytes && (sha256 === null || sha256 === announced?.sha256);
  });
}

function formsOf<K extends ObjectKind>(
  { id, objects, expiresAt }: Upload,
  kinds: readonly K[],
): Promise<Record<K, PostForm>> {
  return byKindAtOnce(kinds, (kind) => {
    const object = objects[kind];
    if (object === undefined) throw new Error(`upload ${id} has no ${kind}`);
    const grant = { ...object, metadata: { upload: id }, expiresAt };
    return incoming().postForm(incomingName(id, kind), grant);
  });
}

async function secondsLeft({ expiresAt }: Upload): Promise<number> {
  const end = await endOfSigned(bucketClient().s3, expiresAt);
  return Math.max(1, Math.floor((end.getTime() - now().getTime()) / 1000));
}

const endOfPolicy = (): Date => new Date(now().getTime() + policySeconds * 1000);
