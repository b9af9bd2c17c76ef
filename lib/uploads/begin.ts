import "server-only";
import { and, eq, inArray, type SQL, sql } from "drizzle-orm";
import { counting, refuseOveruse } from "@/lib/accounts/rate-limit";
import type { Viewer } from "@/lib/accounts/viewer";
import { now } from "@/lib/clock";
import { atLeastOne, database } from "@/lib/db/client";
import { insertWhere } from "@/lib/db/insert-where";
import { uploads } from "@/lib/db/schema";
import { env } from "@/lib/env";
import { type Failure, plainFailure } from "@/lib/errors";
import { newId } from "@/lib/ids";
import type { GalleryImage } from "@/lib/images/contract";
import { contentAsked, imagesByContent } from "@/lib/images/gallery";
import { cleanName } from "@/lib/images/names";
import { variantKinds, variants } from "@/lib/images/variants";
import { observe } from "@/lib/metrics";
import { bucketClient } from "@/lib/storage/bucket-client";
import { isCode } from "@/lib/storage/s3-failure";
import {
  type BeginOutcome,
  type ImageOffer,
  maxNameLength,
  type ObjectKind,
  type OriginalOffer,
  objectKinds,
} from "./contract";
import { storeRefusal, withoutParts } from "./digests";
import { endOfPolicy, findPresent, grantsOf, secondsLeft } from "./grants";
import { hasRoomFor, mayOpenAnother, tooLarge } from "./limits";
import { type Offer, totalBytes, type Upload } from "./objects";
import { grantParts, leaveParts } from "./parts";
import { renewUploads } from "./renew";
import { findStoreAnew, knowStore, takeOverStore } from "./store";
import { findUnreserved, formsAsked, type Unreserved, unreservedOf } from "./unreserved";

const beginRate = { max: 120, windowSeconds: 60 };

/**
 * Grants uploads: for each offer, in its order, with what each of its objects can be put; or the picture that the viewer already
 * has; or a refusal. Room in the quota is reserved in the statement that inserts the upload. Throws AppError `rate_limited`.
 */
export function beginUploads(viewer: Viewer, offers: ImageOffer[]): Promise<BeginOutcome[]> {
  return grant(viewer, offers, objectKinds);
}

/** The same for originals alone, whose variants confirm makes. */
export function beginOriginals(viewer: Viewer, offers: OriginalOffer[]): Promise<BeginOutcome<"original">[]> {
  return grant(viewer, offers, ["original"]);
}

async function grant<K extends ObjectKind>(
  viewer: Viewer,
  offers: Offer[],
  kinds: readonly K[],
): Promise<BeginOutcome<K>[]> {
  const known = await recall(viewer, offers);
  try {
    return await grantAll(viewer, offers, kinds, known);
  } catch (error) {
    // It is the server that begins an object in parts, and so the first to hear that the store does it otherwise now.
    if (!isCode(error, "not_supported") || !(await findStoreAnew())) throw error;
    const forms = await database().together(formsAsked(viewer.id));
    return grantAll(viewer, offers, kinds, { ...known, forms });
  }
}

/** What decides about offers beside themselves. */
interface Known {
  /** the viewer's pictures of the same bytes, by checksum */
  owned: Map<string, GalleryImage>;
  forms: Parameters<typeof unreservedOf>[0];
}

/** Counts the begin, too. Throws AppError `rate_limited`. */
async function recall(viewer: Viewer, offers: Offer[]): Promise<Known> {
  const sha256s = offers.map((offer) => offer.original.sha256);
  const [uses, owned, ...forms] = await database().atomic([
    counting(`begin:${viewer.id}`, beginRate),
    contentAsked(viewer, sha256s),
    ...formsAsked(viewer.id),
  ]);
  refuseOveruse(uses, beginRate);
  await knowStore();
  // What was granted is of no use, maybe since the store has changed, and another instance has heard of it.
  if (offers.some((offer) => offer.uploadId)) await takeOverStore();
  return { owned: await imagesByContent(owned), forms };
}

