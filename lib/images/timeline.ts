import "server-only";
import { and, eq, type SQL, sql } from "drizzle-orm";
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
  tileRatios,
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
  toGalleryImage,
} from "./gallery";

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
    section === "all"
      ? rowsFrom(viewer, order, offset, limit)
      : rowsAsked(viewer, order, isInMonth(section)).limit(limit).offset(offset),
  ]);
  return partOf(rows, counted?.count ?? 0);
}

/** The ids of the viewer's pictures from one index of the timeline to another. */
export async function listSizes(viewer: Viewer, { order, from, to }: RangeAsked): Promise<PictureSize[]> {
  const { where, orderBy, offset } = fromIndex(viewer, order, from);
  return database()
    .orm.select(sizeColumns)
    .from(images)
    .where(where)
    .orderBy(...orderBy)
    .limit(to - from + 1)
    .offset(offset);
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
    .orderBy(...(order === "newest" ? newestFirst : oldestFirst));

function rowsFrom(viewer: Viewer, order: TimelineOrder, index: number, limit: number) {
  const { where, orderBy, offset } = fromIndex(viewer, order, index);
  return database()
    .orm.select(galleryColumns)
    .from(images)
    .where(where)
    .orderBy(...orderBy)
    .limit(limit)
    .offset(offset);
}

/**
 * Where to look for what stands behind so many others. The months before it are known by their counts, so that no more than one is
 * walked through.
 */
function fromIndex(viewer: Viewer, order: TimelineOrder, index: number) {
  const isNewest = order === "newest";
  const direction = sql.raw(isNewest ? "desc" : "asc");
  const counted = sql`(select starts_at, sum(count) over (order by starts_at ${direction}) - count as before
    from ${months} where owner_id = ${viewer.id})`;
  const month = sql`(select starts_at from ${counted} where before <= ${index} order by before desc limit 1)`;
  const before = sql`(select max(before) from ${counted} where before <= ${index})`;
  const end = sql`(select min(starts_at) from ${months} where owner_id = ${viewer.id} and starts_at > ${month})`;
  return {
    where: and(
      isViewers(viewer),
      isReady,
      isNewest
        ? sql`${images.capturedAt} < coalesce(${end}, ${maxMs + 1})`
        : sql`${images.capturedAt} >= iif(${month} = ${firstMonth}, ${-maxMs}, ${month})`,
    ),
    orderBy: isNewest ? newestFirst : oldestFirst,
    // Drizzle says that it has to be a number, and takes what it is to be worked out from as well.
    offset: sql`${index} - coalesce(${before}, 0)` as unknown as number,
  };
}

const maxMs = 8.64e15;

/** The month of a picture, as the triggers of `months` work it out. */
export const monthOf = sql<number>`strftime('%s',
  (min(max(${images.capturedAt}, -62167219200000), 253402300799999)
    - (min(max(${images.capturedAt}, -62167219200000), 253402300799999) % 1000 + 1000) % 1000) / 1000,
  'unixepoch', 'start of month') * 1000`;

/** The room that pictures take, as `months` has it. */
export const ratiosOf = {
  count: sql<number>`count(*)`,
  ratios: sql<number>`sum(cast(round(1000 * min(max(1.0 * ${images.width} / max(${images.height}, 1),
    ${sql.raw(String(tileRatios.narrowest))}), ${sql.raw(String(tileRatios.widest))})) as integer))`,
};
const firstMonth = Date.parse("0000-01-01T00:00:00Z");
const lastMonth = Date.UTC(9999, 11, 1);

/** Whether a picture is of the month that begins then: what is beyond the years that SQLite knows is of the first or the last. */
export function isInMonth(startsAt: number): SQL {
  const from = startsAt <= firstMonth ? -maxMs : startsAt;
  const to = startsAt >= lastMonth ? maxMs + 1 : nextMonth(startsAt);
  return sql`${images.capturedAt} >= ${from} and ${images.capturedAt} < ${to}`;
}

function nextMonth(startsAt: number): number {
  const date = new Date(startsAt);
  return date.setUTCMonth(date.getUTCMonth() + 1, 1);
}
