import "server-only";
import { and, eq, inArray, ne, sql } from "drizzle-orm";
import { z } from "zod";
import type { Viewer } from "@/lib/accounts/viewer";
import { now } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { images } from "@/lib/db/schema";
import { type GalleryImage, maxImagesPerAction } from "./contract";
import { isReady, toGalleryImage } from "./gallery";

/** Of which pictures; of ids of others, and of those that are gone, nothing happens and nothing is said. */
export const imageIdsShape = z.array(z.uuid()).min(1).max(maxImagesPerAction);
export const favouriteImagesShape = z.object({ ids: imageIdsShape, on: z.boolean() });

/** So many pictures come with an answer, for the gallery to show at once; after more it asks for what it shows. */
const maxImagesInAnswer = 50;

/** Takes the viewer's pictures away; `restoreImages` brings them back. Returns the ids of those that went. */
export async function trashImages(viewer: Viewer, ids: string[]): Promise<string[]> {
  const rows = await database()
    .orm.update(images)
    .set({ state: "trashed", deletedAt: now() })
    .where(and(areOwn(viewer, ids), isReady))
    .returning({ id: images.id });
  return rows.map(({ id }) => id);
}

export interface RestoredImages {
  /** which are in the gallery now, also those that were there already */
  ids: string[];
  /** these as the gallery shows them, where they are few; empty else */
  images: GalleryImage[];
  /** which stay in the trash, as the viewer has added the same bytes again */
  duplicates: string[];
}

/** Brings the viewer's trashed pictures back. Of two with the same bytes the one that was deleted last comes. */
export async function restoreImages(viewer: Viewer, ids: string[]): Promise<RestoredImages> {
  const own = areOwn(viewer, ids);
  const isTrashed = and(own, eq(images.state, "trashed"));
  const isThereAgain = sql`exists (select 1 from ${images} as other where other.owner_id = ${images.ownerId}
    and other.sha256 = ${images.sha256} and other.state = 'ready')`;
  const lastOfEach = sql`(select id from (select ${images.id}, row_number() over (
      partition by ${images.sha256} order by ${images.deletedAt} desc, ${images.id} desc) as place
    from ${images} where ${isTrashed}) where place = 1)`;
  const db = database();
  const [, rows] = await db.atomic([
    db.orm
      .update(images)
      .set({ state: "ready", deletedAt: null })
      .where(and(isTrashed, inArray(images.id, lastOfEach), sql`not ${isThereAgain}`)),
    db.orm
      .select()
      .from(images)
      .where(and(own, ne(images.state, "purging"))),
  ]);
  const ready = rows.filter(({ state }) => state === "ready");
  return {
    ids: ready.map(({ id }) => id),
    images: ready.length > maxImagesInAnswer ? [] : await Promise.all(ready.map(toGalleryImage)),
    duplicates: rows.filter(({ state }) => state === "trashed").map(({ id }) => id),
  };
}

export interface FavouriteImages {
  /** which are as asked now */
  ids: string[];
  /** those of them that were not before: what an undo is to change back */
  changed: string[];
}

/** Makes the viewer's pictures favourites, or takes that back. */
export async function favouriteImages(
  viewer: Viewer,
  { ids, on }: z.infer<typeof favouriteImagesShape>,
): Promise<FavouriteImages> {
  const own = and(areOwn(viewer, ids), isReady);
  const db = database();
  const [changed, found] = await db.atomic([
    db.orm
      .update(images)
      .set({ isFavourite: on })
      .where(and(own, ne(images.isFavourite, on)))
      .returning({ id: images.id }),
    db.orm.select({ id: images.id }).from(images).where(own),
  ]);
  return { ids: found.map(({ id }) => id), changed: changed.map(({ id }) => id) };
}

const areOwn = (viewer: Viewer, ids: string[]) =>
  // The plus takes the gallery's index away: SQLite would walk through all of the viewer's pictures in search of these.
  and(inArray(images.id, ids), sql`+${images.ownerId} = ${viewer.id}`);