async function grantAll<K extends ObjectKind>(
  viewer: Viewer,
  given: Offer[],
  kinds: readonly K[],
  { owned, forms }: Known,
): Promise<BeginOutcome<K>[]> {
  const { traits } = bucketClient();
  const offers =
    traits.partDigest === "none"
      ? given.map((offer) => ({ ...offer, original: withoutParts(offer.original) }))
      : given;
  const grantable = offers.filter((offer) => storeRefusal(offer, kinds, traits) === null);
  const renewed = await renewUploads(viewer, grantable, kinds);
  const fresh = grantable.filter(
    (offer) => !owned.has(offer.original.sha256) && !renewed.has(offer) && refusalOf(offer) === null,
  );
  const inserted = await insertUploads(viewer, fresh, forms);
  const outcomes = Promise.all(
    offers.map(async (offer): Promise<BeginOutcome<K>> => {
      const image = owned.get(offer.original.sha256);
      if (image !== undefined) return { status: "duplicate", image };
      const again = renewed.get(offer);
      if (again !== undefined) return grantAgain(again, kinds);
      const upload = inserted.get(offer);
      if (upload !== undefined) return grantUpload(upload, kinds);
      const error = storeRefusal(offer, kinds, traits) ?? refusalOf(offer) ?? plainFailure("quota_full");
      return { status: "refused", error };
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

type Granted<K extends ObjectKind> = Extract<BeginOutcome<K>, { status: "granted" }>;

async function grantAgain<K extends ObjectKind>(upload: Upload, kinds: readonly K[]): Promise<Granted<K>> {
  const present = await findPresent(upload, kinds);
  const arrived = kinds.filter((kind) => present[kind] === "arrived");
  return { ...(await grantUpload(upload, kinds, present)), arrived };
}

async function grantUpload<K extends ObjectKind>(
  upload: Upload,
  kinds: readonly K[],
  present = {},
): Promise<Granted<K>> {
  const [expiresInSeconds, grants, parts] = await Promise.all([
    secondsLeft(upload),
    grantsOf(upload, kinds, present),
    grantParts(upload),
  ]);
  return { status: "granted", uploadId: upload.id, expiresInSeconds, grants, ...(parts && { parts }) };
}

/** Records an upload whose original lies under incoming/ already; false where there is no room, or an upload of this id. */
export async function recordArrived(viewer: Viewer, id: string, offer: OriginalOffer): Promise<boolean> {
  const row = newUpload(viewer, offer, id);
  const unreserved = await findUnreserved(viewer.id, row.reservedBytes, id);
  const rows = await insertWhere(database(), uploads, row, mayBegin(row, unreserved))
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
  observe.upload("abandoned", rows.length);
  await leaveParts(rows);
  return rows.map((row) => row.id);
}

function refusalOf(offer: Offer): Failure | null {
  if (offer.original.bytes > env().limits.maxBytes) return tooLarge();
  if (variantKinds.some((kind) => (offer[kind]?.bytes ?? 0) > variants[kind].maxBytes)) {
    return plainFailure("variant_too_large");
  }
  return null;
}

async function insertUploads(
  viewer: Viewer,
  offers: Offer[],
  forms: Known["forms"],
): Promise<Map<Offer, Upload>> {
  const db = database();
  const rows = offers.map((offer): [Offer, Upload] => [offer, newUpload(viewer, offer)]);
  if (rows.length === 0) return new Map();
  const wantedBytes = rows.reduce((sum, [, row]) => sum + row.reservedBytes, 0);
  const unreserved = await unreservedOf(forms, wantedBytes);
  const inserts = rows.map(([, row]) =>
    insertWhere(db, uploads, row, mayBegin(row, unreserved)).returning({ id: uploads.id }),
  );
  const inserted = await db.atomic(atLeastOne(inserts));
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
    decodeTries: 0,
    state: "pending",
    errorCode: null,
    errorMessage: null,
    errorValues: null,
    createdAt: now(),
    expiresAt: endOfPolicy(),
  };
}

const mayBegin = ({ ownerId, reservedBytes }: Upload, unreserved: Unreserved): SQL =>
  sql`${hasRoomFor(ownerId, reservedBytes, unreserved)} and ${mayOpenAnother(ownerId)}`;
