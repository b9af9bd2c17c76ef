import "server-only";
import { and, asc, desc, eq, sql } from "drizzle-orm";
import { z } from "zod";
import type { Viewer } from "@/lib/accounts/viewer";
import { database } from "@/lib/db/client";
import { images } from "@/lib/db/schema";
import {
  maxImagesPerPart,
  type PictureSize,
  type Timeline,
  type TimelineOrder,
  type TimelinePart,
  type TimelineSection,
  timelineOrders,
} from "./contract";
import { galleryColumns, isReady, newestFirst, oldestFirst, toGalleryImage } from "./gallery";

export const timelineOrderShape = z.enum(timelineOrders).catch("newest");
export const partShape = z.object({
  order: timelineOrderShape,
  section: z.coerce.number().int(),
  offset: z.coerce.number().int().min(0),
  limit: z.coerce.number().int().min(1).max(maxImagesPerPart),
});
export const sizesShape = z.object({
  order: timelineOrderShape,
  from: z.coerce.number().int().min(0),
  to: z.coerce.number().int().min(0),
});

const firstCount = 60;

export async function getTimeline(viewer: Viewer, order: TimelineOrder): Promise<Timeline> {
  const sections = await listSections(viewer, order);
  const rows = await database()
    .orm.select(galleryColumns)
    .from(images)
    .where(and(eq(images.ownerId, viewer.id), isReady))
    .orderBy(...inOrder(order))
    .limit(firstCount);
  return { order, sections, first: await Promise.all(rows.map(toGalleryImage)) };
}

export async function listSections(viewer: Viewer, order: TimelineOrder): Promise<TimelineSection[]> {
  const month = sql<number>`unixepoch(${images.capturedAt} / 1000, 'unixepoch', 'start of month') * 1000`;
  return database()
    .orm.select({
      startsAt: month,
      count: sql<number>`count(*)`,
      ratios: sql<number>`cast(sum(round(1000 * min(max(${images.width} * 1.0 / ${images.height}, 0.2), 10))) as integer)`,
    })
    .from(images)
    .where(and(eq(images.ownerId, viewer.id), isReady))
    .groupBy(month)
    .orderBy(order === "newest" ? desc(month) : asc(month));
}

export async function getPart(
  viewer: Viewer,
  { order, section, offset, limit }: z.infer<typeof partShape>,
): Promise<TimelinePart> {
  const next = new Date(section);
  next.setUTCMonth(next.getUTCMonth() + 1);
  const which = and(
    eq(images.ownerId, viewer.id),
    isReady,
    sql`${images.capturedAt} >= ${section}`,
    sql`${images.capturedAt} < ${next.getTime()}`,
  );
  const rows = await database()
    .orm.select(galleryColumns)
    .from(images)
    .where(which)
    .orderBy(...inOrder(order))
    .limit(limit)
    .offset(offset);
  const [counted] = await database().orm.select({ count: sql<number>`count(*)` }).from(images).where(which);
  return { images: await Promise.all(rows.map(toGalleryImage)), count: counted?.count ?? 0 };
}

export async function listSizes(
  viewer: Viewer,
  { order, from, to }: z.infer<typeof sizesShape>,
): Promise<PictureSize[]> {
  return database()
    .orm.select({ id: images.id, bytes: images.bytes })
    .from(images)
    .where(and(eq(images.ownerId, viewer.id), isReady))
    .orderBy(...inOrder(order))
    .limit(Math.min(10_000, to - from + 1))
    .offset(from);
}

const inOrder = (order: TimelineOrder) => (order === "newest" ? newestFirst : oldestFirst);
