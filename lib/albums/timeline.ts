import "server-only";
import { and, inArray, sql } from "drizzle-orm";
import type { Viewer } from "@/lib/accounts/viewer";
import { database } from "@/lib/db/client";
import { albumImages, albums, images, months } from "@/lib/db/schema";
import { AppError } from "@/lib/errors";
import type { PictureSize, Timeline, TimelinePart } from "@/lib/images/contract";
import { toGalleryImage } from "@/lib/images/gallery";
import {
  firstOfTimeline,
  isInMonth,
  type PartAsked,
  partOf,
  type RangeAsked,
  sizeColumns,
} from "@/lib/images/timeline";
import type { AlbumSorting } from "./contract";
import { chosenAt, isChosen, isShown, orderOf, picturesOf } from "./in-order";
import { isOwn } from "./own";

/** What a page of the viewer's album begins with, in one round trip. Throws AppError `not_found`. */
export async function getAlbumTimeline(
  viewer: Viewer,
  id: string,
  limit = firstOfTimeline,
): Promise<Timeline & { sorting: AlbumSorting }> {
  const [own, sections, rows] = await database().together([
    sortingAsked(viewer, id),
    sectionsAsked(viewer, id),
    picturesOf(viewer, id, chosenAt(viewer, id, { offset: 0, limit })),
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
  const condition = section === "all" ? undefined : isInMonth(section, sql`${albumImages.capturedAt}`);
  const [own, [counted], rows] = await database().together([
    sortingAsked(viewer, id),
    database().orm.select({ count: sql<number>`count(*)` }).from(albumImages).where(isShown(id, condition)),
    picturesOf(viewer, id, chosenAt(viewer, id, { condition, offset, limit })),
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
      .from(chosenAt(viewer, id, { offset: from, limit: to - from + 1 }))
      .innerJoin(images, isChosen(viewer))
      .orderBy(...orderOf(id)),
  ]);
  sortingOf(own);
  return sizes;
}

/** For a batch: the viewer's album, as `sortingOf` takes it. */
const sortingAsked = (viewer: Viewer, id: string) =>
  database().orm.select({ sorting: albums.sorting }).from(albums).where(isOwn(viewer, id));

function sortingOf([album]: { sorting: AlbumSorting }[]): AlbumSorting {
  if (album === undefined) {
    throw new AppError("not_found", "There is no such album.", { values: { what: "album" } });
  }
  return album.sorting;
}

/**
 * Each month, the newest first; of another order all at once. Its months are among those of all of the owner's pictures, so that none has
 * to be worked out: each goes from its beginning, and the first one from that of time, to where the next one begins.
 */
function sectionsAsked(viewer: Viewer, id: string) {
  const all = sql`select starts_at, lag(starts_at) over (order by starts_at) is null as is_first,
    lead(starts_at) over (order by starts_at) as next from ${months} where owner_id = ${viewer.id}`;
  const own = (...sortings: AlbumSorting[]) =>
    sql`exists (select 1 from ${albums} where ${and(isOwn(viewer, id), inArray(albums.sorting, sortings))})`;
  const columns = sql`count(*) as n, sum(${albumImages.ratio}) as ratios from`;
  return database()
    .orm.select({
      startsAt: sql<number | null>`month`,
      count: sql<number>`n`,
      ratios: sql<number>`ratios`,
    })
    .from(sql`(
      select starts_at as month, ${columns} (select * from (${all}) where ${own("newest", "oldest")}) cross join ${albumImages}
        where ${isShown(id)} and ${albumImages.capturedAt} >= iif(is_first, -8.64e15, starts_at)
          and ${albumImages.capturedAt} < coalesce(next, 9e15) group by starts_at
      union all
      select null, ${columns} (select 1 where ${own("name", "hand")}) cross join ${albumImages}
        where ${isShown(id)} having count(*) > 0)`)
    .orderBy(sql`month desc`);
}

function timelineOf(
  sorting: AlbumSorting,
  sections: { startsAt: number | null; count: number; ratios: number }[],
): Omit<Timeline, "first"> {
  return sorting === "oldest"
    ? { order: "oldest", sections: sections.toReversed() }
    : { order: "newest", sections };
}
