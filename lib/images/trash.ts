import "server-only";
import { and, eq, lt, sql } from "drizzle-orm";
import type { Viewer } from "@/lib/accounts/viewer";
import { now } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { images } from "@/lib/db/schema";
import { AppError } from "@/lib/errors";
import { media } from "@/lib/storage/locations";
import type { GalleryImage } from "./contract";
import { notFound } from "./image";
import { restoreImages, trashImages } from "./many";

/** How long a deleted picture can be brought back; after that its objects go. */
export const undoSeconds = 10 * 60;

// Written out, not bound: SQLite uses a partial index only where it sees the condition itself.
const inTrash = sql`${images.state} <> 'ready'`;

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

/**
 * Deletes for good what was trashed longer ago than `undoSeconds`: marks the row, deletes the objects, drops the row. Run
 * again after a crash, it goes on where it stopped. Returns how many pictures are gone.
 */
export async function purgeTrash(): Promise<number> {
  const { orm } = database();
  const due = new Date(now().getTime() - undoSeconds * 1000);
  await orm
    .update(images)
    .set({ state: "purging" })
    .where(and(eq(images.state, "trashed"), inTrash, lt(images.deletedAt, due)));
  const rows = await orm
    .select({ id: images.id, keys: images.keys })
    .from(images)
    .where(and(eq(images.state, "purging"), inTrash));
  const storage = media();
  for (const row of rows) {
    await storage.delete(Object.values(row.keys).map((key) => storage.nameOf(key)));
    await orm.delete(images).where(eq(images.id, row.id));
  }
  return rows.length;
}
