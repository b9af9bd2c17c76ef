import "server-only";
import { and, asc, desc, eq, type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import type { Viewer } from "@/lib/accounts/viewer";
import { database } from "@/lib/db/client";
import { albumImages, albums, images } from "@/lib/db/schema";
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
import type { Album, AlbumLink, ListedAlbum } from "./contract";
import { isHere, isOwn, ownAsked, theOne } from "./own";

export const albumIdShape = z.uuid();
/** There is nothing to say. */
export const listAlbumsShape = z.undefined();

/** The viewer's albums, the one first that was last made or got a picture. */
export async function listAlbums(viewer: Viewer): Promise<ListedAlbum[]> {
  const rows = await listedAsked(and(eq(albums.ownerId, viewer.id), isHere)).orderBy(
    desc(usedAt),
    desc(albums.id),
  );
  return (await albumsListed(rows)).map(({ deletedAt: _, ...album }) => album);
}

/** Seconds since the epoch: see “Places by hand” in README.md. */
const usedAt = sql`max(${albums.createdAt} / 1000,
  coalesce((select max(there.position) from ${albumImages} as there where there.album_id = ${albums.id}), 0))`;

/** For `albumsListed`: albums with their covers, in one statement. */
export const listedAsked = (which: SQL | undefined) =>
  database()
    .orm.select({
      id: albums.id,
      name: albums.name,
      deletedAt: albums.deletedAt,
      count: countOfReady,
      // Where there is one max(), SQLite takes the other columns from the row that has it.
      newest: sql`max(iif(${images.id} = ${albums.coverId}, 9e15, ${images.capturedAt}))`,
      cover: galleryColumns,
    })
    .from(albums)
    .leftJoin(albumImages, eq(albumImages.albumId, albums.id))
    .leftJoin(images, isReadyImage)
    .where(which)
    // As the index has them, so that only the albums are sorted, and not all that is in them.
    .groupBy(albums.ownerId, albums.name, albums.id)
    .$dynamic();

export async function albumsListed(rows: Awaited<ReturnType<typeof listedAsked>>) {
  return Promise.all(
    rows.map(async ({ newest: _, cover, ...album }) => ({
      ...album,
      cover: cover && (await toGalleryImage(cover)),
    })),
  );
}

/** The viewer's album. Throws AppError `not_found`, also for one of someone else and one in the trash. */
export async function getAlbum(viewer: Viewer, id: string): Promise<Album> {
  return theOne(await albumAsked(viewer, id));
}

function albumAsked(viewer: Viewer, id: string) {
  return database()
    .orm.select({
      id: albums.id,
      name: albums.name,
      description: albums.description,
      sorting: albums.sorting,
      coverId: albums.coverId,
      count: countOfReady,
    })
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

/** The viewer's albums that this picture is in, by name; none for a picture of someone else. */
export function listAlbumsOf(viewer: Viewer, imageId: string): Promise<AlbumLink[]> {
  return database()
    .orm.select({ id: albums.id, name: albums.name })
    .from(albumImages)
    .innerJoin(albums, eq(albums.id, albumImages.albumId))
    .where(and(eq(albumImages.imageId, imageId), eq(albums.ownerId, viewer.id), isHere))
    .orderBy(asc(albums.name));
}

const imageIdsOf = (albumId: string) =>
  database()
    .orm.select({ id: albumImages.imageId })
    .from(albumImages)
    .where(eq(albumImages.albumId, albumId));

const isReadyImage = and(eq(images.id, albumImages.imageId), isReady);
const countOfReady = sql<number>`count(${images.id})`;
