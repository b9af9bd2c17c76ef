import "server-only";
import { and, eq, lt, sql } from "drizzle-orm";
import type { Viewer } from "@/lib/accounts/viewer";
import { now } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { images } from "@/lib/db/schema";
import { AppError } from "@/lib/errors";
import { media } from "@/lib/storage/locations";
import type { GalleryImage } from "./contract";
import { isReady, toGalleryImage } from "./gallery";
import { notFound } from "./image";

/** How long a deleted picture can be brought back; after that its objects go. */
export const undoSeconds = 10 * 60;

// Written out, not bound: SQLite uses a partial index only where it sees the condition itself.
const inTrash = sql`${images.state} <> 'ready'`;

/** Takes the viewer's picture away; for a while `restoreImage` brings it back. Throws AppError `not_found`. */
export async function trashImage(viewer: Viewer, id: string): Promise<void> {
  const rows = await database()
    .orm.update(images)
    .set({ state: "trashed", deletedAt: now() })
    .where(and(eq(images.id, id), eq(images.ownerId, viewer.id), isReady))
    .returning({ id: images.id });
  if (rows.length === 0) throw notFound();
}

/** Brings a trashed picture back. Throws AppError `not_found` once it is gone, `duplicate` where it was added again. */
export async function restoreImage(viewer: Viewer, id: string): Promise<GalleryImage> {
  const again = sql`exists (select 1 from ${images} as other where other.owner_id = ${images.ownerId}
    and other.sha256 = ${images.sha256} and other.state = 'ready')`;
  const own = and(eq(images.id, id), eq(images.ownerId, viewer.id));
  const db = database();
  const [, [row]] = await db.atomic([
    db.orm
      .update(images)
      .set({ state: "ready", deletedAt: null })
      .where(and(own, eq(images.state, "trashed"), sql`not ${again}`)),
    db.orm.select().from(images).where(own),
  ]);
  if (row === undefined || row.state === "purging") throw notFound();
  if (row.state === "trashed") {
    throw new AppError("duplicate");
  }
  return toGalleryImage(row);
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
