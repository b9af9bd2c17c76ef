import "server-only";
import { and, asc, desc, eq, inArray, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import type { Owner, Viewer } from "@/lib/accounts/viewer";
import { database } from "@/lib/db/client";
import { images } from "@/lib/db/schema";
import { media } from "@/lib/storage/locations";
import type { Cursor, GalleryImage, GalleryPage, Place, TimelineOrder } from "./contract";
import { placeholderOf } from "./placeholder";
import { variantOf } from "./variant-of";
import type { VariantKind } from "./variants";

export const galleryPageSize = 200;

export type ImageRow = typeof images.$inferSelect;

// Written out, not bound: SQLite uses a partial index only where it sees the condition itself.
export const isReady = sql`${images.state} = 'ready'`;

/** The viewer's pictures in this order, from behind the cursor. */
export async function listImages(
  viewer: Viewer,
  after: Cursor | null,
  limit = galleryPageSize,
  order: TimelineOrder = "newest",
): Promise<GalleryPage> {
  const [behind, orderBy] = order === "newest" ? [sql`<`, newestFirst] : [sql`>`, oldestFirst];
  const isBehind = after === null ? undefined : sql`${placeColumns} ${behind} ${placeValues(after)}`;
  const rows = await database()
    .orm.select(galleryColumns)
    .from(images)
    .where(and(isViewers(viewer), isReady, isBehind))
    .orderBy(...orderBy)
    .limit(limit + 1);
  return pageOf(rows, limit);
}

export async function pageOf(rows: GalleryRow[], limit: number): Promise<GalleryPage> {
  const shown = await Promise.all(rows.slice(0, limit).map(toGalleryImage));
  const last = shown.at(-1);
  return {
    images: shown,
    next: rows.length > limit && last !== undefined ? placeOf(last) : null,
  };
}

/** The condition for the viewer's pictures, or for those of them whose ids a subquery gives. */
export function isViewers(viewer: Viewer, ids?: SQLWrapper): SQL | undefined {
  if (ids === undefined) return eq(images.ownerId, viewer.id);
  // The plus takes the gallery's index away: SQLite would walk through all pictures in search of these, instead of
  // looking each of them up.
  return and(sql`+${images.ownerId} = ${viewer.id}`, inArray(images.id, ids));
}

// A row value, as the gallery's index has it: SQLite goes straight to a place in it, however many pictures there are.
export const placeColumns = sql`(${images.capturedAt}, ${images.capturedOrder}, ${images.id})`;
export const placeValues = ({ capturedAt, capturedOrder, id }: Place): SQL =>
  sql`(${capturedAt}, ${capturedOrder}, ${id})`;
export const newestFirst = [images.capturedAt, images.capturedOrder, images.id].map((column) => desc(column));
export const oldestFirst = [images.capturedAt, images.capturedOrder, images.id].map((column) => asc(column));

const placeOf = ({ capturedAt, capturedOrder, id }: Place): Cursor => ({ capturedAt, capturedOrder, id });

/** The owner's pictures that have these bytes (SHA-256, base64), by checksum. */
export async function findImagesByContent(
  owner: Owner,
  sha256s: string[],
): Promise<Map<string, GalleryImage>> {
  return imagesByContent(await contentAsked(owner, sha256s));
}

/** For a batch: what `imagesByContent` takes, of checksums that are given or that a subquery gives. */
export function contentAsked(owner: Owner, sha256s: string[] | SQLWrapper) {
  return database()
    .orm.select({ ...galleryColumns, sha256: images.sha256 })
    .from(images)
    .where(and(eq(images.ownerId, owner.id), isReady, inArray(images.sha256, sha256s)));
}

export async function imagesByContent(
  rows: (GalleryRow & Pick<ImageRow, "sha256">)[],
): Promise<Map<string, GalleryImage>> {
  return new Map(
    await Promise.all(rows.map(async (row) => [row.sha256, await toGalleryImage(row)] as const)),
  );
}

/** What `toGalleryImage` needs of a row. */
export const galleryColumns = {
  id: images.id,
  title: images.title,
  width: images.width,
  height: images.height,
  bytes: images.bytes,
  isFavourite: images.isFavourite,
  thumbhash: images.thumbhash,
  capturedAt: images.capturedAt,
  capturedOrder: images.capturedOrder,
  type: images.type,
  keys: images.keys,
  variantTypes: images.variantTypes,
};

export type GalleryRow = Pick<ImageRow, keyof typeof galleryColumns>;

export async function toGalleryImage(row: GalleryRow): Promise<GalleryImage> {
  return {
    id: row.id,
    title: row.title,
    width: row.width,
    height: row.height,
    bytes: row.bytes,
    isFavourite: row.isFavourite,
    placeholder: placeholderOf(row.thumbhash),
    thumbUrl: await urlOf(row, "thumb"),
    capturedAt: row.capturedAt.getTime(),
    capturedOrder: row.capturedOrder,
  };
}

/** Where a browser gets this variant of a picture: signed, never to be stored or logged. */
export function urlOf(
  row: Pick<ImageRow, "keys" | "variantTypes" | "type">,
  kind: VariantKind,
): Promise<string> {
  const storage = media();
  const { key, type } = variantOf(row, kind);
  return storage.url(storage.nameOf(key), { type, disposition: "inline" });
}
