import "server-only";
import { and, count, desc, eq, inArray, lt, lte, type SQL, sql, sum } from "drizzle-orm";
import { z } from "zod";
import type { Viewer } from "@/lib/accounts/viewer";
import { now } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { images } from "@/lib/db/schema";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { media } from "@/lib/storage/locations";
import type { GalleryImage, ImageDetails, TrashCursor, TrashedImage, TrashPage, TrashSize } from "./contract";
import { galleryColumns, toGalleryImage } from "./gallery";
import { areAmong, detailsOf, notFound } from "./image";
import { restoreImages, trashImages } from "./many";

const daySeconds = 24 * 60 * 60;
/** How long a deleted picture can be brought back; after that its objects go. */
export const trashSeconds = (): number => env().trashDays * daySeconds;

export const trashPageSize = 100;
/** Objects of so many pictures are deleted together. */
const purgedAtOnce = 250;
/** So long emptying the trash works for one request. */
const emptyingMs = 2000;

// Written out, not bound: SQLite uses a partial index only where it sees the condition itself.
const inTrash = sql`${images.state} <> 'ready'`;
const isTrashed = sql`${images.state} = 'trashed'`;

/** Takes the viewer's picture away; for a while `restoreImage` brings it back. Throws AppError `not_found`. */
export async function trashImage(viewer: Viewer, id: string): Promise<void> {
  if ((await trashImages(viewer, [id])).length === 0) throw notFound();
}

/** Brings a trashed picture back. Throws AppError `not_found` once it is gone, `duplicate` where it was added again. */
export async function restoreImage(viewer: Viewer, id: string): Promise<GalleryImage> {
  const {
    images: [image],
    duplicates,
  } = await restoreImages(viewer, [id]);
  if (duplicates.length > 0) throw new AppError("duplicate");
  if (image === undefined) throw notFound();
  return image;
}

/** The viewer's pictures in the trash, those that were deleted last first, from behind the cursor; and how much all of it is. */
export async function listTrash(
  viewer: Viewer,
  after: TrashCursor | null,
  limit = trashPageSize,
): Promise<TrashPage & { size: TrashSize }> {
  const own = and(eq(images.ownerId, viewer.id), isTrashed);
  const behind = after && sql`(${images.deletedAt}, ${images.id}) < (${after.deletedAt}, ${after.id})`;
  const { orm, together } = database();
  const [rows, [size]] = await together([
    orm
      .select({ ...galleryColumns, deletedAt: images.deletedAt })
      .from(images)
      .where(and(own, behind ?? undefined))
      .orderBy(desc(images.deletedAt), desc(images.id))
      .limit(limit + 1),
    orm
      .select({ count: count(), bytes: sum(images.storedBytes).mapWith(Number) })
      .from(images)
      .where(own),
  ]);
  const shown = await Promise.all(rows.slice(0, limit).map(toTrashedImage));
  const last = shown.at(-1);
  return {
    images: shown,
    next: rows.length > limit && last !== undefined ? { deletedAt: last.deletedAt, id: last.id } : null,
    size: { count: size?.count ?? 0, bytes: size?.bytes ?? 0 },
  };
}

type TrashRow = Parameters<typeof toGalleryImage>[0] & { deletedAt: Date | null };

async function toTrashedImage(row: TrashRow): Promise<TrashedImage> {
  return { ...(await toGalleryImage(row)), ...trashedSince(row) };
}

function trashedSince({
  deletedAt,
}: Pick<TrashRow, "deletedAt">): Pick<TrashedImage, "deletedAt" | "daysLeft"> {
  const at = (deletedAt ?? now()).getTime();
  const secondsLeft = trashSeconds() - (now().getTime() - at) / 1000;
  return { deletedAt: at, daysLeft: Math.max(0, Math.ceil(secondsLeft / daySeconds)) };
}

/** The viewer's picture in the trash; null where it is not there. */
export async function findTrashedImage(
  viewer: Viewer,
  id: string,
): Promise<(ImageDetails & Pick<TrashedImage, "deletedAt" | "daysLeft">) | null> {
  const rows = await database()
    .orm.select()
    .from(images)
    .where(and(eq(images.id, id), eq(images.ownerId, viewer.id), isTrashed));
  const [row] = rows;
  return row === undefined ? null : { ...(await detailsOf(rows)), ...trashedSince(row) };
}

/** Deletes those of the viewer's trashed pictures for good, up to an action's. Returns the ids of those that are gone. */
export const purgeImages = (viewer: Viewer, ids: string[]): Promise<string[]> =>
  purge(and(areAmong(ids), sql`+${images.ownerId} = ${viewer.id}`, isTrashed), ids.length);

export const emptyTrashShape = z.object({ before: z.int().min(0).max(8.64e15) });

/**
 * Deletes for good what lies in the viewer's trash since a moment, for about two seconds: called until it is empty, no call takes
 * long. `before` is in ms since the epoch: what was deleted after it stays.
 */
export async function emptyTrash(
  viewer: Viewer,
  { before }: z.infer<typeof emptyTrashShape>,
  workMs = emptyingMs,
): Promise<{ gone: number; isEmpty: boolean }> {
  const which = and(eq(images.ownerId, viewer.id), isTrashed, lte(images.deletedAt, new Date(before)));
  const until = performance.now() + workMs;
  let gone = 0;
  for (;;) {
    const { length } = await purge(which, purgedAtOnce);
    gone += length;
    if (length < purgedAtOnce) return { gone, isEmpty: true };
    if (performance.now() >= until) return { gone, isEmpty: false };
  }
}

/**
 * Deletes for good what was trashed longer ago than `trashSeconds`, and goes on where a purge was cut short. Returns how many
 * pictures are gone.
 */
export async function purgeTrash(): Promise<number> {
  const due = new Date(now().getTime() - trashSeconds() * 1000);
  const which = [
    and(eq(images.state, "purging"), inTrash),
    and(eq(images.state, "trashed"), inTrash, lt(images.deletedAt, due)),
  ];
  let gone = 0;
  for (const each of which) {
    for (let last = purgedAtOnce; last === purgedAtOnce; gone += last)
      last = (await purge(each, purgedAtOnce)).length;
  }
  return gone;
}

/**
 * Marks up to so many rows, deletes their objects, drops the rows: after a crash between any two, `purgeTrash` goes on. Returns
 * the ids of those that are gone.
 */
async function purge(which: SQL | undefined, limit: number): Promise<string[]> {
  const { orm } = database();
  const some = orm.select({ id: images.id }).from(images).where(which).limit(limit);
  const rows = await orm
    .update(images)
    .set({ state: "purging" })
    .where(inArray(images.id, some))
    .returning({ id: images.id, keys: images.keys });
  if (rows.length === 0) return [];
  const storage = media();
  await storage.delete(rows.flatMap(({ keys }) => Object.values(keys).map((key) => storage.nameOf(key))));
  const ids = rows.map(({ id }) => id);
  await orm.delete(images).where(and(areAmong(ids), eq(images.state, "purging")));
  return ids;
}
