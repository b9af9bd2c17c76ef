import "server-only";
import { and, eq, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { z } from "zod";
import type { Viewer } from "@/lib/accounts/viewer";
import { database } from "@/lib/db/client";
import { images } from "@/lib/db/schema";
import { AppError } from "@/lib/errors";
import type { CapturedSource, ImageType, ImageUrls, Place, Placeholder } from "./contract";
import { type Facts, readFacts } from "./facts";
import {
  type ImageRow,
  isReady,
  isViewers,
  newestFirst,
  oldestFirst,
  placeColumns,
  placeValues,
} from "./gallery";
import { imageUrlsOf } from "./image-urls";
import { cleanText } from "./names";
import { placeholderOf } from "./placeholder";

export const imageIdShape = z.uuid();
/** What a person can change of a picture, each column by its name; what is left out stays as it is. */
const changesShape = z
  .object({ title: z.string().max(1000) })
  .partial()
  .refine((changes) => Object.keys(changes).length > 0);
export const imageChangeShape = z.object({ id: imageIdShape, changes: changesShape });
const maxTitleLength = 200;

/** Everything that the page of one picture shows. The URLs are signed: never store or log them. */
export interface ImageDetails extends ImageUrls {
  id: string;
  title: string;
  name: string;
  type: ImageType;
  bytes: number;
  /** hex */
  sha256: string;
  width: number;
  height: number;
  /** ms since the epoch, as if the camera's clock had shown UTC */
  capturedAt: number;
  capturedOrder: string;
  /** minutes by which that clock was ahead of UTC; null where nobody noted it */
  capturedZoneMinutes: number | null;
  capturedSource: CapturedSource;
  /** ms since the epoch */
  createdAt: number;
  facts: Facts;
  placeholder: Placeholder;
}

/** The viewer's picture. Throws AppError `not_found`, also for a picture of someone else. */
export async function getImage(viewer: Viewer, id: string): Promise<ImageDetails> {
  const row = await getOwnRow(viewer, id);
  const facts = readFacts(row.facts);
  return {
    id: row.id,
    title: row.title,
    name: row.name,
    type: row.type,
    bytes: row.bytes,
    sha256: Buffer.from(row.sha256, "base64").toString("hex"),
    width: row.width,
    height: row.height,
    capturedAt: row.capturedAt.getTime(),
    capturedOrder: row.capturedOrder,
    capturedZoneMinutes: row.capturedZoneMinutes,
    capturedSource: row.capturedSource,
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

/** The pictures before and after this one in the viewer's gallery, or among those whose ids a subquery gives. */
export async function findNeighbours(viewer: Viewer, place: Place, ids?: SQLWrapper): Promise<Neighbours> {
  const here = placeValues(place);
  const nearest = (condition: SQL, order: SQL[]) =>
    database()
      .orm.select({ id: images.id })
      .from(images)
      .where(and(isViewers(viewer, ids), isReady, condition))
      .orderBy(...order)
      .limit(1);
  const [[newer], [older]] = await Promise.all([
    nearest(sql`${placeColumns} > ${here}`, oldestFirst),
    nearest(sql`${placeColumns} < ${here}`, newestFirst),
  ]);
  return { newer: newer?.id ?? null, older: older?.id ?? null };
}

/** Changes what the viewer says of a picture, and returns it as it is kept. Throws AppError `not_found` or `empty_title`. */
export async function changeImage(
  viewer: Viewer,
  { id, changes }: z.infer<typeof imageChangeShape>,
): Promise<z.infer<typeof changesShape>> {
  const { title } = changes;
  const values = { ...changes, ...(title !== undefined && { title: requireTitle(title) }) };
  const changed = await database()
    .orm.update(images)
    .set(values)
    .where(and(eq(images.id, id), eq(images.ownerId, viewer.id), isReady))
    .returning({ id: images.id });
  if (changed.length === 0) throw notFound();
  return values;
}

function requireTitle(text: string): string {
  const title = cleanText(text, maxTitleLength);
  if (title === "") throw new AppError("empty_title");
  return title;
}

async function getOwnRow(viewer: Viewer, id: string): Promise<ImageRow> {
  const [row] = await database()
    .orm.select()
    .from(images)
    .where(and(eq(images.id, id), eq(images.ownerId, viewer.id), isReady));
  if (row === undefined) throw notFound();
  return row;
}

export const notFound = () =>
  new AppError("not_found", "There is no such picture.", { values: { what: "picture" } });
