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
  newestFirst,
  pageOf,
  toGalleryImage,
} from "@/lib/images/gallery";
import { type ImageInPlace, inPlace, inPlaceAsked } from "@/lib/images/image";
import type { Album, AlbumLink, ListedAlbum } from "./contract";
import {
  besideAsked,
  chosenAt,
  chosenBehind,
  chosenNewest,
  isChosen,
  isShown,
  newestOf,
  picturesOf,
} from "./in-order";
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
      count: countOfShown,
      cover: galleryColumns,
    })
    .from(albums)
    .leftJoin(images, and(eq(images.id, coverOf), isReady))
    .where(which)
    .$dynamic();

const countOfShown = sql<number>`(select count(*) from ${albumImages} where ${isShown(albums.id)})`;

/** The chosen picture, where it is shown; else the newest. */
const coverOf = sql`coalesce(
  (select ${albumImages.imageId} from ${albumImages}
    where ${isShown(albums.id)} and ${albumImages.imageId} = ${albums.coverId}),
  ${newestOf(albums.id)})`;

export async function albumsListed(rows: Awaited<ReturnType<typeof listedAsked>>) {
  return Promise.all(
    rows.map(async ({ cover, ...album }) => ({
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
      count: countOfShown,
    })
    .from(albums)
    .where(isOwn(viewer, id));
}

/** The viewer's album with a page of its pictures in the album's order, from behind the cursor. Throws AppError `not_found`. */
export async function getAlbumPage(
  viewer: Viewer,
  id: string,
  after: Cursor | null,
  limit = galleryPageSize,
): Promise<{ album: Album; page: GalleryPage }> {
  const chosen =
    after === null
      ? chosenAt(viewer, id, { offset: 0, limit: limit + 1 })
      : chosenBehind(viewer, id, after, limit + 1);
  const [found, rows] = await database().together([albumAsked(viewer, id), picturesOf(viewer, id, chosen)]);
  return { album: theOne(found), page: await pageOf(rows, limit) };
}

/** The pictures of the viewer's album, newest first, from behind the cursor. Throws AppError `not_found`. */
export async function listAlbumImages(
  viewer: Viewer,
  id: string,
  after: Cursor | null,
  limit = galleryPageSize,
): Promise<GalleryPage> {
  const { orm, together } = database();
  const [own, rows] = await together([
    ownAsked(viewer, id),
    orm
      .select(galleryColumns)
      .from(chosenNewest(id, after, limit + 1))
      .innerJoin(images, isChosen(viewer))
      .orderBy(...newestFirst),
  ]);
  theOne(own);
  return pageOf(rows, limit);
}

/** The viewer's picture between those beside it in the viewer's album. Throws AppError `not_found`. */
export async function getImageInAlbum(viewer: Viewer, id: string, imageId: string): Promise<ImageInPlace> {
  const [own, ...rows] = await database().together([
    ownAsked(viewer, id),
    ...inPlaceAsked(viewer, imageId, besideAsked(viewer, id, imageId)),
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
