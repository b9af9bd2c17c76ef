import "server-only";
import { and, eq, inArray, isNull, type SQL, sql } from "drizzle-orm";
import type { Viewer } from "@/lib/accounts/viewer";
import { database } from "@/lib/db/client";
import { albumImages, albums, images } from "@/lib/db/schema";
import { AppError } from "@/lib/errors";
import type { PictureSize, Timeline, TimelinePart } from "@/lib/images/contract";
import { galleryColumns, isReady, toGalleryImage } from "@/lib/images/gallery";
import {
  firstOfTimeline,
  isInMonth,
  monthOf,
  type PartAsked,
  partOf,
  type RangeAsked,
  ratiosOf,
  sizeColumns,
} from "@/lib/images/timeline";
import type { AlbumSorting } from "./contract";

/** What a page of the viewer's album begins with, in one round trip. Throws AppError `not_found`. */
export async function getAlbumTimeline(
  viewer: Viewer,
  id: string,
  limit = firstOfTimeline,
): Promise<Timeline & { sorting: AlbumSorting }> {
  const [own, sections, rows] = await database().together([
    sortingAsked(viewer, id),
    sectionsAsked(viewer, id),
    inAlbum(viewer, id).limit(limit),
  ]);
  const sorting = sortingOf(own);
  return { ...timelineOf(sorting, sections), sorting, first: await Promise.all(rows.map(toGalleryImage)) };
}

/**
 * The months of the viewer's album where it is sorted by date; otherwise one section of all, whose `startsAt` is null. Throws
 * AppError `not_found`.
 */
export async function listAlbumSections(viewer: Viewer, id: string): Promise<Omit<Timeline, "first">> {
  const [own, sections] = await database().together([sortingAsked(viewer, id), sectionsAsked(viewer, id)]);
  return timelineOf(sortingOf(own), sections);
}

/** Pictures of a month of the viewer's album, or of all, in the album's order. Throws AppError `not_found`. */
export async function getAlbumPart(
  viewer: Viewer,
  id: string,
  { section, offset, limit }: Omit<PartAsked, "order">,
): Promise<TimelinePart> {
  const isIn = section === "all" ? undefined : isInMonth(section);
  const [own, [counted], rows] = await database().together([
    sortingAsked(viewer, id),
    database()
      .orm.select({ count: sql<number>`count(*)` })
      .from(albumImages)
      .innerJoin(images, eq(images.id, albumImages.imageId))
      .where(and(isOf(viewer, id), isIn)),
    inAlbum(viewer, id, isIn).limit(limit).offset(offset),
  ]);
  sortingOf(own);
  return partOf(rows, counted?.count ?? 0);
}

/** The ids of the viewer's album from one index to another, in its order. Throws AppError `not_found`. */
export async function listAlbumSizes(
  viewer: Viewer,
  id: string,
  { from, to }: Omit<RangeAsked, "order">,
): Promise<PictureSize[]> {
  const [own, sizes] = await database().together([
    sortingAsked(viewer, id),
    database()
      .orm.select(sizeColumns)
      .from(albumImages)
      .innerJoin(images, eq(images.id, albumImages.imageId))
      .where(isOf(viewer, id))
      .orderBy(...orderOf(id))
      .limit(to - from + 1)
      .offset(from),
  ]);
  sortingOf(own);
  return sizes;
}

/** For a batch: the viewer's album, as `sortingOf` takes it. */
const sortingAsked = (viewer: Viewer, id: string) =>
  database()
    .orm.select({ sorting: albums.sorting })
    .from(albums)
    .where(and(eq(albums.id, id), eq(albums.ownerId, viewer.id), isNull(albums.deletedAt)));

function sortingOf([album]: { sorting: AlbumSorting }[]): AlbumSorting {
  if (album === undefined) {
    throw new AppError("not_found", "There is no such album.", { values: { what: "album" } });
  }
  return album.sorting;
}

const isByDate = (id: string): SQL =>
  inArray(sql`(select ${albums.sorting} from ${albums} where ${albums.id} = ${id})`, ["newest", "oldest"]);

/** Each month, the newest first; of another order all at once. */
const sectionsAsked = (viewer: Viewer, id: string) =>
  database()
    .orm.select({
      startsAt: sql<number | null>`iif(${isByDate(id)}, ${monthOf}, null) as month`,
      ...ratiosOf,
    })
    .from(albumImages)
    .innerJoin(images, eq(images.id, albumImages.imageId))
    .where(isOf(viewer, id))
    .groupBy(sql`month`)
    .orderBy(sql`month desc`);

function timelineOf(
  sorting: AlbumSorting,
  sections: { startsAt: number | null; count: number; ratios: number }[],
): Omit<Timeline, "first"> {
  return sorting === "oldest"
    ? { order: "oldest", sections: sections.toReversed() }
    : { order: "newest", sections };
}

const inAlbum = (viewer: Viewer, id: string, condition?: SQL) =>
  database()
    .orm.select(galleryColumns)
    .from(albumImages)
    .innerJoin(images, eq(images.id, albumImages.imageId))
    .where(and(isOf(viewer, id), condition))
    .orderBy(...orderOf(id));

// The pluses take the indexes of all of a viewer's pictures away: what is in the album is looked up one by one.
const isOf = (viewer: Viewer, id: string): SQL | undefined =>
  and(eq(albumImages.albumId, id), sql`+${images.ownerId} = ${viewer.id}`, isReady);

/** One order for each way of sorting, so that nobody has to ask for the album before: of the others each is null throughout. */
function orderOf(id: string): SQL[] {
  const where = (sorting: AlbumSorting, column: unknown) =>
    sql`iif((select ${albums.sorting} from ${albums} where ${albums.id} = ${id}) = ${sorting}, ${column}, null)`;
  return [
    sql`${where("hand", albumImages.position)}`,
    sql`${where("name", images.title)} collate nocase`,
    ...[images.capturedAt, images.capturedOrder, images.id].map(
      (column) => sql`${where("newest", column)} desc`,
    ),
    ...[images.capturedAt, images.capturedOrder].map((column) => where("oldest", column)),
    sql`${images.id}`,
  ];
}
