import "server-only";
import { and, eq, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { z } from "zod";
import type { Viewer } from "@/lib/accounts/viewer";
import { database } from "@/lib/db/client";
import { images } from "@/lib/db/schema";
import { AppError } from "@/lib/errors";
import { type ImageDetails, maxImagesPerAction, maxTextLengths } from "./contract";
import { readFacts } from "./facts";
import { formatOf } from "./formats/table";
import { type ImageRow, isReady, isViewers, newestFirst, oldestFirst, placeColumns } from "./gallery";
import { imageUrlsOf } from "./image-urls";
import { cleanLines, cleanText } from "./names";
import { placeholderOf } from "./placeholder";

export const imageIdShape = z.uuid();
/** What a person can change of a picture, each column by its name; what is left out stays as it is. */
const changesShape = z
  .object({
    title: z.string().max(1000),
    description: z.string().max(20_000),
    altText: z.string().max(5000),
    isFavourite: z.boolean(),
  })
  .partial()
  .refine((changes) => Object.values(changes).some((change) => change !== undefined));
export const imageChangeShape = z.object({ id: imageIdShape, changes: changesShape });
export const manyIdsShape = z.array(imageIdShape).min(1).max(maxImagesPerAction);

/** The viewer's picture. Throws AppError `not_found`, also for a picture of someone else. */
export async function getImage(viewer: Viewer, id: string): Promise<ImageDetails> {
  return detailsOf(await ownRow(viewer, id));
}

/** Of a row that was asked for: throws AppError `not_found` where there is none. */
export async function detailsOf([row]: ImageRow[]): Promise<ImageDetails> {
  if (row === undefined) throw notFound();
  const facts = readFacts(row.facts);
  return {
    id: row.id,
    title: row.title,
    description: row.description,
    altText: row.altText,
    isFavourite: row.isFavourite,
    name: row.name,
    type: row.type,
    typeName: formatOf(row.type).name,
    bytes: row.bytes,
    sha256: Buffer.from(row.sha256, "base64").toString("hex"),
    width: row.width,
    height: row.height,
    capturedAt: row.capturedAt.getTime(),
    capturedOrder: row.capturedOrder,
    capturedZoneMinutes: row.capturedZoneMinutes,
    capturedSource: row.capturedSource,
    isDateEdited: row.isDateEdited,
    createdAt: row.createdAt.getTime(),
    facts,
    placeholder: placeholderOf(row.thumbhash),
    ...(await imageUrlsOf(row)),
  };
}

/** Ids, newest first. */
export interface Neighbours {
  newer: string | null;
  older: string | null;
}

/** A picture and what it stands between. */
export interface ImageInPlace {
  image: ImageDetails;
  neighbours: Neighbours;
}

/** The viewer's picture in the gallery. Throws AppError `not_found`, also for a picture of someone else. */
export async function getImageInPlace(viewer: Viewer, id: string): Promise<ImageInPlace> {
  const [rows, newer, older] = await database().together(inPlaceAsked(viewer, id));
  return inPlace(rows, newer, older);
}

/** For a batch: what `inPlace` takes. Its neighbours are those in the gallery, or among the pictures whose ids a subquery gives. */
export function inPlaceAsked(viewer: Viewer, id: string, ids?: SQLWrapper) {
  const { orm } = database();
  // Without the pluses SQLite would compare them by the columns' affinity, and for that leave the index after its first column.
  const here = sql`(select +${images.capturedAt}, +${images.capturedOrder}, +${images.id}
    from ${images} where ${isOwn(viewer, id)})`;
  const nearest = (condition: SQL, order: SQL[]) =>
    orm
      .select({ id: images.id })
      .from(images)
      .where(and(isViewers(viewer, ids), isReady, condition))
      .orderBy(...order)
      .limit(1);
  return [
    ownRow(viewer, id),
    nearest(sql`${placeColumns} > ${here}`, oldestFirst),
    nearest(sql`${placeColumns} < ${here}`, newestFirst),
  ] as const;
}

/** Throws AppError `not_found`. */
export async function inPlace(
  rows: ImageRow[],
  [newer]: { id: string }[],
  [older]: { id: string }[],
): Promise<ImageInPlace> {
  const neighbours = { newer: newer?.id ?? null, older: older?.id ?? null };
  return { image: await detailsOf(rows), neighbours };
}

/** Changes what the viewer says of a picture, and returns it as it is kept. Throws AppError `not_found` or `empty_title`. */
export async function changeImage(
  viewer: Viewer,
  { id, changes }: z.infer<typeof imageChangeShape>,
): Promise<z.infer<typeof changesShape>> {
  const { title, description, altText } = changes;
  const values = {
    ...changes,
    ...(title !== undefined && { title: requireTitle(title) }),
    ...(description !== undefined && { description: cleanLines(description, maxTextLengths.description) }),
    ...(altText !== undefined && { altText: cleanText(altText, maxTextLengths.altText) }),
  };
  const changed = await database()
    .orm.update(images)
    .set(values)
    .where(isOwn(viewer, id))
    .returning({ id: images.id });
  if (changed.length === 0) throw notFound();
  return values;
}

function requireTitle(text: string): string {
  const title = cleanText(text, maxTextLengths.title);
  if (title === "") throw new AppError("empty_title");
  return title;
}

/** The condition for those of these that are the viewer's, and not in the trash. */
export const areOwn = (viewer: Viewer, ids: string[]) =>
  and(areAmong(ids), sql`+${images.ownerId} = ${viewer.id}`, isReady);

/** One value, however many they are: a statement takes a bounded number of them. */
export const areAmong = (ids: string[]): SQL =>
  sql`${images.id} in (select value from json_each(${JSON.stringify(ids)}))`;

const ownRow = (viewer: Viewer, id: string) => database().orm.select().from(images).where(isOwn(viewer, id));

const isOwn = (viewer: Viewer, id: string) => and(eq(images.id, id), eq(images.ownerId, viewer.id), isReady);

export const notFound = () =>
  new AppError("not_found", "There is no such picture.", { values: { what: "picture" } });
