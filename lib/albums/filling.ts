import "server-only";
import { and, eq, inArray, type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import type { Viewer } from "@/lib/accounts/viewer";
import { now } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { insertWhere } from "@/lib/db/insert-where";
import { albumImages, albums, images } from "@/lib/db/schema";
import { newId } from "@/lib/ids";
import { maxImagesPerAction } from "@/lib/images/contract";
import { isReady } from "@/lib/images/gallery";
import { albumIdShape } from "./albums";
import type { AlbumLink, FormerMember } from "./contract";
import {
  hasRoom,
  imageIdsShape,
  isNamed,
  isOwn,
  nameOf,
  nameShape,
  nameTaken,
  ownAsked,
  positionNow,
  theOne,
  tooManyAlbums,
} from "./own";

/** With an id, that album: its name may have changed since. Of an older page, or for a folder, there is only the name. */
export const addToAlbumShape = z.object({
  id: albumIdShape.optional(),
  name: nameShape,
  imageIds: imageIdsShape,
});
export const makeAlbumShape = z.object({ name: nameShape, imageIds: imageIdsShape });
export const addPicturesShape = z.object({ id: albumIdShape, imageIds: imageIdsShape });
const memberShape = z.object({ imageId: z.uuid(), position: z.number() }) satisfies z.ZodType<FormerMember>;
export const putBackShape = z.object({
  id: albumIdShape,
  pictures: z.array(memberShape).max(maxImagesPerAction),
});

/** Where a picture stands among others; null: behind all that are there. */
type Addition = { imageId: string; position: number | null };

/**
 * Makes an album with those of the pictures that are the viewer's. Throws AppError `empty_name`, `too_many_albums`, or `name_taken`,
 * which says in its values which album has the name.
 */
export async function makeAlbum(
  viewer: Viewer,
  { name, imageIds }: z.infer<typeof makeAlbumShape>,
): Promise<AlbumLink> {
  const id = newId();
  const made = await fillNamed(viewer, { id, name, createdAt: now(), additions: [] });
  if (made.id !== id) throw nameTaken(made.id);
  if (imageIds.length > 0) await addPictures(viewer, { id, imageIds });
  return made;
}

/**
 * Puts those of the pictures that are the viewer's into the viewer's album of this name, which is made where there is none;
 * whatever else the ids are of is not there for this viewer. Doing it again, or twice at once, changes nothing more. Throws
 * AppError `empty_name` or `too_many_albums`, and with an id `not_found`.
 */
export async function addToAlbum(
  viewer: Viewer,
  { id, name, imageIds }: z.infer<typeof addToAlbumShape>,
): Promise<AlbumLink> {
  if (id !== undefined) return addPictures(viewer, { id, imageIds });
  return fillNamed(viewer, { id: newId(), name, createdAt: now(), additions: atTheEnd(imageIds) });
}

/**
 * Puts the viewer's pictures behind all that are in the viewer's album. Returns also which of them were not in it before. Throws AppError
 * `not_found`.
 */
export async function addPictures(
  viewer: Viewer,
  { id, imageIds }: z.infer<typeof addPicturesShape>,
): Promise<AlbumLink & { added: string[] }> {
  return fill(viewer, id, atTheEnd(imageIds));
}

/**
 * Takes pictures out of the viewer's album, and deletes none of them. Returns those that were in it: `putBack` takes them. What was taken
 * out before is no fault. Throws AppError `not_found`.
 */
export async function removePictures(
  viewer: Viewer,
  { id, imageIds }: z.infer<typeof addPicturesShape>,
): Promise<FormerMember[]> {
  const db = database();
  const [own, removed] = await db.atomic([
    ownAsked(viewer, id),
    db.orm
      .delete(albumImages)
      .where(
        and(
          inArray(albumImages.albumId, ownAsked(viewer, id)),
          sql`${albumImages.imageId} in (select j.value from json_each(${JSON.stringify(imageIds)}) as j)`,
        ),
      )
      .returning({ imageId: albumImages.imageId, position: albumImages.position }),
  ]);
  theOne(own);
  return removed;
}

/** Undoes `removePictures`: each is where it was. Throws AppError `not_found`. */
export async function putBack(
  viewer: Viewer,
  { id, pictures }: z.infer<typeof putBackShape>,
): Promise<AlbumLink & { added: string[] }> {
  return fill(viewer, id, pictures);
}

/**
 * For what comes from elsewhere, with its album's age and its pictures' places. An album of this name that is there already keeps what
 * it is. Throws as `addToAlbum` does.
 */
export function bringToAlbum(
  viewer: Viewer,
  album: { name: string; createdAt: Date; additions: Addition[] },
): Promise<AlbumLink> {
  return fillNamed(viewer, { id: newId(album.createdAt), ...album });
}

const atTheEnd = (imageIds: string[]): Addition[] => imageIds.map((imageId) => ({ imageId, position: null }));

/** The album of this name with these pictures in it; `id` and `createdAt` are for the case that there is none yet. */
async function fillNamed(
  viewer: Viewer,
  album: { id: string; name: string; createdAt: Date; additions: Addition[] },
): Promise<AlbumLink> {
  const db = database();
  const { id, createdAt, additions } = album;
  const row = { id, ownerId: viewer.id, name: nameOf(album.name), createdAt };
  const isIt = isNamed(viewer, row.name);
  const [, , [found]] = await db.atomic([
    insertWhere(db, albums, row, hasRoom(viewer)).onConflictDoNothing(),
    insertMembers(viewer, isIt, additions),
    linkAsked(isIt),
  ]);
  if (found === undefined) throw tooManyAlbums();
  return found;
}

async function fill(viewer: Viewer, id: string, additions: Addition[]) {
  const isIt = isOwn(viewer, id);
  const [members, found] = await database().atomic([
    insertMembers(viewer, isIt, additions).returning({ imageId: albumImages.imageId }),
    linkAsked(isIt),
  ]);
  return { ...theOne(found), added: members.map(({ imageId }) => imageId) };
}

const linkAsked = (which: SQL | undefined) =>
  database().orm.select({ id: albums.id, name: albums.name }).from(albums).where(which);

/** What is in it already stays where it is. */
function insertMembers(viewer: Viewer, which: SQL | undefined, additions: Addition[]) {
  const told = JSON.stringify(additions.map(({ imageId, position }) => [imageId, position]));
  const last = sql`(select max(${albumImages.position}) from ${albumImages}
    where ${albumImages.albumId} = ${albums.id})`;
  // Materialized, or the album's last place would be looked for once for each picture. The nulls are for a trigger to fill.
  const source = sql`with goal as materialized (
      select ${albums.id} as id, max(coalesce(${last}, 0) + 1, ${positionNow()}) as first
      from ${albums} where ${which})
    select goal.id, ${images.id}, coalesce(json_extract(j.value, '$[1]'), goal.first + j.key), null, null, null, null
    from goal cross join json_each(${told}) as j
    cross join ${images} on ${eq(images.id, sql`json_extract(j.value, '$[0]')`)}
    where ${eq(images.ownerId, viewer.id)} and ${isReady}`;
  return database().orm.insert(albumImages).select(source).onConflictDoNothing();
}
