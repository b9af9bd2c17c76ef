import "server-only";
import { and, eq, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { z } from "zod";
import type { Viewer } from "@/lib/accounts/viewer";
import { database } from "@/lib/db/client";
import { images, months } from "@/lib/db/schema";
import {
  maxImagesPerPart,
  type PictureSize,
  type Timeline,
  type TimelineOrder,
  type TimelinePart,
  type TimelineSection,
  timelineOrders,
} from "./contract";
import {
  type GalleryRow,
  galleryColumns,
  galleryPageSize,
  isReady,
  isViewers,
  newestFirst,
  oldestFirst,
  placeColumns,
  toGalleryImage,
} from "./gallery";
import { tileRatios } from "./tile-ratios";

/** So many pictures come along with a timeline itself. */
export const firstOfTimeline = 60;
/** Of so many pictures the ids are given at a time. */
export const maxIdsPerRange = 10_000;

const count = z.coerce.number().int().min(0).max(1e9);
export const orderShape = z.enum(timelineOrders).default("newest");
export const sectionsShape = z.object({ order: orderShape });
export const partShape = z.object({
  order: orderShape,
  /** `startsAt` of a month; all: the whole timeline */
  section: z.union([z.literal("all"), z.coerce.number().int().min(-8.64e15).max(8.64e15)]),
  offset: count.default(0),
  limit: count.min(1).max(maxImagesPerPart).default(galleryPageSize),
});
/** Both ends are included. */
export const rangeShape = z
  .object({ order: orderShape, from: count, to: count })
  .refine(({ from, to }) => to >= from && to - from < maxIdsPerRange, { path: ["to"] });

export type PartAsked = z.infer<typeof partShape>;
export type RangeAsked = z.infer<typeof rangeShape>;

/** What a page of all the viewer's pictures begins with, in one round trip. */
export async function getTimeline(
  viewer: Viewer,
  order: TimelineOrder,
  limit = firstOfTimeline,
): Promise<Timeline> {
  const [sections, rows] = await database().together([
    sectionsAsked(viewer, order),
    rowsAsked(viewer, order).limit(limit),
  ]);
  return { order, sections: sections.map(sectionOf), first: await Promise.all(rows.map(toGalleryImage)) };
}

/** How many of the viewer's pictures each month has, and how much room they take. */
export async function listSections(
  viewer: Viewer,
  { order }: z.infer<typeof sectionsShape>,
): Promise<Omit<Timeline, "first">> {
  return { order, sections: (await sectionsAsked(viewer, order)).map(sectionOf) };
}

/** Some of the viewer's pictures of a month, or of all. */
export async function getPart(
  viewer: Viewer,
  { order, section, offset, limit }: PartAsked,
): Promise<TimelinePart> {
  const ofMonth = section === "all" ? undefined : eq(months.startsAt, new Date(section));
  const [[counted], rows] = await database().together([
    database()
      .orm.select({ count: sql<number>`coalesce(sum(${months.count}), 0)` })
      .from(months)
      .where(and(eq(months.ownerId, viewer.id), ofMonth)),
    rowsAsked(viewer, order, isBehind(viewer, order, section, offset)).limit(limit),
  ]);
  return partOf(rows, counted?.count ?? 0);
}

/** The ids of the viewer's pictures from one index of the timeline to another. */
export async function listSizes(viewer: Viewer, { order, from, to }: RangeAsked): Promise<PictureSize[]> {
  return database()
    .orm.select(sizeColumns)
    .from(images)
    .where(and(isViewers(viewer), isReady, isBehind(viewer, order, "all", from)))
    .orderBy(...inOrder(order))
    .limit(to - from + 1);
}

export const sizeColumns = { id: images.id, bytes: images.bytes };

const sectionOf = ({
  startsAt,
  ...rest
}: {
  startsAt: Date;
  count: number;
  ratios: number;
}): TimelineSection => ({
  startsAt: startsAt.getTime(),
  ...rest,
});

export async function partOf(rows: GalleryRow[], count: number): Promise<TimelinePart> {
  return { images: await Promise.all(rows.map(toGalleryImage)), count };
}

const sectionsAsked = (viewer: Viewer, order: TimelineOrder) =>
  database()
    .orm.select({ startsAt: months.startsAt, count: months.count, ratios: months.ratios })
    .from(months)
    .where(eq(months.ownerId, viewer.id))
    .orderBy(order === "newest" ? sql`${months.startsAt} desc` : months.startsAt);

const rowsAsked = (viewer: Viewer, order: TimelineOrder, condition?: SQL) =>
  database()
    .orm.select(galleryColumns)
    .from(images)
    .where(and(isViewers(viewer), isReady, condition))
    .orderBy(...inOrder(order));

const inOrder = (order: TimelineOrder) => (order === "newest" ? newestFirst : oldestFirst);

/** The condition for pictures of a month, or of all, without the first so many of them. */
function isBehind(
  viewer: Viewer,
  order: TimelineOrder,
  section: PartAsked["section"],
  offset: number,
): SQL | undefined {
  if (section === "all")
    return offset === 0 ? undefined : isFromPlace(viewer, order, spotOfIndex(viewer, order, offset));
  if (offset === 0) return isInMonth(section);
  const { from, to } = boundsOf(section);
  const spot = sql`select ${from} as from_ms, ${to} as to_ms, count, ${offset} as skipped
    from ${months} where owner_id = ${viewer.id} and starts_at = ${section}`;
  // Of two bounds of one side SQLite would take either, so there is only that of the other side.
  const end = order === "newest" ? sql`${images.capturedAt} >= ${from}` : sql`${images.capturedAt} < ${to}`;
  return and(isFromPlace(viewer, order, spot), end);
}

/** The month that has an index of the timeline, and how many of it stand before: the months before are known by their counts. */
function spotOfIndex(viewer: Viewer, order: TimelineOrder, index: number): SQL {
  const direction = sql.raw(order === "newest" ? "desc" : "asc");
  return sql`select iif(starts_at = ${firstMonth}, ${-maxMs}, starts_at) as from_ms, coalesce(next, ${maxMs + 1}) as to_ms,
      count, ${index} - before as skipped
    from (select starts_at, count, lead(starts_at) over (order by starts_at) as next,
        sum(count) over (order by starts_at ${direction}) - count as before
      from ${months} where owner_id = ${viewer.id})
    where before <= ${index} order by before desc limit 1`;
}

/**
 * The place that so many pictures stand before, and what is behind it. It is looked for from the nearer end of its month: an offset
 * walks through the index.
 *
 * @param spot gives `from_ms` and `to_ms`, which is not included, of its month, how many that has (`count`), and how many of them
 * stand before it (`skipped`)
 */
function isFromPlace(viewer: Viewer, order: TimelineOrder, spot: SQL): SQL {
  const isWithin = sql`${images.capturedAt} >= (select from_ms from spot) and ${images.capturedAt} < (select to_ms from spot)`;
  // As in inPlaceAsked, the pluses keep the columns' affinity out of the comparison.
  const placeFrom = (orderBy: SQL[], condition: SQL, skipped: SQL) =>
    sql`select * from (select +${images.capturedAt}, +${images.capturedOrder}, +${images.id} from ${images}
      where ${and(isViewers(viewer), isReady, isWithin)} order by ${sql.join(orderBy, sql`, `)}
      limit (select count(*) from spot where ${condition}) offset coalesce((select ${skipped} from spot), 0))`;
  const other = order === "newest" ? "oldest" : "newest";
  const place = sql`(with spot as materialized (${spot})
    ${placeFrom(inOrder(order), sql`skipped * 2 <= count`, sql`skipped`)} union all
    ${placeFrom(inOrder(other), sql`skipped * 2 > count and skipped < count`, sql`count - 1 - skipped`)})`;
  return sql`${placeColumns} ${sql.raw(order === "newest" ? "<=" : ">=")} ${place}`;
}

const maxMs = 8.64e15;

/** The room that pictures take, as `months` has it. */
export const ratiosOf = {
  count: sql<number>`count(*)`,
  ratios: sql<number>`sum(cast(round(1000 * min(max(1.0 * ${images.width} / max(${images.height}, 1),
    ${sql.raw(String(tileRatios.narrowest))}), ${sql.raw(String(tileRatios.widest))})) as integer))`,
};
const firstMonth = Date.parse("0000-01-01T00:00:00Z");
const lastMonth = Date.UTC(9999, 11, 1);

/** Whether a picture is of the month that begins then. */
export function isInMonth(startsAt: number, capturedAt: SQLWrapper = images.capturedAt): SQL {
  const { from, to } = boundsOf(startsAt);
  return sql`${capturedAt} >= ${from} and ${capturedAt} < ${to}`;
}

/** Of a month, the second not included: what is beyond the years that SQLite knows is of the first or the last. */
const boundsOf = (startsAt: number) => ({
  from: startsAt <= firstMonth ? -maxMs : startsAt,
  to: startsAt >= lastMonth ? maxMs + 1 : nextMonth(startsAt),
});

function nextMonth(startsAt: number): number {
  const date = new Date(startsAt);
  return date.setUTCMonth(date.getUTCMonth() + 1, 1);
}
