import "server-only";
import { and, desc, eq, inArray, type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import type { Viewer } from "@/lib/accounts/viewer";
import { now } from "@/lib/clock";
import { database } from "@/lib/db/client";
import { insertWhere } from "@/lib/db/insert-where";
import { albumImages, albums, images } from "@/lib/db/schema";
import { AppError } from "@/lib/errors";
import { newId } from "@/lib/ids";
import type { Cursor, GalleryPage } from "@/lib/images/contract";
import {
  galleryColumns,
  galleryPageSize,
  isReady,
  isViewers,
  pageAsked,
  pageOf,
  toGalleryImage,
} from "@/lib/images/gallery";
import { type ImageInPlace, inPlace, inPlaceAsked } from "@/lib/images/image";
import { cleanText } from "@/lib/images/names";
import {
  type Album,
  type DeletedAlbum,
  type ListedAlbum,
  maxAlbumNameLength,
  maxImagesPerCall,
} from "./contract";

export const albumIdShape = z.uuid();
const nameShape = z.string().max(1000);
const imageIdsShape = z.array(z.uuid()).max(maxImagesPerCall);
export const addToAlbumShape = z.object({ name: nameShape, imageIds: imageIdsShape });
export const restoreAlbumShape = z.object({
  id: albumIdShape,
  name: nameShape,
  createdAt: z.number().int().min(0).max(8.64e15),
  imageIds: imageIdsShape,
}) satisfies z.ZodType<DeletedAlbum>;
export const renameAlbumShape = z.object({ id: albumIdShape, name: nameShape });

/** They are listed on one page. */
const maxAlbums = 1000;

/**
 * Puts those of the pictures that are the viewer's into the viewer's album of this name, which is made where there is none;
 * whatever else the ids are of is not there for this viewer. Doing it again, or twice at once, changes nothing more. Throws
 * AppError `empty_name` or `too_many_albums`.
 */
export function addToAlbum(
  viewer: Viewer,
  { name, imageIds }: z.infer<typeof addToAlbumShape>,
): Promise<{ id: string; name: string }> {
  return fill(viewer, { id: newId(), name, createdAt: now().getTime(), imageIds });
}

/** Undoes `deleteAlbum`, with up to `maxImagesPerCall` pictures at a time. Throws as `addToAlbum` does. */
export function restoreAlbum(
  viewer: Viewer,
  album: z.infer<typeof restoreAlbumShape>,
): Promise<{ id: string; name: string }> {
  return fill(viewer, album);
}

/** The viewer's albums, the newest first. */
export async function listAlbums(viewer: Viewer): Promise<ListedAlbum[]> {
  const rows = await database()
    .orm.select({
      id: albums.id,
      name: albums.name,
      count: countOfReady,
      // Where there is one max(), SQLite takes the other columns from the row that has it.
      newest: sql`max(${images.capturedAt})`,
      cover: galleryColumns,
    })
    .from(albums)
    .leftJoin(albumImages, eq(albumImages.albumId, albums.id))
    .leftJoin(images, isReadyImage)
    .where(eq(albums.ownerId, viewer.id))
    // As the index has them, so that only the albums are sorted, and not all that is in them.
    .groupBy(albums.ownerId, albums.name)
    .orderBy(desc(albums.id));
  return Promise.all(
    rows.map(async ({ id, name, count, cover }) => ({
      id,
      name,
      count,
      cover: cover && (await toGalleryImage(cover)),
    })),
  );
}

/** The viewer's album. Throws AppError `not_found`, also for one of someone else. */
export async function getAlbum(viewer: Viewer, id: string): Promise<Album> {
  return theOne(await albumAsked(viewer, id));
}

function albumAsked(viewer: Viewer, id: string) {
  return database()
    .orm.select({ id: albums.id, name: albums.name, count: countOfReady })
    .from(albums)
    .leftJoin(albumImages, eq(albumImages.albumId, albums.id))
    .leftJoin(images, isReadyImage)
    .where(isOwn(viewer, id))
    .groupBy(albums.id);
}

/** The viewer's album with a page of its pictures, newest first, from behind the cursor. Throws AppError `not_found`. */
export async function getAlbumPage(
  viewer: Viewer,
  id: string,
  after: Cursor | null,
): Promise<{ album: Album; page: GalleryPage }> {
  const [found, rows] = await database().together([
    albumAsked(viewer, id),
    pageAsked(isViewers(viewer, imageIdsOf(id)), after, galleryPageSize),
  ]);
  return { album: theOne(found), page: await pageOf(rows, galleryPageSize) };
}

/** The pictures of the viewer's album, newest first, from behind the cursor. Throws AppError `not_found`. */
export async function listAlbumImages(
  viewer: Viewer,
  id: string,
  after: Cursor | null,
  limit = galleryPageSize,
): Promise<GalleryPage> {
  const [own, rows] = await database().together([
    ownAsked(viewer, id),
    pageAsked(isViewers(viewer, imageIdsOf(id)), after, limit),
  ]);
  theOne(own);
  return pageOf(rows, limit);
}

/** The viewer's picture between those beside it in the viewer's album. Throws AppError `not_found`. */
export async function getImageInAlbum(viewer: Viewer, id: string, imageId: string): Promise<ImageInPlace> {
  const [own, ...rows] = await database().together([
    ownAsked(viewer, id),
    ...inPlaceAsked(viewer, imageId, imageIdsOf(id)),
  ]);
  theOne(own);
  return inPlace(...rows);
}

const imageIdsOf = (albumId: string) =>
  database()
    .orm.select({ id: albumImages.imageId })
    .from(albumImages)
    .where(eq(albumImages.albumId, albumId));

/** Gives the viewer's album another name. Throws AppError `not_found`, `empty_name` or `name_taken`. */
export async function renameAlbum(
  viewer: Viewer,
  { id, name }: z.infer<typeof renameAlbumShape>,
): Promise<string> {
  const clean = nameOf(name);
  const isTaken = sql`exists (select 1 from ${albums} as other where other.owner_id = ${viewer.id}
    and other.name = ${clean} and other.id <> ${id})`;
  const [row] = await database()
    .orm.update(albums)
    .set({ name: clean })
    .where(and(isOwn(viewer, id), sql`not ${isTaken}`))
    .returning({ name: albums.name });
  if (row !== undefined) return row.name;
  theOne(await ownAsked(viewer, id));
  throw new AppError("name_taken");
}

/** Deletes the viewer's album, and none of its pictures; `restoreAlbum` takes what it returns. Throws AppError `not_found`. */
export async function deleteAlbum(viewer: Viewer, id: string): Promise<DeletedAlbum> {
  const db = database();
  const [contents, [album]] = await db.atomic([
    db.orm
      .select({ imageId: albumImages.imageId })
      .from(albumImages)
      .innerJoin(albums, eq(albums.id, albumImages.albumId))
      .where(isOwn(viewer, id)),
    db.orm.delete(albums).where(isOwn(viewer, id)).returning(),
  ]);
  if (album === undefined) throw notFound();
  return {
    id,
    name: album.name,
    createdAt: album.createdAt.getTime(),
    imageIds: contents.map(({ imageId }) => imageId),
  };
}

/** The album of this name with these pictures in it; `id` and `createdAt` are for the case that there is none yet. */
async function fill(
  viewer: Viewer,
  { id, name, createdAt, imageIds }: DeletedAlbum,
): Promise<{ id: string; name: string }> {
  const db = database();
  const row = { id, ownerId: viewer.id, name: nameOf(name), createdAt: new Date(createdAt) };
  const isNamed = and(eq(albums.ownerId, viewer.id), eq(albums.name, row.name));
  const hasRoom = sql`(select count(*) from ${albums} where ${albums.ownerId} = ${viewer.id}) < ${maxAlbums}`;
  const [, , [album]] = await db.atomic([
    insertWhere(db, albums, row, hasRoom).onConflictDoNothing(),
    db.orm
      .insert(albumImages)
      .select(
        db.orm
          .select({ albumId: albums.id, imageId: images.id, position: sql<number>`0.0`.as("position") })
          .from(albums)
          .innerJoin(images, eq(images.ownerId, albums.ownerId))
          .where(and(isNamed, isReady, inArray(images.id, imageIds))),
      )
      .onConflictDoNothing(),
    db.orm.select({ id: albums.id, name: albums.name }).from(albums).where(isNamed),
  ]);
  if (album === undefined) {
    throw new AppError("too_many_albums", `You have ${maxAlbums} albums. Delete one that you do not need.`, {
      values: { max: maxAlbums },
    });
  }
  return album;
}

const ownAsked = (viewer: Viewer, id: string) =>
  database().orm.select({ id: albums.id }).from(albums).where(isOwn(viewer, id));

function theOne<T>([album]: T[]): T {
  if (album === undefined) throw notFound();
  return album;
}

const isOwn = (viewer: Viewer, id: string): SQL | undefined =>
  and(eq(albums.id, id), eq(albums.ownerId, viewer.id));
const isReadyImage = and(eq(images.id, albumImages.imageId), isReady);
const countOfReady = sql<number>`count(${images.id})`;

function nameOf(name: string): string {
  const clean = cleanText(name, maxAlbumNameLength);
  if (clean === "") throw new AppError("empty_name");
  return clean;
}

const notFound = () => new AppError("not_found", "There is no such album.", { values: { what: "album" } });
